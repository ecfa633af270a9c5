"""Every way in which a model call over HTTP fails, told as one `ProviderError`.

The messages are our own: what a vendor or an SDK says may echo the key, the request or the user's code.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from pointsman.core.errors import Fault, ProviderError

_LONGEST_WAIT_S = 86_400.0

_STATUS: dict[int, tuple[Fault, str, str]] = {
    401: (Fault.AUTH, "the endpoint refused the key", "check the key: pointsman doctor"),
    402: (Fault.AUTH, "the account has no credit left", "add credit at the vendor"),
    403: (Fault.AUTH, "the key may not use this model", "check what the key may do at the vendor"),
    404: (Fault.NOT_FOUND, "the endpoint does not know this model or path", "check model and base_url in config.toml"),
    408: (Fault.TIMEOUT, "the endpoint gave up waiting", ""),
    413: (Fault.TOO_LONG, "the request is too large for the endpoint", ""),
    429: (Fault.RATE_LIMITED, "the endpoint limits the rate of requests", ""),
    529: (Fault.OVERLOADED, "the endpoint is overloaded", ""),
}

_KINDS: dict[str, Fault] = {
    "overloaded_error": Fault.OVERLOADED,
    "rate_limit_error": Fault.RATE_LIMITED,
    "rate_limit_exceeded": Fault.RATE_LIMITED,
    "authentication_error": Fault.AUTH,
    "permission_error": Fault.AUTH,
    "invalid_request_error": Fault.BAD_REQUEST,
    "invalid_prompt": Fault.BAD_REQUEST,
    "not_found_error": Fault.NOT_FOUND,
    "model_not_found": Fault.NOT_FOUND,
    "request_too_large": Fault.TOO_LONG,
    "context_length_exceeded": Fault.TOO_LONG,
    "exceed_context_size_error": Fault.TOO_LONG,
    "timeout_error": Fault.TIMEOUT,
    "content_filter": Fault.REFUSED,
}
"""The words of the vendors for errors inside a stream that began well; any other is the server's own fault."""

_TOO_LONG = (
    "context_length_exceeded", "exceed_context_size", "prompt is too long", "maximum context length",
    "available context size", "context window", "input is too long",
)  # fmt: skip


def from_status(status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
    """The error for an answer whose status is not 2xx. `headers` in lower case; of `body` only the vendor's words are used."""
    if 300 <= status < 400:
        text = "the endpoint points to another address, which is not followed"
        return ProviderError(Fault.REDIRECT, text, status=status, remedy="write the final address as base_url")
    if status in _STATUS:
        fault, text, remedy = _STATUS[status]
    elif status >= 500:
        fault, text, remedy = Fault.SERVER, "the endpoint failed", ""
    elif any(word in body.decode("utf-8", "replace").lower() for word in _TOO_LONG):
        fault, text, remedy = Fault.TOO_LONG, "the prompt is longer than the model reads", ""
    else:
        fault, text, remedy = Fault.BAD_REQUEST, "the endpoint did not accept the request", ""
    if fault is Fault.RATE_LIMITED and "insufficient_quota" in _words(body):
        text, remedy = "the account's quota is used up", "raise the quota at the vendor"
    return ProviderError(fault, f"{text} ({status})", retry_after_s=retry_after(headers), status=status, remedy=remedy)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """How long the vendor asks to wait, in seconds, at most a day; None when it says nothing sensible.

    A date is read against the answer's own `date`, so that this machine's clock does not matter.
    """
    milliseconds = _seconds(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1_000
    value = headers.get("retry-after", "").strip()
    seconds = _seconds(value)
    if seconds is not None or not value:
        return seconds
    try:
        wait = (parsedate_to_datetime(value) - parsedate_to_datetime(headers["date"])).total_seconds()
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, 0.0), _LONGEST_WAIT_S)


def from_exception(error: BaseException) -> ProviderError:
    """The error for whatever came out of an SDK: the transport's own verdict where there is one in the chain."""
    seen: BaseException | None = error
    for _ in range(8):
        if seen is None:
            break
        if isinstance(seen, ProviderError):
            return seen
        body = getattr(seen, "body", None)
        if body is not None and hasattr(seen, "request"):
            return from_event(body)
        seen = seen.__cause__ or seen.__context__
    return malformed("cannot be read")


def from_event(body: object) -> ProviderError:
    """The error for one that came inside a stream; `body` is the vendor's object, of which only type and code are used."""
    inner = body.get("error", body) if isinstance(body, Mapping) else {}
    named = [inner.get("code"), inner.get("type")] if isinstance(inner, Mapping) else []
    fault = next((_KINDS[word] for word in named if isinstance(word, str) and word in _KINDS), Fault.SERVER)
    return ProviderError(fault, "the endpoint reported an error in the middle of its answer")


def malformed(how: str) -> ProviderError:
    """The error for an answer that breaks the format; `how` completes "the answer ..."."""
    return ProviderError(Fault.MALFORMED, f"the answer {how}")


def _words(body: bytes) -> set[str]:
    """The error's code and type in an error body; empty where it is no such JSON."""
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError):
        return set()
    inner = value.get("error") if isinstance(value, dict) else None
    return {str(inner.get("code")), str(inner.get("type"))} if isinstance(inner, dict) else set()


def _seconds(value: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return min(seconds, _LONGEST_WAIT_S) if math.isfinite(seconds) and seconds >= 0 else None
