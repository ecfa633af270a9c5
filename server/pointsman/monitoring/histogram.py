"""Counts by size, which can be added up: percentiles of hours and days without the values themselves.

A bucket is 5 % wide, so that a percentile read from it is at most 2.5 % off the value that was measured.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping

_STEP = math.log(1.05)
_MIDDLE = 1.05**0.5

Histogram = Counter[int]


def of(values: Iterable[float]) -> Histogram:
    """The histogram of `values`; whatever is below 1 counts as 1."""
    return Counter(math.floor(math.log(max(value, 1.0)) / _STEP) for value in values)


def percentile(counts: Mapping[int, int], share: float) -> float:
    """The value that `share` (0..1) of the values do not exceed, by the nearest rank. NaN when it is empty."""
    total = sum(counts.values())
    if total <= 0:
        return math.nan
    rank = max(math.ceil(min(max(share, 0.0), 1.0) * total), 1)
    for bucket in sorted(counts):
        rank -= counts[bucket]
        if rank <= 0:
            return math.exp(bucket * _STEP) * _MIDDLE
    return math.nan


def as_json(counts: Mapping[int, int]) -> dict[str, int]:
    return {str(bucket): count for bucket, count in sorted(counts.items())}


def from_json(value: object) -> Histogram:
    """What `as_json` wrote; anything else is empty."""
    if not isinstance(value, Mapping):
        return Counter()
    try:
        return Counter({int(bucket): int(count) for bucket, count in value.items()})
    except (TypeError, ValueError):
        return Counter()
