"""What a method of the protocol is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pointsman.lsp.session import Session


@dataclass(frozen=True, slots=True)
class RequestMethod:
    """A request: `handle` takes its snapshot at once, and returns the result or a coroutine that works it out.

    With `moot`, a newer request for the same document makes an older one moot: that is answered with `moot()`.
    """

    name: str
    params: type[Any]
    handle: Callable[[Session, Any], object]
    moot: Callable[[], object] | None = None


@dataclass(frozen=True, slots=True)
class NotificationMethod:
    """A notification: `handle` is done with it when it returns."""

    name: str
    params: type[Any]
    handle: Callable[[Session, Any], None]
