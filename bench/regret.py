"""What learning costs until it knows: `python -m bench.regret OUTCOMES.csv [--json]` (columns as for `pointsman replay`).

Regret is how many more tasks the best model of the tiers would have solved, in expectation, than those that were asked: the sum
over requests of the best model's share of solved tasks minus the asked one's. Ours begins with the strategy's priors and plan,
and sees the outcome of the model that it asked and nothing else; so does a cold Thompson sampler (Beta(1, 1), Thompson 1933) on
the same tasks in the same order. The bar: at 200 requests ours is at most half of the cold one's. Below stand the roles of the
tiers exchanged, where the priors are wrong, and a cold sampler over every recorded model.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from itertools import permutations
from pathlib import Path
from random import Random
from statistics import fmean, stdev

from pointsman.config.load import shipped_strategy
from pointsman.core.types import Deployment, Tier
from pointsman.strategy import catalog, outcomes
from pointsman.strategy.adjustment import adjust
from pointsman.strategy.learning import Evidence, LearnedState, learn
from pointsman.strategy.outcomes import Outcomes
from pointsman.strategy.plan import Live, Profile
from pointsman.strategy.policy import plan

REQUESTS = 200
RUNS = 100
BAR = 0.5
_PROFILE = Profile(task="complex_debugging")
_STRATEGY = catalog.load(shipped_strategy())

Solves = Callable[[str, str], bool]
"""Whether a model solved a task."""


def ours(tiers: Mapping[Tier, str], tasks: list[str], solves: Solves, rng: Random) -> list[str]:
    """The models that the live policy asks, without a verifier."""
    slots = {_STRATEGY.ladders[tier].rungs[0]: model for tier, model in tiers.items()}
    deployments = [Deployment(slot, slot, "replay", "recorded", key="replay") for slot in slots]
    state, asked = LearnedState(), []
    for task in tasks:
        decided = plan(_PROFILE, _STRATEGY, deployments, Live())
        slot = adjust(decided, _PROFILE, _STRATEGY, state, rng).plan.model
        state = learn(state, Evidence("", slot, float(solves(slots[slot], task)), task=_PROFILE.task or ""), _STRATEGY)
        asked.append(slots[slot])
    return asked


def cold(models: tuple[str, ...], tasks: list[str], solves: Solves, rng: Random) -> list[str]:
    """The models that Thompson sampling asks when it begins knowing nothing."""
    counts = {model: [1, 1] for model in models}
    asked = []
    for task in tasks:
        model = max(models, key=lambda name: rng.betavariate(*counts[name]))
        counts[model][not solves(model, task)] += 1
        asked.append(model)
    return asked


def measure(recorded: Outcomes, tiers: Mapping[Tier, str]) -> dict[str, float]:
    """Mean regret at `REQUESTS` of both, over `RUNS` orders of the tasks, with standard errors."""
    models = tuple(tiers.values())
    tasks = recorded.tasks(recorded.models)
    shares = {name: fmean(recorded.by_model[name][task].success for task in tasks) for name in recorded.models}

    def solves(model: str, task: str) -> bool:
        return recorded.by_model[model][task].success

    def regret(asked: list[str], among: tuple[str, ...]) -> float:
        return sum(max(shares[name] for name in among) - shares[model] for model in asked)

    found: dict[str, list[float]] = {"ours": [], "cold": [], "cold_all_models": []}
    for run in range(RUNS):
        rng = Random(run)
        order = (
            [tasks[place % len(tasks)] for place in range(REQUESTS)] if len(tasks) < REQUESTS else rng.sample(tasks, REQUESTS)
        )
        found["ours"].append(regret(ours(tiers, order, solves, rng), models))
        found["cold"].append(regret(cold(models, order, solves, rng), models))
        found["cold_all_models"].append(regret(cold(recorded.models, order, solves, rng), recorded.models))
    means = {name: fmean(values) for name, values in found.items()}
    errors = {f"{name}_se": stdev(values) / RUNS**0.5 for name, values in found.items()}
    return means | errors


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    recorded = outcomes.read(arguments.data.read_text("utf-8-sig"), str(arguments.data))
    tiers = outcomes.tiers(recorded, {})
    exchanged = [dict(zip(tiers, models, strict=True)) for models in permutations(tiers.values())]
    report = {" / ".join(roles.values()): measure(recorded, roles) for roles in exchanged}
    met = next(iter(report.values()))
    met_bar = met["ours"] <= BAR * met["cold"]
    if arguments.json:
        print(json.dumps({"requests": REQUESTS, "runs": RUNS, "bar": BAR, "met": met_bar, "regret": report}))
    else:
        for roles, row in report.items():
            print(f"ours {row['ours']:6.2f} ± {row['ours_se']:.2f}   cold {row['cold']:6.2f} ± {row['cold_se']:.2f}   {roles}")
        print(f"a cold sampler over all {len(recorded.models)} models: {met['cold_all_models']:.2f}")
        print(f"the first line is the bar (ours at most {BAR:.0%} of cold): {'met' if met_bar else 'MISSED'}")
    return 0 if met_bar else 1


if __name__ == "__main__":
    raise SystemExit(main())
