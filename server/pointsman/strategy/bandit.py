"""The bandit: from outcomes to beliefs with their doubt, and which model goes first. The random source is a parameter.

A model's share of good answers is its prior, plus how hard a workspace's tasks are for all models alike, plus how this model
differs there from the others: two random effects with normal priors, so that a first model's failures on hard tasks are not
held against it alone. Exploration draws from the beliefs (Thompson, 1933; Chapelle and Li, 2011) in a small share of requests,
as conservative bandits do (Wu et al., 2016): the plan's own model is the baseline that is left only for a reason.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from pointsman.strategy.learning_rules import LearningRules

_SURE = 0.98
"""No model is believed to be always right, or always wrong."""


@dataclass(frozen=True, slots=True)
class Observed:
    """Outcomes of one model: how many count, and by how much their mean is above the first belief."""

    weight: float
    surplus: float


@dataclass(frozen=True, slots=True)
class Belief:
    """The share of good answers that is expected of a model, 0 to 1, its standard deviation, and how far outcomes moved it."""

    mean: float
    spread: float
    shift: float


@dataclass(frozen=True, slots=True)
class Pick:
    """The model that goes first. `explored`: it was tried out rather than believed better."""

    slot: str
    explored: bool = False


def beliefs(priors: Mapping[str, float], observed: Mapping[str, Observed], rules: LearningRules) -> dict[str, Belief]:
    """The belief of each slot of `priors`, given outcomes of these or of other slots. No mean moves beyond `most_shift`."""
    common, own = rules.common_spread**2, rules.own_spread**2
    doubts = {slot: rules.noise / each.weight for slot, each in observed.items() if each.weight > 0}
    precision = sum(1 / (own + doubt) for doubt in doubts.values())
    pull = sum(observed[slot].surplus / (own + doubt) for slot, doubt in doubts.items())
    harder, harder_variance = common * pull / (1 + common * precision), common / (1 + common * precision)
    harder = min(max(harder, -rules.most_common_shift), rules.most_common_shift)
    found = {}
    for slot, prior in priors.items():
        doubt = doubts.get(slot, math.inf)
        kept = own / (own + doubt)
        shift = (1 - kept) * harder + kept * observed[slot].surplus if slot in doubts else harder
        variance = (1 - kept) ** 2 * harder_variance + own * (1 - kept)
        shift = min(max(shift, -rules.most_shift), rules.most_shift)
        found[slot] = Belief(min(max(prior + shift, 1 - _SURE), _SURE), math.sqrt(variance), shift)
    return found


def pick(
    first: str,
    rivals: Mapping[str, Belief],
    priors: Mapping[str, float],
    cheap: frozenset[str],
    rules: LearningRules,
    rng: Random,
) -> Pick:
    """The slot of `rivals` that goes first, `first` being the plan's own and one of them.

    The strategy chose `first` with everything in view, so before any outcome no rival counts for more. One takes its place
    when outcomes make it better by `margin`. In a share `explore` of requests a rival may be tried out: one of `cheap`, which
    cost no more, or any of them where `first` has disappointed by `margin`.
    """
    start = {slot: min(priors[slot], priors[first]) + belief.shift for slot, belief in rivals.items()}
    if rng.random() < rules.explore:
        open_to_all = rivals[first].shift < -rules.margin
        drawn = {
            slot: rng.gauss(start[slot], rivals[slot].spread)
            for slot in rivals
            if slot == first or slot in cheap or open_to_all
        }
        tried = max(drawn, key=lambda slot: drawn[slot])
        return Pick(tried, explored=tried != first)
    best = max(start, key=lambda slot: (start[slot], slot == first))
    return Pick(best if start[best] > start[first] + rules.margin else first)
