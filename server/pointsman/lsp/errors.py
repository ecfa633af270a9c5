"""Errors as the wire knows them. An answer never holds a traceback, a parameter, or the text of an unplanned error."""

from __future__ import annotations

from lsprotocol.types import ErrorCodes, LSPErrorCodes, ResponseError

from pointsman.core.errors import PointsmanError
from pointsman.lsp.logs import describe, log


class RequestError(Exception):
    """Refuses a request with a code of LSP. The message is for people."""

    def __init__(self, code: ErrorCodes | LSPErrorCodes, message: str) -> None:
        super().__init__(message)
        self.response = ResponseError(code=code.value, message=message)


def invalid_params(problem: str) -> RequestError:
    """A request whose parameters are not what its method takes; `problem` names them without quoting them."""
    return RequestError(ErrorCodes.InvalidParams, problem)


CANCELLED = RequestError(LSPErrorCodes.RequestCancelled, "Cancelled")


def response_error(error: BaseException, method: str) -> ResponseError:
    """What the editor is told of `error`, which ended the request `method`."""
    if isinstance(error, RequestError):
        return error.response
    if isinstance(error, PointsmanError):
        log.warning("%s failed: %s", method, describe(error))
        return ResponseError(code=LSPErrorCodes.RequestFailed.value, message=str(error))
    log.error("%s failed: %s", method, describe(error))
    return ResponseError(code=ErrorCodes.InternalError.value, message=f"Pointsman failed in {method} ({type(error).__name__})")
