"""Percentiles of small samples, and of the last minutes."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

from pointsman.core.clock import Clock


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0..1) of `values` do not exceed, by the nearest rank: always one that was measured.

    NaN for no values.
    """
    if not values:
        return math.nan
    rank = max(math.ceil(min(max(share, 0.0), 1.0) * len(values)), 1)
    return sorted(values)[rank - 1]


class Window:
    """The values of the last `seconds` of monotonic time, at most `most` of them."""

    def __init__(self, clock: Clock, *, seconds: float = 300.0, most: int = 1_000) -> None:
        self._clock, self._seconds = clock, seconds
        self._values: deque[tuple[float, float]] = deque(maxlen=most)

    def add(self, value: float) -> None:
        self._values.append((self._clock.monotonic(), value))

    @property
    def values(self) -> list[float]:
        """Oldest first."""
        oldest = self._clock.monotonic() - self._seconds
        while self._values and self._values[0][0] < oldest:
            self._values.popleft()
        return [value for _, value in self._values]

    @property
    def mean(self) -> float:
        """NaN when nothing was measured."""
        values = self.values
        return sum(values) / len(values) if values else math.nan

    def percentile(self, share: float) -> float:
        """NaN when nothing was measured."""
        return percentile(self.values, share)
