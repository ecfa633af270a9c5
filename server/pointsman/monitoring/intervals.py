"""How sure a figure is: Wilson's interval of a share, and a seeded bootstrap of anything else."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

T = TypeVar("T")

_Z95 = 1.959963984540054
RESAMPLES = 400


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval, from `samples` observations."""

    value: float
    low: float
    high: float
    samples: int


def share(count: int, of: int) -> Estimate | None:
    """`count` of `of` as a share in 0..1, with Wilson's 95 % interval (E. B. Wilson, 1927). None for nothing observed."""
    if of <= 0:
        return None
    p, z2 = count / of, _Z95 * _Z95
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z95 / (1 + z2 / of) * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    # At 0 and 1 the bound is the share itself; rounding would put it a hair beside it.
    return Estimate(p, 0.0 if count == 0 else max(middle - half, 0.0), 1.0 if count == of else min(middle + half, 1.0), of)


def mean(values: Sequence[float], *, seed: int = 1) -> Estimate | None:
    """The mean with its bootstrap interval. None for no values."""
    return bootstrap(values, lambda drawn, _: math.fsum(drawn) / len(drawn), seed=seed)


def bootstrap(
    values: Sequence[T], statistic: Callable[[Sequence[T], Random | None], float], *, seed: int = 1, resamples: int = RESAMPLES
) -> Estimate | None:
    """`statistic` of `values`, with the 2.5 and 97.5 percentiles of it over samples drawn with replacement.

    `statistic` gets None for the figure itself, and the random numbers of a resample where it draws an assumption of its own.
    The same values and seed give the same interval. None for no values.
    """
    if not values:
        return None
    random = Random(seed)  # noqa: S311 - resampling, no secret
    figure = statistic(values, None)
    drawn = sorted(statistic(random.choices(values, k=len(values)), random) for _ in range(resamples))
    low, high = drawn[int(0.025 * resamples)], drawn[min(math.ceil(0.975 * resamples), resamples - 1)]
    return Estimate(figure, min(low, figure), max(high, figure), len(values))
