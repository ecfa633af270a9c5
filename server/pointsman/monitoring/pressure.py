"""How near this process and its machine are to having nothing left: one figure from 0 to 1, without a library.

The most used of three: memory (what is not available of it), the time in which work waited for a processor or for memory
(the pressure stall figures of Linux), and this process's own processor time. Not the load average: it counts whoever waits for
a disk too, and swings with every build. Where the system tells nothing (macOS, Windows), the
process's own time is all that counts.
"""

from __future__ import annotations

import re
from pathlib import Path

from pointsman.core.clock import Clock
from pointsman.monitoring import process

_PROC = Path("/proc")
_HOLDS_S = 5.0
_WINDOW_S = 60.0


class Pressure:
    """Call it for the figure; the system is asked once in five seconds. `proc` is where Linux tells of itself. Never raises."""

    def __init__(self, clock: Clock, proc: Path = _PROC) -> None:
        self._clock, self._proc = clock, proc
        self._at: float | None = None
        self._now = self._own = 0.0
        self._window = (clock.monotonic(), process.cpu_seconds())

    def __call__(self) -> float:
        """The most used resource, 0 to 1."""
        now = self._clock.monotonic()
        if self._at is None or now - self._at >= _HOLDS_S:
            self._at = now
            self._now = min(max(self._memory(), self._stalled(), self._own_time(now)), 1.0)
        return self._now

    def _memory(self) -> float:
        text = self._read("meminfo")
        total, available = (re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE) for name in ("MemTotal", "MemAvailable"))
        return 1.0 - int(available[1]) / int(total[1]) if total and available and int(total[1]) else 0.0

    def _stalled(self) -> float:
        """The share of time in which something waited: for five minutes and in the last one, so that a build is no alarm."""
        shares = []
        for resource in ("cpu", "memory"):
            some = re.search(r"^some .*avg60=([\d.]+) avg300=([\d.]+)", self._read(f"pressure/{resource}"), re.MULTILINE)
            shares.append(min(float(some[1]), float(some[2])) / 100 if some else 0.0)
        return max(shares)

    def _own_time(self, now: float) -> float:
        """Processor time of this process in the last whole minute, as a share of one processor: more than one it cannot use."""
        began, used = self._window
        if now - began >= _WINDOW_S:
            spent = process.cpu_seconds()
            self._own, self._window = (spent - used) / (now - began), (now, spent)
        return self._own

    def _read(self, name: str) -> str:
        try:
            return (self._proc / name).read_text("ascii", "replace")
        except (OSError, ValueError):
            return ""
