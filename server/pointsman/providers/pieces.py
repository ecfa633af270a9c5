"""From what a vendor sends to what a provider promises: text in order, then exactly one `Done`, or one `ProviderError`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

from pointsman.core.errors import Fault, ProviderError
from pointsman.core.types import Usage
from pointsman.providers import faults
from pointsman.providers.base import Done, Event, Text

TEXT_CAP = 2_000_000
"""Characters of one answer; a longer one is a fault of the server, not an answer."""

_DRAIN_S = 0.1


@dataclass(frozen=True, slots=True)
class End:
    """The vendor said that the answer is whole."""

    usage: Usage | None = None
    truncated: bool = False
    refused: bool = False


Piece = str | End
"""Text as it comes ("" for an event that carries none), then `End`."""


async def events(pieces: AsyncGenerator[Piece], stops: tuple[str, ...] = ()) -> AsyncIterator[Event]:
    """Turn one vendor's `pieces` into events, cut at the first of `stops`; closes `pieces` in any case.

    Raises `ProviderError` only: CUT without an end, EMPTY without text, REFUSED, MALFORMED for what is too long.
    """
    failure: ProviderError | None = None
    cutter = _Cutter(stops)
    alive, written = False, 0
    try:
        async with contextlib.aclosing(pieces):
            end: End | None = None
            async for piece in pieces:
                alive = True
                if isinstance(piece, End):
                    end = piece
                    break
                written += len(piece)
                if written > TEXT_CAP:
                    raise faults.malformed("does not end")
                if text := cutter.feed(piece):
                    yield Text(text)
                if cutter.stopped:
                    end = End()
                    break
            if end is None:
                raise _unfinished(alive)
            if not cutter.stopped and not end.refused and (rest := cutter.rest()):
                yield Text(rest)
            _check(end, cutter)
            yield Done(end.usage, end.truncated)
            if not cutter.stopped:
                await _drain(pieces)
    except Exception as error:
        failure = faults.from_exception(error)
    # Raised here, not above: so no SDK exception, which holds the request, hangs on to it as its context.
    if failure is not None:
        failure.__cause__ = failure.__context__ = None
        raise failure.with_traceback(None)


def text_of(value: object) -> str:
    """`value` where it is text, "" where it is missing. Raises MALFORMED for anything else."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise faults.malformed("is not of the promised shape")
    return value


def usage_of(input_tokens: object, output_tokens: object, cached_tokens: object, written_tokens: object = 0) -> Usage | None:
    """What the vendor billed; None when a count is missing, negative, not a number or absurd.

    `input_tokens` counts all of the input. `written_tokens` are those of it that the vendor stored in its cache, at a
    quarter more than their price: counted so, as a price knows no rate of its own for them.
    """
    read, wrote = _count(input_tokens), _count(output_tokens)
    cached = _count(0 if cached_tokens is None else cached_tokens)
    stored = _count(0 if written_tokens is None else written_tokens)
    if read is None or wrote is None or cached is None or stored is None:
        return None
    return Usage(read + -(-stored // 4), wrote, min(cached, read))


def total(*counts: object) -> int | None:
    """The sum of token counts, a missing one being none; None when one makes no sense."""
    known = [_count(0 if count is None else count) for count in counts]
    return None if None in known else sum(count for count in known if count is not None)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1_000_000_000 else None


def _unfinished(alive: bool) -> ProviderError:
    if not alive:
        return ProviderError(Fault.EMPTY, "the endpoint answered with nothing")
    return ProviderError(Fault.CUT, "the answer broke off before its end")


def _check(end: End, cutter: _Cutter) -> None:
    if end.refused:
        raise ProviderError(Fault.REFUSED, "the model declined to answer")
    if not cutter.any_text:
        how = "used up its tokens before it wrote any text" if end.truncated else "wrote no text"
        raise ProviderError(Fault.EMPTY, f"the model {how}")


async def _drain(pieces: AsyncGenerator[Piece]) -> None:
    """Read what follows the end, which is next to nothing, so that the connection can serve the next call."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_DRAIN_S):
            async for _ in pieces:
                pass


class _Cutter:
    """Cuts a stream at the first stop string, holding back only what may be the beginning of one."""

    def __init__(self, stops: tuple[str, ...]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self.stopped = False
        self.any_text = False

    def feed(self, text: str) -> str:
        """What of `text`, and of what was held back, can be shown now."""
        text = self._held + text
        self._held = ""
        hits = [at for stop in self._stops if (at := text.find(stop)) >= 0]
        if hits:
            self.stopped = True
            return self._show(text[: min(hits)])
        keep = max((_overlap(text, stop) for stop in self._stops), default=0)
        self._held = text[len(text) - keep :]
        return self._show(text[: len(text) - keep])

    def rest(self) -> str:
        held, self._held = self._held, ""
        return self._show(held)

    def _show(self, text: str) -> str:
        self.any_text = self.any_text or bool(text.strip())
        return text


def _overlap(text: str, stop: str) -> int:
    """How long a beginning of `stop`, short of all of it, `text` ends with."""
    return next((size for size in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:size])), 0)
