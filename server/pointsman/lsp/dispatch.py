"""Every message of the editor, to the method that it names; every request gets exactly one answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from lsprotocol import types

from pointsman.lsp.client import client_of
from pointsman.lsp.errors import RequestError, invalid_params, response_error
from pointsman.lsp.lifetime import Lifetime
from pointsman.lsp.logs import describe, log
from pointsman.lsp.methods import NOTIFICATIONS, REQUESTS
from pointsman.lsp.methods.initialize import initialize, only_what_is_read
from pointsman.lsp.ports import Workbench
from pointsman.lsp.protocol import Server
from pointsman.lsp.requests import Id, Request, Requests
from pointsman.lsp.session import Session
from pointsman.lsp.transport import Malformed

_CODES = types.ErrorCodes


class Dispatcher:
    """Receives messages in the event loop's thread, in the order of the wire, and never raises."""

    def __init__(self, server: Server, lifetime: Lifetime, make_workbench: Callable[[], Workbench]) -> None:
        self._server, self._lifetime = server, lifetime
        self._requests = Requests(self._respond)
        self.session = Session(server, self._requests, make_workbench)
        self._initialized = self._shut_down = False

    def receive(self, message: object) -> None:
        """Handle one message, or what came in the place of one."""
        try:
            if isinstance(message, Malformed):
                self._refuse(None, *_malformed(message))
            elif not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
                self._refuse(_id(message), _CODES.InvalidRequest, "Not a message of JSON-RPC 2.0")
            elif not isinstance(message.get("method"), str):
                self._answer_of_client(message)
            elif "id" not in message:
                self._notification(message["method"], message.get("params"))
            elif (request_id := _id(message)) is None or request_id in self._requests:
                self._refuse(None, _CODES.InvalidRequest, "The id is in use, or neither an integer nor a string")
            else:
                self._request(request_id, message["method"], message.get("params"))
        except Exception as error:
            log.error("a message was dropped: %s", describe(error))

    def _answer_of_client(self, message: dict[str, Any]) -> None:
        if "result" in message or "error" in message:
            self._server.protocol.answered(message)
        else:
            self._refuse(_id(message), _CODES.InvalidRequest, "Neither a request nor an answer")

    def _request(self, request_id: Id, method: str, params: object) -> None:
        request = Request(request_id, method)
        try:
            self._check_state(method)
            if method == types.INITIALIZE:
                result: object = self._initialize(params)
            elif method == types.SHUTDOWN:
                self._shut_down = True
                self._requests.cancel_all()
                result = None
            elif (spec := REQUESTS.get(method)) is None:
                raise RequestError(_CODES.MethodNotFound, f"Unknown method {method[:80]!r}")
            else:
                typed = self._params(params, spec.params)
                if spec.moot is not None:
                    request.lane, request.moot = (method, typed.text_document.uri), spec.moot
                self._requests.open(request)
                # The method takes its snapshot here, before any later message of the wire is looked at.
                result = spec.handle(self.session, typed)
                if asyncio.iscoroutine(result):
                    self._requests.run(request, result)
                    return
        except Exception as error:
            if request_id not in self._requests:
                self._requests.open(request)
            self._requests.fail(request, error)
            return
        if request_id not in self._requests:
            self._requests.open(request)
        self._requests.finish(request, result)

    def _check_state(self, method: str) -> None:
        if self._shut_down:
            raise RequestError(_CODES.InvalidRequest, "The server was shut down")
        if method == types.INITIALIZE:
            if self._initialized:
                raise RequestError(_CODES.InvalidRequest, "The server is initialized already")
        elif not self._initialized:
            raise RequestError(_CODES.ServerNotInitialized, "The server is not initialized")

    def _initialize(self, params: object) -> types.InitializeResult:
        typed = self._params(only_what_is_read(params), types.InitializeParams)
        self.session.client = client_of(typed)
        result = initialize(typed, self.session.client)
        if typed.process_id is not None:
            self._lifetime.parent.watch(typed.process_id)
        self._initialized = True
        return result

    def _notification(self, method: str, params: object) -> None:
        if not self._initialized or self._shut_down:
            return
        if method == types.CANCEL_REQUEST:
            if isinstance(params, dict) and (request_id := _id(params)) is not None:
                self._requests.cancel(request_id)
        elif method == types.WINDOW_WORK_DONE_PROGRESS_CANCEL:
            token = params.get("token") if isinstance(params, dict) else None
            if isinstance(token, int | str) and (task := self.session.progress.get(token)) is not None:
                self._requests.cancel_task(task)
        elif method == types.INITIALIZED:
            self.session.start()
        elif (spec := NOTIFICATIONS.get(method)) is not None:
            try:
                typed = self._params(params, spec.params)
            except RequestError:
                log.warning("%s with parameters that it does not take", method)
                return
            spec.handle(self.session, typed)

    def _params(self, params: object, kind: type[Any]) -> Any:
        if kind is dict:
            if not isinstance(params, dict):
                raise invalid_params("The parameters must be an object")
            return params
        try:
            return self._server.protocol.structure(params, kind)
        except Exception as error:
            raise invalid_params(f"The parameters are not {kind.__name__}") from error

    def _respond(self, request_id: Id | None, result: object, error: object) -> None:
        protocol = self._server.protocol
        answer = {"result": result} if error is None else {"error": error}
        protocol.transmit(protocol.encode({"jsonrpc": "2.0", "id": request_id, **answer}))

    def _refuse(self, request_id: Id | None, code: types.ErrorCodes, why: str) -> None:
        self._respond(request_id, None, response_error(RequestError(code, why), ""))


def _malformed(message: Malformed) -> tuple[types.ErrorCodes, str]:
    if message.too_large:
        return _CODES.InvalidRequest, "The message is too large"
    return _CODES.ParseError, "The message is not JSON"


def _id(message: object) -> Id | None:
    value = message.get("id") if isinstance(message, dict) else None
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None
