"""The server: it reads from stdin, answers on stdout, and ends with its editor."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable

from pointsman.lsp.dispatch import Dispatcher
from pointsman.lsp.lifetime import CLOSE_S, Lifetime
from pointsman.lsp.logs import describe, keep_content_out, log, on_loop_error
from pointsman.lsp.parent import Parent
from pointsman.lsp.ports import Workbench
from pointsman.lsp.protocol import Server
from pointsman.lsp.transport import Outbox, claim_standard_streams, read


def serve(workbench: Callable[[], Workbench]) -> int:
    """Serve one editor on stdin and stdout. `workbench` is called once the editor is initialized.

    Does not return in a running program: the process ends here, with 0 after a `shutdown` and an `exit`, else with 1.
    """
    keep_content_out()
    lifetime = Lifetime(Parent())
    lifetime.start()
    source, sink = claim_standard_streams()
    outbox = Outbox(sink, lifetime.leave)
    outbox.start()
    lifetime.flush = outbox.flush
    try:
        asyncio.run(_serve(source, outbox, lifetime, workbench))
    finally:
        lifetime.leave()
        threading.Event().wait()  # the lifetime's thread ends the process
    return 1


async def _serve(source: int, outbox: Outbox, lifetime: Lifetime, workbench: Callable[[], Workbench]) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(on_loop_error)
    server = Server()
    server.protocol.transmit = outbox.send
    dispatcher = Dispatcher(server, lifetime, workbench)
    end = asyncio.Event()
    lifetime.on_leave = lambda: dispatcher.session.post(end.set)

    def receive(message: object) -> None:
        # Seen here already, since a handler that never comes back would keep the loop from seeing it.
        method = message.get("method") if isinstance(message, dict) else None
        if method == "exit":
            lifetime.leave()
        elif not lifetime.leaving:
            lifetime.shut_down |= method == "shutdown"
            loop.call_soon_threadsafe(dispatcher.receive, message)

    threading.Thread(target=read, args=(source, receive, lifetime.leave), name="pointsman-reader", daemon=True).start()
    # All that was imported stays for good: the collector need not look at it again.
    gc.freeze()
    await end.wait()
    closing = asyncio.ensure_future(dispatcher.session.close())
    await asyncio.wait({closing}, timeout=CLOSE_S)
    if closing.done() and not closing.cancelled() and (error := closing.exception()) is not None:
        log.error("closing failed: %s", describe(error))
    lifetime.closed()
    await asyncio.Event().wait()  # not to the end of asyncio.run, which waits for every thread and task
