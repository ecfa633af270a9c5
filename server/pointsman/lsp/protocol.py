"""pygls, as far as it serves: typed messages, their conversion, and requests of ours to the editor.

Reading, dispatch, documents and the way out are our own (ARCHITECTURE.md says why), so what pygls does there is cut off
rather than configured: it cannot log a message, read a file, or tell the editor of an error.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol

import pointsman
from pointsman.lsp.logs import describe, log

T = TypeVar("T")


class WireProtocol(LanguageServerProtocol):
    """Converts typed messages to and from JSON values, and remembers the requests that the editor has yet to answer."""

    transmit: Callable[[bytes], None] = staticmethod(lambda _body: None)

    def structure(self, value: object, kind: type[T]) -> T:
        """`value`, as it came from the wire, as a `kind`. Raises whatever it likes when it is not one."""
        return self._converter.structure(value, kind)

    def encode(self, message: object) -> bytes:
        """The body of one message. Raises when it cannot be JSON."""
        return json.dumps(message, default=self._plain, separators=(",", ":"), allow_nan=False).encode()

    def handle_message(self, message: Any) -> None:
        """pygls's dispatch is not used."""
        raise NotImplementedError

    def answered(self, message: dict[str, Any]) -> None:
        """The editor answered a request of ours, or an answer came that nobody waits for."""
        request_id: Any = message.get("id")
        if not isinstance(request_id, int | str):
            return
        future = self._request_futures.pop(request_id, None)
        kind = self._result_types.pop(request_id, None)
        if future is None or not future.set_running_or_notify_cancel():
            return
        try:
            if message.get("error") is not None:
                raise ConnectionError("the editor refused")
            result = message.get("result")
            future.set_result(result if kind is None else self.structure({"jsonrpc": "2.0", **message}, kind).result)
        except Exception as error:
            future.set_exception(ConnectionError(describe(error)))

    def _send_data(self, data: Any) -> None:
        try:
            self.transmit(self.encode(data))
        except (TypeError, ValueError, RecursionError) as error:
            log.error("a message could not be sent: %s", describe(error))

    def _plain(self, value: object) -> object:
        return self._converter.unstructure(value)


class Server(LanguageServer):
    """pygls's server without its transports, and without its habit of showing errors to the person."""

    protocol: WireProtocol

    def __init__(self) -> None:
        super().__init__("pointsman", pointsman.__version__, protocol_cls=WireProtocol)

    def report_server_error(self, error: Exception, source: object) -> None:  # noqa: ARG002
        """Log it. Telling the editor, as pygls does, fails again when the editor is gone, and again."""
        log.error("server error: %s", describe(error))
