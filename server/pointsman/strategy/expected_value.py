"""What a verified cascade is worth before it is tried: success and cost of asking models in turn until a verifier accepts.

Models fail on the same tasks. One latent difficulty, normal over tasks, stands for that (a one-factor Gaussian copula): given
the difficulty the models' outcomes and the verdicts are independent, so a rejection also says that the task is hard, and the
expectation is a sum over a few equally probable difficulties. Frugal cascades of this kind: Chen, Zaharia and Zou, 2023.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from statistics import NormalDist

_NORMAL = NormalDist()
_STRATA = 15
_DIFFICULTIES = tuple(_NORMAL.inv_cdf((i + 0.5) / _STRATA) for i in range(_STRATA))
_LEAST_SKILL = 0.1
"""With less a check is hardly better than a coin: neither learning nor a cascade relies on it."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """How often a check accepts a good answer (`true_positive`) and a bad one (`false_positive`), each 0 to 1."""

    true_positive: float
    false_positive: float

    @property
    def skill(self) -> float:
        """Youden's J: 1 for a perfect check, 0 for a coin, which tells nothing."""
        return self.true_positive - self.false_positive

    @property
    def tells(self) -> bool:
        """Whether the check is good enough to rely on."""
        return self.skill >= _LEAST_SKILL

    def estimate(self, accepted: bool) -> tuple[float, float]:
        """A verdict as (reward, weight) for `Evidence`: an estimate of "good" that is right on the average.

        The weight is the square of the skill, as the variance of the estimate grows with its inverse; 0 for hardly any skill.
        """
        if not self.tells:
            return 0.0, 0.0
        return (accepted - self.false_positive) / self.skill, self.skill**2


@dataclass(frozen=True, slots=True)
class Worth:
    """Of one sequence of models: the expected success (0 to 1) and cost (in the unit of the costs given).

    `chances` are for each step the expected share of good answers among the requests that come so far.
    """

    success: float
    cost: float
    chances: tuple[float, ...]


def worth(beliefs: Sequence[float], costs: Sequence[float], verifier: Verifier, likeness: float) -> Worth:
    """Ask in this order until an answer is accepted; when all are rejected, the last one's answer is given after all.

    `beliefs` are each model's share of good answers over all tasks, strictly between 0 and 1; `likeness`, under 1, is how much
    models share what is difficult. One model alone succeeds as often as is believed of it.
    """
    success = cost = 0.0
    reached, solved = [0.0] * len(beliefs), [0.0] * len(beliefs)
    for stratum in range(_STRATA):
        reach = 1.0
        for step, belief in enumerate(beliefs):
            chance = _at_difficulty(round(belief, 3), round(likeness, 3))[stratum]
            reached[step] += reach
            solved[step] += reach * chance
            cost += reach * costs[step]
            if step == len(beliefs) - 1:
                success += reach * chance
                break
            success += reach * chance * verifier.true_positive
            reach *= chance * (1 - verifier.true_positive) + (1 - chance) * (1 - verifier.false_positive)
    chances = tuple(hits / max(reach, 1e-12) for hits, reach in zip(solved, reached, strict=True))
    return Worth(success / _STRATA, cost / _STRATA, chances)


@lru_cache(maxsize=4096)
def _at_difficulty(belief: float, likeness: float) -> tuple[float, ...]:
    """The chance of a good answer at each difficulty, the easiest first; their mean is close to `belief`."""
    threshold = _NORMAL.inv_cdf(min(max(belief, 0.001), 0.999))
    return tuple(_NORMAL.cdf((threshold - sqrt(likeness) * z) / sqrt(1 - likeness)) for z in _DIFFICULTIES)
