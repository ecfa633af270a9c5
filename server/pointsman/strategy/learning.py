"""What outcomes taught in each workspace: evidence in, a bounded belief about each model out. Pure values, no clock.

An outcome of one workspace is read in that workspace alone, so a hostile one cannot change routing elsewhere; there it counts
at most `LearningRules.most_weight` outcomes and moves no belief further than `most_shift`. Older outcomes of the same task fade
with each new one (the discounting of Raj and Kalyani, 2017), so that a model that changed is believed anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pointsman.core.types import Domain, Level
from pointsman.strategy.bandit import Belief, Observed, beliefs
from pointsman.strategy.learning_rules import LearningRules, Reward
from pointsman.strategy.plan import Profile
from pointsman.strategy.rows import Strategy

_LEAST_WEIGHT = 0.01
"""Below this an outcome is not kept, so that a workspace's state stays small."""

_FARTHEST = 2.0
"""The greatest surprise of one outcome: the estimate from one verdict of a poor verifier may lie outside 0 to 1."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One outcome: of which model, for which kind of request, in which workspace (`scope`, an opaque name or digest).

    `reward` is how good the answer was, 0 to 1 (or the unbiased estimate of a verdict, see `Verifier.estimate`). `weight` is
    how much that says, 0 to 1. `expected` is what was expected of the model in this very case, where that is less than what is
    believed of it, because cheaper models had failed at it before; None otherwise.
    """

    scope: str
    slot: str
    reward: float
    weight: float = 1.0
    task: str = ""
    complexity: str = ""
    domain: str = ""
    expected: float | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request, and the model that was asked. Words that were not stated are ""."""

    task: str
    complexity: str
    domain: str
    slot: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Outcomes of one kind: how many still count, and the sum of what they were above (or below) the first belief."""

    weight: float = 0.0
    surplus: float = 0.0


@dataclass(frozen=True, slots=True)
class LearnedState:
    """All that was learned: for each workspace the tallies of its kinds of request, the workspace last heard of at the end."""

    scopes: Mapping[str, Mapping[Kind, Tally]] = field(default_factory=dict)


def settled(events: Iterable[str], rules: LearningRules) -> Reward | None:
    """What the feedback on one answer says when it is over: of its words the one that says most, the later of equals.

    None when no word is known. Call it once for an answer, so that showing, taking and keeping it count once.
    """
    best: Reward | None = None
    for event in events:
        reward = rules.rewards.get(event)
        if reward is not None and (best is None or reward.weight >= best.weight):
            best = reward
    return best


def learn(state: LearnedState, evidence: Evidence, strategy: Strategy) -> LearnedState:
    """The state after one outcome. Evidence of an unknown model, or without weight or a finite reward, changes nothing."""
    rules, weight = strategy.learning, min(max(evidence.weight, 0.0), 1.0)
    if evidence.slot not in strategy.slots or not weight >= _LEAST_WEIGHT or not math.isfinite(evidence.reward):
        return state
    before = state.scopes.get(evidence.scope, {})
    surplus = evidence.reward - strategy.slots[evidence.slot].quality
    if evidence.expected is not None and math.isfinite(evidence.expected):
        # In a case known to be hard only the surprise tells of the model: it is added to what is believed already.
        asked = Profile(evidence.task or None, _level(evidence.complexity), _domain(evidence.domain))
        surplus = evidence.reward - evidence.expected + _shift(before, asked, evidence.slot, strategy)
    surplus = min(max(surplus, -_FARTHEST), _FARTHEST)
    kind = Kind(evidence.task, evidence.complexity, evidence.domain, evidence.slot)
    fade = rules.discount**weight
    after = {}
    for each, tally in before.items():
        # Only outcomes of the same task fade: a day of completions must not wipe out what a week of reviews has taught.
        kept = Tally(tally.weight * fade, tally.surplus * fade) if each.task == kind.task else tally
        if kept.weight >= _LEAST_WEIGHT:
            after[each] = kept
    old = after.pop(kind, Tally())
    after[kind] = Tally(old.weight + weight, old.surplus + weight * surplus)
    scopes = {name: tallies for name, tallies in state.scopes.items() if name != evidence.scope}
    scopes[evidence.scope] = after
    for oldest in list(scopes)[: max(len(scopes) - rules.most_scopes, 0)]:
        del scopes[oldest]
    return LearnedState(scopes)


def believed(state: LearnedState, scope: str, profile: Profile, slots: Iterable[str], strategy: Strategy) -> dict[str, Belief]:
    """What is believed of each slot for this request in this workspace: the strategy's `quality`, shifted by outcomes there."""
    return _believed(state.scopes.get(scope, {}), profile, slots, strategy)


def explain(state: LearnedState, scope: str, profile: Profile, strategy: Strategy) -> tuple[str, ...]:
    """One line for each model of which outcomes in this workspace say something about this request, the best first."""
    tallies = state.scopes.get(scope, {})
    observed = _observed(tallies, profile, strategy.learning)
    rated = _believed(tallies, profile, observed, strategy)
    lines = []
    for slot in sorted(rated, key=lambda name: (-rated[name].mean, name)):
        belief, prior = rated[slot], strategy.slots[slot].quality
        lines.append(
            f"{slot}: {belief.mean:.0%} ± {belief.spread:.0%} good answers expected here, {prior:.0%} before"
            f" {observed[slot].weight:.1f} outcomes"
        )
    return tuple(lines) or ("nothing was learned here yet: the strategy's own order holds",)


def reset(state: LearnedState, scope: str | None = None) -> LearnedState:
    """The state without one workspace, or without any."""
    if scope is None:
        return LearnedState()
    return LearnedState({name: tallies for name, tallies in state.scopes.items() if name != scope})


def as_json(state: LearnedState) -> dict[str, object]:
    """The state as JSON can hold it: for each workspace a list of [task, complexity, domain, slot, weight, surplus]."""
    return {
        scope: [[k.task, k.complexity, k.domain, k.slot, round(t.weight, 6), round(t.surplus, 6)] for k, t in tallies.items()]
        for scope, tallies in state.scopes.items()
    }


def from_json(data: object, strategy: Strategy) -> LearnedState:
    """The state that `as_json` wrote. Whatever else stands there is left out, and no figure passes the bounds: never raises."""
    scopes: dict[str, Mapping[Kind, Tally]] = {}
    for scope, rows in data.items() if isinstance(data, dict) else ():
        found = dict(filter(None, (_tally(row, strategy) for row in rows))) if isinstance(rows, list) else {}
        if isinstance(scope, str) and found:
            scopes[scope] = found
    newest = list(scopes)[-strategy.learning.most_scopes :]
    return LearnedState({scope: scopes[scope] for scope in newest})


def _tally(row: object, strategy: Strategy) -> tuple[Kind, Tally] | None:
    match row:
        case [str(task), str(complexity), str(domain), str(slot), int() | float() as weight, int() | float() as surplus]:
            if slot in strategy.slots and math.isfinite(weight) and math.isfinite(surplus) and weight > 0:
                weight = min(float(weight), strategy.learning.most_weight)
                farthest = weight * _FARTHEST
                return Kind(task, complexity, domain, slot), Tally(weight, min(max(float(surplus), -farthest), farthest))
    return None


def _believed(tallies: Mapping[Kind, Tally], profile: Profile, slots: Iterable[str], strategy: Strategy) -> dict[str, Belief]:
    priors = {slot: strategy.slots[slot].quality for slot in slots}
    return beliefs(priors, _observed(tallies, profile, strategy.learning), strategy.learning)


def _observed(tallies: Mapping[Kind, Tally], profile: Profile, rules: LearningRules) -> dict[str, Observed]:
    """The outcomes that say something about `profile`, by slot: those of another kind of request count by their similarity."""
    like, sums = rules.similarity, dict[str, tuple[float, float]]()
    asked = (profile.task or "", str(profile.complexity or ""), str(profile.domain or ""))
    for kind, tally in tallies.items():
        share = 1.0
        for word, other, counts in zip(
            asked, (kind.task, kind.complexity, kind.domain), (like.task, like.complexity, like.domain), strict=True
        ):
            share *= 1.0 if word == other else counts
        weight, surplus = sums.get(kind.slot, (0.0, 0.0))
        sums[kind.slot] = (weight + share * tally.weight, surplus + share * tally.surplus)
    return {
        slot: Observed(min(weight, rules.most_weight), surplus / weight)
        for slot, (weight, surplus) in sums.items()
        if weight > 0
    }


def _shift(tallies: Mapping[Kind, Tally], profile: Profile, slot: str, strategy: Strategy) -> float:
    return _believed(tallies, profile, [slot], strategy)[slot].mean - strategy.slots[slot].quality


def _level(word: str) -> Level | None:
    return Level(word) if word in tuple(Level) else None


def _domain(word: str) -> Domain | None:
    return Domain(word) if word in tuple(Domain) else None
