"""Identical requests at the same moment are one call: whoever comes later joins it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from pointsman.gateway.answer import Answer

Show = Callable[[str], None]


class Flight:
    """One running request and everybody who waits for it."""

    def __init__(self, run: Callable[[Show], Awaitable[Answer]]) -> None:
        self._shown: str | None = None
        self._watchers: list[Show] = []
        self._waiting = 0
        self._task = asyncio.create_task(self._run(run), name="ask")

    async def join(self, on_text: Show | None) -> Answer:
        """Wait for the answer; a late watcher first gets the text so far.

        The call goes on while anybody waits, and is cancelled at once when the last one was.
        """
        self._waiting += 1
        if on_text is not None:
            self._watchers.append(on_text)
            if self._shown is not None:
                on_text(self._shown)
        try:
            return await asyncio.shield(self._task)
        finally:
            self._waiting -= 1
            if on_text is not None and on_text in self._watchers:
                self._watchers.remove(on_text)
            if self._waiting == 0 and not self._task.done():
                self._task.cancel()

    @property
    def watched(self) -> bool:
        return bool(self._watchers)

    @property
    def ending(self) -> bool:
        """Whether nobody can join any more."""
        return self._task.done() or self._task.cancelling() > 0

    @property
    def task(self) -> asyncio.Task[Answer]:
        return self._task

    async def _run(self, run: Callable[[Show], Awaitable[Answer]]) -> Answer:
        return await run(self._show)

    def _show(self, text: str) -> None:
        if text == (self._shown or ""):
            return
        self._shown = text
        for watcher in tuple(self._watchers):
            try:
                watcher(text)
            except Exception:
                # A display that fails is no reason to lose the answer: it is told nothing more.
                self._watchers.remove(watcher)
