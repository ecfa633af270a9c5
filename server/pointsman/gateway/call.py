"""One call of one model under three clocks: the first byte, the gap between bytes, and the whole."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from pointsman.core.clock import Clock
from pointsman.core.errors import Fault, ProviderError
from pointsman.core.types import Deployment
from pointsman.providers.base import Done, Event, Prompt, Provider, Text

_log = logging.getLogger(__name__)

_GRACE_S = 0.03
"""How long a provider may take to let go of its socket; a slower one is left to finish alone."""

_EACH_CHARS = 1_024
_SHOW_EVERY_S = 0.03
"""A short text is shown with each piece; a long one as often as an eye can follow, as each showing costs its whole length."""

_FAIR_PIECES = 32

_abandoned: set[asyncio.Task[None]] = set()


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: until the first text, between two texts, and for the whole call."""

    first_s: float
    gap_s: float
    total_s: float


class Call:
    """One call. `run` raises `ProviderError` only; what came so far can be read at any time, also after a cancellation."""

    def __init__(
        self, provider: Provider, deployment: Deployment, prompt: Prompt, limits: Limits, clock: Clock,
        on_text: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        self._provider, self._deployment, self._prompt = provider, deployment, prompt
        self._limits, self._clock, self._on_text = limits, clock, on_text
        self._pieces: list[str] = []
        self._most_chars = max(16_384, min(prompt.max_output_tokens, deployment.max_output_tokens) * 16)
        self._shown_at = 0.0
        self.chars = 0
        self.started = self.heard = clock.monotonic()
        self.first_s: float | None = None
        self.done: Done | None = None

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    async def run(self) -> Done:
        """Read the whole answer.

        Raises ProviderError within `limits.total_s` whatever the provider does, and CancelledError after it told the provider
        to stop.
        """
        reading = asyncio.create_task(self._read(), name=f"call-{self._deployment.name}")
        watching = asyncio.create_task(self._watch())
        try:
            await asyncio.wait({reading, watching}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            watching.cancel()
            if not reading.done():
                await _let_go(reading)
        if self.done is not None:
            return self.done
        if not reading.done() or reading.cancelled() or (watching.done() and not watching.cancelled()):
            raise ProviderError(Fault.TIMEOUT, self._timeout_note())
        error = reading.exception()
        if isinstance(error, ProviderError):
            raise error
        if error is not None:
            # Only the type: an unknown error's text may hold a key or code.
            raise ProviderError(Fault.CRASHED, f"the provider failed with {type(error).__name__}")
        raise ProviderError(Fault.CUT, "the answer was cut before its end")

    async def _read(self) -> None:
        stream = self._provider.stream(self._deployment, self._prompt, timeout_s=max(self._limits.first_s, self._limits.gap_s))
        async with _closing(stream):
            async for event in stream:
                if isinstance(event, Done):
                    self.done = event if self._has_text() else None
                    if self.done is None:
                        raise ProviderError(Fault.EMPTY, "the answer was empty")
                    return
                self._take(event)
                if len(self._pieces) % _FAIR_PIECES == 0:
                    # A vendor that sends faster than we read never lets the loop breathe, and the clocks below would not tick.
                    await asyncio.sleep(0)

    def _take(self, event: Text) -> None:
        self.heard = self._clock.monotonic()
        if self.first_s is None:
            self.first_s = self.heard - self.started
        self._pieces.append(event.text)
        self.chars += len(event.text)
        if self.chars > self._most_chars:
            raise ProviderError(Fault.MALFORMED, f"the answer passed {self._most_chars} characters without an end")
        if self._on_text is not None and (self.chars <= _EACH_CHARS or self.heard - self._shown_at >= _SHOW_EVERY_S):
            self._shown_at = self.heard
            self._on_text(self.text)

    def _has_text(self) -> bool:
        return any(piece and not piece.isspace() for piece in self._pieces)

    async def _watch(self) -> None:
        limits = self._limits
        while True:
            due = self.started + limits.first_s if self.first_s is None else self.heard + limits.gap_s
            left = min(due, self.started + limits.total_s) - self._clock.monotonic()
            if left <= 0:
                return
            await self._clock.sleep(left)

    def _timeout_note(self) -> str:
        waited = self._clock.monotonic() - self.started
        if self.first_s is None:
            return f"no answer began within {waited:.1f} s"
        if waited >= self._limits.total_s:
            return f"the answer was not whole after {waited:.1f} s"
        return f"the answer stalled for {self._clock.monotonic() - self.heard:.1f} s"


@contextlib.asynccontextmanager
async def _closing(stream: AsyncIterator[Event]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        close = getattr(stream, "aclose", None)
        if close is not None:
            await close()


async def _let_go(reading: asyncio.Task[None]) -> None:
    """Cancel the reader and give it a moment to close its socket, but never wait for one that ignores it."""
    reading.cancel()
    # Held until it ends: a task that nobody refers to may be collected half-way, with its socket open.
    _abandoned.add(reading)
    reading.add_done_callback(_forget)
    await asyncio.wait({reading}, timeout=_GRACE_S)


def _forget(reading: asyncio.Task[None]) -> None:
    _abandoned.discard(reading)
    if not reading.cancelled() and (error := reading.exception()) is not None:
        _log.debug("a call that was given up ended with %s", type(error).__name__)
