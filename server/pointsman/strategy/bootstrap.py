"""Confidence intervals by resampling tasks (Efron, 1979): no assumption about how costs or successes are spread."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

RESAMPLES = 1_000
_TAIL = 0.025


def resamples(size: int, rng: Random, count: int = RESAMPLES) -> list[list[int]]:
    """`count` draws of `size` places with replacement. Used for every figure of a report, so that differences are paired."""
    return [rng.choices(range(size), k=size) for _ in range(count)]


def interval(values: Sequence[float], draws: Sequence[Sequence[int]]) -> tuple[float, float]:
    """The 95 % percentile interval of the mean of `values`, one value a task."""
    means = sorted(sum(map(values.__getitem__, draw)) / len(draw) for draw in draws)
    last = len(means) - 1
    return means[round(_TAIL * last)], means[round((1 - _TAIL) * last)]
