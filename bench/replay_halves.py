"""The policy on data that it was not tuned on: `python -m bench.replay_halves OUTCOMES.csv [--halves N] [--json]`.

For each choice of three models as tiers, draws random halves of the tasks and replays each with a 0.9/0.2 verifier and without
one. Prints the mean difference to always premium and the share of halves that meet the bars: with the verifier at least 40 %
less cost at no more than 3 points less success; without one at most 1 point under the best single model of the three.
The figures of a half of 130 tasks vary more than those of the whole.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from random import Random
from statistics import fmean

from pointsman.config.load import shipped_strategy
from pointsman.core.types import Tier
from pointsman.strategy import catalog, outcomes
from pointsman.strategy.expected_value import Verifier
from pointsman.strategy.outcomes import Outcomes
from pointsman.strategy.plan import Profile
from pointsman.strategy.replay import replay

STRONG, MIDDLE, CHEAP = 3, 4, 3
REPEATS = 3


def triples(recorded: Outcomes) -> list[dict[Tier, str]]:
    """Choices that a person would make: one of the strongest, a weaker and cheaper one, one of the best of the cheapest."""
    by_success = sorted(recorded.models, key=recorded.success, reverse=True)
    quarter = sorted(recorded.models, key=recorded.cost)[: len(recorded.models) // 4]
    budgets = sorted(quarter, key=recorded.success, reverse=True)[:CHEAP]
    found = []
    for premium in by_success[:STRONG]:
        cheaper = [m for m in by_success[STRONG:] if recorded.cost(m) < recorded.cost(premium) and m not in budgets][:MIDDLE]
        found += [
            dict(zip(Tier, (premium, standard, budget), strict=True))
            for standard in cheaper
            for budget in budgets
            if budget != premium
        ]
    return found


def measure(recorded: Outcomes, tiers: dict[Tier, str], halves: int) -> dict[str, float]:
    """Differences in points and shares of cost, meant over the halves, and the shares of halves within the bars."""
    strategy, profile = catalog.load(shipped_strategy()), Profile(task="complex_debugging")
    tasks = recorded.tasks(tuple(tiers.values()))
    rows = []
    for number in range(halves):
        kept = set(Random(number).sample(tasks, len(tasks) // 2))
        half = Outcomes(
            recorded.file,
            {model: {task: rows[task] for task in rows if task in kept} for model, rows in recorded.by_model.items()},
        )
        checked, unchecked = (
            {
                name: (100 * fmean(figures.success), fmean(figures.cost))
                for name, figures in replay(
                    half, tiers, strategy, profile=profile, verifier=verifier, seed=number, repeats=REPEATS
                ).policies.items()
            }
            for verifier in (Verifier(0.9, 0.2), None)
        )
        rows.append(
            (
                checked["pointsman"][0] - checked["premium"][0],
                1 - checked["pointsman"][1] / checked["premium"][1],
                unchecked["pointsman"][0] - unchecked["best_single"][0],
            )
        )
    return {
        "points": fmean(row[0] for row in rows),
        "saved": fmean(row[1] for row in rows),
        "verified_met": fmean(row[0] >= -3 and row[1] >= 0.4 for row in rows),
        "unverified_points": fmean(row[2] for row in rows),
        "unverified_met": fmean(row[2] >= -1 for row in rows),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--halves", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    recorded = outcomes.read(arguments.data.read_text("utf-8-sig"), str(arguments.data))
    report = []
    for tiers in triples(recorded):
        row = measure(recorded, tiers, arguments.halves)
        report.append({"tiers": list(tiers.values()), **row})
        if not arguments.json:
            print(
                f"{row['points']:+5.1f} points {row['saved']:4.0%} saved, met {row['verified_met']:4.0%}   "
                f"unverified {row['unverified_points']:+5.1f} met {row['unverified_met']:4.0%}   {' / '.join(tiers.values())}"
            )
    if arguments.json:
        print(json.dumps(report))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
