"""The editor's requests that are not answered yet. Each is answered exactly once, whoever comes first.

Cancelling answers at once and then stops the work; work that will not stop is not waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from pointsman.lsp.errors import CANCELLED, response_error

Id = int | str
Lane = tuple[str, str]
"""A method and a document: a newer request there makes an older one moot."""


@dataclass(eq=False)
class Request:
    """One request that is not answered yet. `moot` makes the result that it gets when a newer one takes its lane."""

    id: Id
    method: str
    lane: Lane | None = None
    moot: Callable[[], object] = lambda: None
    task: asyncio.Task[None] | None = None


class Requests:
    """All open requests. `respond` takes an id and either a result or an error; it may raise when it cannot be sent."""

    def __init__(self, respond: Callable[[Id, object, object], None]) -> None:
        self._respond = respond
        self._open: dict[Id, Request] = {}
        self._lanes: dict[Lane, Request] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __contains__(self, request_id: Id) -> bool:
        return request_id in self._open

    def open(self, request: Request) -> None:
        """Take a request in, and answer the one whose lane it takes."""
        self._open[request.id] = request
        if request.lane is not None:
            self.supersede(request.lane)
            self._lanes[request.lane] = request

    def run(self, request: Request, work: Coroutine[Any, Any, object]) -> None:
        """Answer `request` with what `work` returns or raises."""
        request.task = asyncio.get_running_loop().create_task(self._run(request, work))
        self._tasks.add(request.task)
        request.task.add_done_callback(self._tasks.discard)
        # A task that is stopped before it began never gets to its work, about which Python would complain.
        request.task.add_done_callback(lambda _: work.close())

    async def _run(self, request: Request, work: Coroutine[Any, Any, object]) -> None:
        try:
            self.finish(request, await work)
        except asyncio.CancelledError:
            self.fail(request, CANCELLED)
        except Exception as error:
            self.fail(request, error)

    def finish(self, request: Request, result: object) -> None:
        """Answer with a result, unless it was answered already."""
        if not self._close(request):
            return
        try:
            self._respond(request.id, result, None)
        except Exception as error:
            self._respond(request.id, None, response_error(error, request.method))

    def fail(self, request: Request, error: BaseException) -> None:
        """Answer with an error, unless it was answered already."""
        if self._close(request):
            self._respond(request.id, None, response_error(error, request.method))

    def cancel(self, request_id: Id) -> None:
        """The editor does not want the answer any more."""
        if (request := self._open.get(request_id)) is not None:
            self.fail(request, CANCELLED)
            if request.task is not None:
                request.task.cancel()

    def cancel_task(self, task: asyncio.Task[object]) -> None:
        """The editor stopped the work that `task` does."""
        for request in list(self._open.values()):
            if request.task is task:
                self.cancel(request.id)

    def supersede(self, lane: Lane) -> None:
        """Whatever runs in `lane` is moot: answer it with its empty result, and stop it."""
        if (request := self._lanes.get(lane)) is not None:
            self.finish(request, request.moot())
            if request.task is not None:
                request.task.cancel()

    def cancel_all(self) -> None:
        """Stop everything."""
        for request_id in list(self._open):
            self.cancel(request_id)
        for task in list(self._tasks):
            task.cancel()

    def _close(self, request: Request) -> bool:
        if self._open.get(request.id) is not request:
            return False
        del self._open[request.id]
        if request.lane is not None and self._lanes.get(request.lane) is request:
            del self._lanes[request.lane]
        return True
