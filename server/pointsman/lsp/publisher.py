"""Diagnostics, pushed to the editor when typing pauses. The newest version wins; an old one is never shown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from lsprotocol import types

from pointsman.core.document import Encoding
from pointsman.lsp import convert
from pointsman.lsp.documents import Documents
from pointsman.lsp.logs import describe, log
from pointsman.lsp.ports import Workbench
from pointsman.lsp.protocol import Server

AFTER_OPENING: Final = 0.02
AFTER_TYPING: Final = 0.25


class Publisher:
    """Publishes the diagnostics of each open document, one piece of work a document at a time."""

    def __init__(
        self,
        server: Server,
        documents: Documents,
        encoding: Callable[[], Encoding],
        workbench: Callable[[], Awaitable[Workbench]],
    ) -> None:
        self._server, self._documents = server, documents
        self._encoding, self._workbench = encoding, workbench
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopped = False

    def schedule(self, uri: str, delay: float) -> None:
        """Look at the document in `delay` seconds. What was scheduled before, or runs, is moot."""
        if (previous := self._tasks.pop(uri, None)) is not None:
            previous.cancel()
        if self._stopped or self._documents.get(uri) is None:
            return
        task = asyncio.get_running_loop().create_task(self._publish(uri, delay))
        self._tasks[uri] = task
        task.add_done_callback(lambda done: self._tasks.pop(uri) if self._tasks.get(uri) is done else None)

    def clear(self, uri: str) -> None:
        """Take the diagnostics of a closed document away."""
        if (previous := self._tasks.pop(uri, None)) is not None:
            previous.cancel()
        self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri=uri, diagnostics=[]))

    def stop(self) -> None:
        """Publish nothing more."""
        self._stopped = True
        for task in list(self._tasks.values()):
            task.cancel()

    async def _publish(self, uri: str, delay: float) -> None:
        try:
            await asyncio.sleep(delay)
            workbench = await self._workbench()
            if (snapshot := self._documents.get(uri)) is None:
                return
            findings = await workbench.diagnostics(snapshot)
            if not self._documents.current(snapshot):
                return
            shown = [convert.diagnostic(snapshot, finding, self._encoding()) for finding in findings]
            self._server.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(uri=uri, diagnostics=shown, version=snapshot.version)
            )
        except Exception as error:
            log.error("diagnostics failed: %s", describe(error))
