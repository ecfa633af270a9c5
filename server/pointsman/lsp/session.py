"""One editor and what it has open. Everything that a method of the protocol may use."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from lsprotocol import types

from pointsman.core.errors import PointsmanError
from pointsman.features.items import Notice, Status
from pointsman.lsp.client import Client
from pointsman.lsp.documents import Documents
from pointsman.lsp.logs import describe, log
from pointsman.lsp.ports import Workbench
from pointsman.lsp.protocol import Server
from pointsman.lsp.publisher import Publisher
from pointsman.lsp.requests import Requests
from pointsman.lsp.status import wire_status

STATUS = "pointsman/status"
_MESSAGES = {"info": types.MessageType.Info, "warning": types.MessageType.Warning, "error": types.MessageType.Error}


class Session:
    """The state of the connection. It is touched in the event loop's thread only, but for `post`."""

    def __init__(self, server: Server, requests: Requests, make_workbench: Callable[[], Workbench]) -> None:
        self.server, self.requests = server, requests
        self.client = Client()
        self.documents = Documents()
        self.publisher = Publisher(server, self.documents, lambda: self.client.encoding, self.workbench)
        self.progress: dict[types.ProgressToken, asyncio.Task[object]] = {}
        self._loop = asyncio.get_running_loop()
        self._make = make_workbench
        self._starting: asyncio.Task[Workbench] | None = None
        self._ready: Workbench | None = None
        self._early: list[Callable[[Workbench], None]] = []
        self._background: set[asyncio.Task[None]] = set()

    def start(self) -> asyncio.Task[Workbench]:
        """Build the features, unless that was begun before."""
        if self._starting is None:
            self._starting = self._loop.create_task(self._start())
            self._starting.add_done_callback(self._started)
        return self._starting

    async def workbench(self) -> Workbench:
        """The features, once they are ready."""
        starting = self.start()
        # Whoever is cancelled while waiting must not stop the start, for which others wait too.
        return await asyncio.shield(starting)

    def tell(self, message: Callable[[Workbench], None]) -> None:
        """Tell the features something now, or in this order as soon as they are ready."""
        if self._ready is None:
            self._early.append(message)
            return
        try:
            message(self._ready)
        except Exception as error:
            log.error("a notification failed: %s", describe(error))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that no request waits for."""

        async def run() -> None:
            try:
                await work
            except Exception as error:
                log.error("in the background: %s", describe(error))

        task = self._loop.create_task(run())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def post(self, action: Callable[..., None], *args: object) -> None:
        """Do something in the event loop; from any thread, and also when there is no loop any more."""
        try:
            self._loop.call_soon_threadsafe(action, *args)
        except RuntimeError:
            return

    def show(self, text: str, severity: str = "info") -> None:
        """One line for the person."""
        kind = _MESSAGES.get(severity, types.MessageType.Info)
        self.server.window_show_message(types.ShowMessageParams(type=kind, message=text))

    async def configure(self, settings: Mapping[str, object]) -> None:
        """Use other settings from now on, and look at every document with them."""
        await (await self.workbench()).configure(settings)
        for snapshot in self.documents:
            self.publisher.schedule(snapshot.uri, 0)

    async def close(self) -> None:
        """Stop everything and close the features."""
        self.requests.cancel_all()
        self.publisher.stop()
        for task in self._background:
            task.cancel()
        if self._ready is not None:
            await self._ready.close()
        elif self._starting is not None:
            self._starting.cancel()

    async def _start(self) -> Workbench:
        # Importing the features takes long enough to be felt: meanwhile the loop answers and cancels.
        workbench = await asyncio.to_thread(self._make)
        workbench.listen(
            lambda status: self.post(self._status, status),
            lambda notice: self.post(self._notice, notice),
            lambda uri: self.post(self.publisher.schedule, uri, 0),
        )
        await workbench.start(self.client.start)
        return workbench

    def _started(self, task: asyncio.Task[Workbench]) -> None:
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            log.error("the features could not start: %s", describe(error))
            self.show(str(error) if isinstance(error, PointsmanError) else "Pointsman could not start.", "error")
            return
        self._ready = task.result()
        early, self._early = self._early, []
        for message in early:
            self.tell(message)

    def _status(self, status: Status) -> None:
        self.server.protocol.notify(STATUS, wire_status(status))

    def _notice(self, notice: Notice) -> None:
        self.show(notice.text, notice.severity)
