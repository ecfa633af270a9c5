"""How many calls one deployment serves at a time: who comes later waits in a short line, in the order of coming."""

from __future__ import annotations

import asyncio
from collections import deque

from pointsman.core.clock import Clock
from pointsman.core.errors import Fault, ProviderError


class Turnstile:
    """Counts who is inside and who waits. Whoever entered must leave exactly once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.active = 0
        self._line: deque[asyncio.Future[None]] = deque()

    @property
    def queued(self) -> int:
        """How many wait."""
        return len(self._line)

    async def enter(self, *, capacity: int, longest_line: int, limit_s: float) -> None:
        """Wait for a place among `capacity`, for `limit_s` at most.

        Raises ProviderError OVERLOADED when the line is full or does not move in time: nothing was sent then.
        """
        if self.active < max(capacity, 1) and not self._line:
            self.active += 1
            return
        if len(self._line) >= longest_line:
            raise ProviderError(Fault.OVERLOADED, f"is busy: {self.active} calls run and {len(self._line)} wait")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        patience = asyncio.create_task(self._sleep(limit_s))
        try:
            await asyncio.wait({turn, patience}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            if turn.done():
                self.leave()
            raise
        finally:
            patience.cancel()
            if not turn.done():
                self._line.remove(turn)
        if not turn.done():
            raise ProviderError(Fault.OVERLOADED, f"is busy: no place became free within {limit_s:.1f} s")

    def leave(self) -> None:
        """Free a place: the first in the line takes it over, so that nobody who comes now overtakes it."""
        if self._line:
            self._line.popleft().set_result(None)
        else:
            self.active -= 1

    async def _sleep(self, seconds: float) -> None:
        await self._clock.sleep(max(seconds, 0.0))
