"""Recorded outcomes through the live policy: what would have been asked, solved and paid, and what is simply possible.

One replay walks all tasks in a shuffled order, from nothing learned to what the answers taught on the way. It sees outcomes
only of models that it asks: with a verifier only the verdict, drawn at the verifier's rates; without one the outcome itself, as
a person tells it by keeping an answer or not. Figures are means over several replays with other orders and draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean

from pointsman.core.types import Deployment, Tier
from pointsman.strategy import pricing
from pointsman.strategy.adjustment import adjust
from pointsman.strategy.expected_value import Verifier
from pointsman.strategy.learning import Evidence, LearnedState, learn
from pointsman.strategy.outcomes import Outcome, Outcomes, WrongOutcomes
from pointsman.strategy.plan import Live, Profile
from pointsman.strategy.policy import plan
from pointsman.strategy.rows import Strategy

REPEATS = 40
_SCOPE = "replay"


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one policy, task by task in the same order: success 0 to 1, dollars, and seconds where all were recorded."""

    success: Sequence[float]
    cost: Sequence[float]
    latency: Sequence[float] | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """The figures of every policy, and how often each sequence of tiers was asked by Pointsman, as shares of all requests."""

    tasks: tuple[str, ...]
    policies: Mapping[str, Figures]
    asked: Mapping[tuple[Tier, ...], float]


class _Costs:
    """What an answer of each slot costs, as far as it was paid; before that the strategy's price, to the scale of these."""

    def __init__(self, profile: Profile, strategy: Strategy) -> None:
        self._first = {name: max(pricing.expected(profile, slot.price), 1) for name, slot in strategy.slots.items()}
        self._paid: dict[str, tuple[int, float]] = {}

    def pay(self, slot: str, dollars: float) -> None:
        count, total = self._paid.get(slot, (0, 0.0))
        self._paid[slot] = (count + 1, total + dollars)

    def __call__(self, slot: str) -> float:
        if slot in self._paid:
            count, total = self._paid[slot]
            return total / count
        known = sum(self._first[name] for name in self._paid)
        measure = sum(total / count for count, total in self._paid.values()) / known if known else 1.0
        return self._first[slot] * measure


def replay(
    outcomes: Outcomes,
    tiers: Mapping[Tier, str],
    strategy: Strategy,
    *,
    profile: Profile,
    verifier: Verifier | None,
    seed: int,
    repeats: int = REPEATS,
) -> Replayed:
    """Replay the tasks that all models of `tiers` (premium at least) were recorded on. The same seed gives the same figures.

    A task whose plan begins cheap is answered by its first model where there is no verifier. Raises `WrongOutcomes` when no
    task was recorded for all models.
    """
    tasks = outcomes.tasks(tuple(tiers.values()))
    if not tasks:
        names = ", ".join(tiers.values())
        raise WrongOutcomes(f"{outcomes.file}: column task_id: no task has a row for each of {names} (name others by --tier)")
    slots = {strategy.ladders[tier].rungs[0]: tier for tier in tiers}
    table = {slot: outcomes.by_model[tiers[tier]] for slot, tier in slots.items()}
    given: dict[str, list[list[Outcome]]] = {task: [] for task in tasks}
    asked: dict[tuple[Tier, ...], float] = {}
    for repeat in range(repeats):
        rng = Random(f"{seed}/{repeat}")  # noqa: S311 - a simulation, no secret
        for task, steps, answer in _walk(tasks, table, strategy, profile, verifier, rng):
            given[task].append([table[slot][task] for slot in steps] + [table[answer][task]])
            sequence = tuple(slots[slot] for slot in steps)
            asked[sequence] = asked.get(sequence, 0.0) + 1 / (repeats * len(tasks))
    policies = {
        "pointsman": _given(given, tasks),
        "premium": _always([outcomes.by_model[tiers[Tier.PREMIUM]][task] for task in tasks]),
        **baselines(outcomes, tuple(tiers.values()), tasks),
    }
    return Replayed(tasks, policies, dict(sorted(asked.items(), key=lambda item: -item[1])))


def baselines(outcomes: Outcomes, models: tuple[str, ...], tasks: tuple[str, ...]) -> dict[str, Figures]:
    """What is simply possible with `models` on `tasks`, all of which all of them were recorded on.

    best_single and cheapest are one model for all tasks, known only afterwards; random is the mean of a uniform choice; oracle
    is for each task the cheapest model that solves it, the cheapest of all where none does.
    """
    rows = {model: [outcomes.by_model[model][task] for task in tasks] for model in models}
    by_success = max(models, key=lambda model: (sum(o.success for o in rows[model]), -sum(o.cost for o in rows[model])))
    by_cost = min(models, key=lambda model: sum(o.cost for o in rows[model]))
    columns = list(zip(*rows.values(), strict=True))
    mean_latency = [_mean([o.latency for o in column]) for column in columns]
    return {
        "best_single": _always(rows[by_success]),
        "cheapest": _always(rows[by_cost]),
        "random": Figures(
            [fmean(o.success for o in column) for column in columns],
            [fmean(o.cost for o in column) for column in columns],
            _all_known(mean_latency),
        ),
        "oracle": _always([min(column, key=lambda o: (not o.success, o.cost)) for column in columns]),
    }


def _walk(
    tasks: Sequence[str],
    table: Mapping[str, Mapping[str, Outcome]],
    strategy: Strategy,
    profile: Profile,
    verifier: Verifier | None,
    rng: Random,
) -> list[tuple[str, list[str], str]]:
    """One replay: for each task, in the order of time, the slots that were asked and the one whose answer was given."""
    deployments = [Deployment(slot, slot, "replay", "recorded", key="replay") for slot in table]
    state, costs, walked = LearnedState(), _Costs(profile, strategy), []
    for task in rng.sample(tasks, len(tasks)):
        decided = plan(profile, strategy, deployments, Live())
        adjusted = adjust(decided, profile, strategy, state, rng, scope=_SCOPE, verifier=verifier, cost=costs)
        steps: list[str] = []
        for step, slot in enumerate(adjusted.plan.chain[: adjusted.trials]):
            outcome = table[slot][task]
            steps.append(slot)
            costs.pay(slot, outcome.cost)
            reward, weight, accepted = float(outcome.success), 1.0, True
            if verifier is not None:
                rate = verifier.true_positive if outcome.success else verifier.false_positive
                accepted = rng.random() < rate
                reward, weight = verifier.estimate(accepted)
            evidence = Evidence(_SCOPE, slot, reward, weight, *_kind(profile), expected=adjusted.chances[step])
            state = learn(state, evidence, strategy)
            if accepted:
                break
        walked.append((task, steps, steps[-1]))
    return walked


def _kind(profile: Profile) -> tuple[str, str, str]:
    return profile.task or "", str(profile.complexity or ""), str(profile.domain or "")


def _given(given: Mapping[str, list[list[Outcome]]], tasks: Sequence[str]) -> Figures:
    """Of each task the mean over the replays. Each row holds the outcomes that were paid, and at its end the answer given."""
    latency = [_mean([_total([o.latency for o in row[:-1]]) for row in given[task]]) for task in tasks]
    return Figures(
        [fmean(row[-1].success for row in given[task]) for task in tasks],
        [fmean(sum(o.cost for o in row[:-1]) for row in given[task]) for task in tasks],
        _all_known(latency),
    )


def _always(row: Sequence[Outcome]) -> Figures:
    return Figures([float(o.success) for o in row], [o.cost for o in row], _all_known([o.latency for o in row]))


def _total(values: Sequence[float | None]) -> float | None:
    known = _all_known(values)
    return None if known is None else sum(known)


def _mean(values: Sequence[float | None]) -> float | None:
    known = _all_known(values)
    return None if known is None else fmean(known)


def _all_known(values: Sequence[float | None]) -> list[float] | None:
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else None
