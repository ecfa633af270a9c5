"""What may be said on stderr: what failed and where, never with what. Editors keep stderr in a log file."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from pathlib import PurePath
from types import TracebackType

log = logging.getLogger("pointsman.lsp")


def describe(error: BaseException) -> str:
    """The kind of an error and the place it comes from. Not its text, which may quote code or a key."""
    trace: TracebackType | None = error.__traceback__
    if trace is None:
        return type(error).__name__
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    place = "/".join(PurePath(code.co_filename).parts[-2:])
    return f"{type(error).__name__} at {place}:{trace.tb_lineno} in {code.co_name}"


def keep_content_out() -> None:
    """Silence everything that would print a message's content or an error's text."""
    for name in ("pygls", "pygls.protocol", "pygls.protocol.json_rpc", "pygls.protocol.language_server", "pygls.server"):
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = lambda _kind, error, _trace: _stopped(error)
    threading.excepthook = lambda args: _stopped(args.exc_value)
    sys.unraisablehook = lambda args: _stopped(args.exc_value)


def _stopped(error: BaseException | None) -> None:
    if error is not None:
        log.error("stopped by %s", describe(error))


def on_loop_error(_: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """asyncio's own report would hold the repr of tasks and the text of errors."""
    error = context.get("exception")
    log.error("in the background: %s", describe(error) if isinstance(error, BaseException) else context.get("message"))
