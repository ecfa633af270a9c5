"""`$/progress` of long work, which the person can see and stop."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from lsprotocol import types

from pointsman.lsp.ports import Progress
from pointsman.lsp.session import Session

_CREATE_S = 2.0


@asynccontextmanager
async def progress(session: Session, token: types.ProgressToken | None, title: str) -> AsyncIterator[Progress]:
    """Show `title` while the body runs, under the editor's token or a new one; nothing where it can show nothing.

    What is yielded may be called from any thread, also when the work is over.
    """
    if token is None and session.client.progress:
        token = await _create(session)
    if token is None:
        yield lambda _text, _percent: None
        return
    loop_thread, task, going = threading.get_ident(), asyncio.current_task(), True

    def send(value: object) -> None:
        session.server.progress(types.ProgressParams(token=token, value=value))

    def report(text: str, percent: int | None) -> None:
        if threading.get_ident() != loop_thread:
            session.post(report, text, percent)
        elif going:
            send(types.WorkDoneProgressReport(message=text, percentage=percent, cancellable=True))

    if task is not None:
        session.progress[token] = task
    send(types.WorkDoneProgressBegin(title=title, cancellable=True, percentage=0))
    try:
        yield report
    finally:
        going = False
        session.progress.pop(token, None)
        send(types.WorkDoneProgressEnd())


async def _create(session: Session) -> str | None:
    token = str(uuid.uuid4())
    asked = session.server.window_work_done_progress_create_async(types.WorkDoneProgressCreateParams(token=token))
    try:
        await asyncio.wait_for(asked, _CREATE_S)
    except (TimeoutError, ConnectionError):
        return None
    return token
