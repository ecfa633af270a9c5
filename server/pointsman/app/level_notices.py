"""One calm line when the service level changes, and no more than one in ten minutes."""

from __future__ import annotations

from collections.abc import Callable

from pointsman.core.clock import Clock
from pointsman.core.types import ServiceLevel
from pointsman.features.items import Notice

_QUIET_S = 600.0
_NAMES = {
    ServiceLevel.REDUCED: "Reduced service",
    ServiceLevel.MINIMAL: "Minimal service",
    ServiceLevel.EMERGENCY: "Working without models",
}


class LevelNotices:
    """A listener for `Gateway.subscribe_levels`: `tell` gets a notice when a person should know.

    Within ten minutes of a notice nothing is said: the status bar shows the level all the time. That all is well again is said
    only to who was told that it was not.
    """

    def __init__(self, clock: Clock, tell: Callable[[Notice], None]) -> None:
        self._clock, self._tell = clock, tell
        self._told: ServiceLevel = ServiceLevel.FULL
        self._at: float | None = None

    def __call__(self, level: ServiceLevel, reason: str) -> None:
        """The level changed, for `reason`."""
        now = self._clock.monotonic()
        if level is self._told or (self._at is not None and now - self._at < _QUIET_S):
            return
        self._told, self._at = level, now
        if level is ServiceLevel.FULL:
            self._tell(Notice("Full service again"))
        else:
            self._tell(Notice(f"{_NAMES[level]}: {reason}"))
