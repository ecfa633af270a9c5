"""Watches answers go by: live figures in memory, and once a minute, an hour and a day the sums on disk.

Nothing runs while nobody asks for anything: the work is begun by answers, in the background, and never fails one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from dataclasses import dataclass

from pointsman.core.clock import Clock
from pointsman.core.errors import StorageError
from pointsman.monitoring import process
from pointsman.monitoring.percentiles import Window
from pointsman.monitoring.rollups import KEEPS, SECONDS, roll_up
from pointsman.storage.figures import Figures, Usage
from pointsman.storage.store import Store

_log = logging.getLogger(__name__)
_MINUTE_S = 60.0
_SETTLES_S = 5.0
"""Past the full minute before it is summed up, so that what other processes queued is on disk."""


@dataclass(frozen=True, slots=True)
class Live:
    """The last five minutes of this process: milliseconds, a share in 0..1, answers. NaN and 0 when nothing was asked."""

    p50_ms: float
    p95_ms: float
    error_rate: float
    answers: int


class Monitor:
    """The measurements of one process. Call `answered` for each answer, in the event loop."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._figures, self._clock, self._store = Figures(store, clock), clock, store
        self._times, self._failures = Window(clock), Window(clock)
        self._measured_at, self._measured_cpu = clock.monotonic(), process.cpu_seconds()
        self._rolled: dict[str, int] = {}
        self._rolling: asyncio.Task[None] | None = None

    @property
    def live(self) -> Live:
        """Response time and error rate as they are now, without asking the disk."""
        failures = self._failures.values
        rate = sum(failures) / len(failures) if failures else float("nan")
        return Live(self._times.percentile(0.5), self._times.percentile(0.95), rate, len(failures))

    def answered(self, elapsed_s: float, *, served: bool) -> None:
        """One answer was given; `served` says that a model or the cache gave it. Never raises and never waits."""
        self._times.add(elapsed_s * 1_000)
        self._failures.add(0.0 if served else 1.0)
        self._measure()
        now = self._clock.wall() - _SETTLES_S
        due = [period for period, seconds in SECONDS.items() if self._rolled.get(period) != int(now // seconds)]
        if due and (self._rolling is None or self._rolling.done()):
            self._rolled.update({period: int(now // SECONDS[period]) for period in due})
            self._rolling = asyncio.get_running_loop().create_task(self._roll(due), name="rollups")

    async def settle(self) -> None:
        """Wait for what runs in the background."""
        if self._rolling is not None:
            await asyncio.wait({self._rolling})

    async def aclose(self) -> None:
        """Stop what runs; the sums that are missing then are made by the next answer, in this process or another."""
        if self._rolling is not None and not self._rolling.done():
            self._rolling.cancel()
            await asyncio.wait({self._rolling}, timeout=0.2)

    def _measure(self) -> None:
        now, cpu = self._clock.monotonic(), process.cpu_seconds()
        passed = now - self._measured_at
        if passed < _MINUTE_S:
            return
        share = max(cpu - self._measured_cpu, 0.0) / passed
        self._measured_at, self._measured_cpu = now, cpu
        self._figures.keep_usage(Usage(self._clock.wall(), os.getpid(), share, process.memory_bytes()))

    async def _roll(self, due: list[str]) -> None:
        with contextlib.suppress(StorageError):
            await self._store.flush()
            for period in due:
                await roll_up(self._figures, self._clock, period)
            if "hour" in due:
                await self._figures.prune(KEEPS)
            return
        _log.debug("the sums wait: the database cannot be used")
