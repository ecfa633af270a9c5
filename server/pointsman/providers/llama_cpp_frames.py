"""What goes through the pipes between the server and the local model's process: JSON, each with its length before it.

To the process: `load` once (path, context, fim), then `generate` (id and the prompt) and `cancel` (id). From it: `ready` or
`refused` once, then for each `generate` any number of `text` and one `done` or `error`, all with its id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, BinaryIO

HEADER_BYTES = 4
LARGEST = 64 * 1024 * 1024


class FrameError(Exception):
    """The other end does not speak this protocol, or stopped in the middle of a message."""


def pack(message: Mapping[str, object]) -> bytes:
    """One message as bytes. Any string survives, lone surrogates of a broken file included: JSON is kept to ASCII."""
    body = json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    if len(body) > LARGEST:
        raise FrameError(f"a message of {len(body)} bytes is too large")
    return len(body).to_bytes(HEADER_BYTES, "big") + body


def size(header: bytes) -> int:
    """Length of the body that follows `header`; FrameError for one that nobody would send."""
    length = int.from_bytes(header, "big")
    if not 2 <= length <= LARGEST:
        raise FrameError(f"a message cannot have {length} bytes")
    return length


def unpack(body: bytes) -> dict[str, Any]:
    """The message in `body`, always an object with a string `op`."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FrameError("a message is not JSON") from error
    if not isinstance(message, dict) or not isinstance(message.get("op"), str):
        raise FrameError("a message is not an object with an op")
    return message


def read(stream: BinaryIO) -> dict[str, Any] | None:
    """The next message of a blocking stream; None at its end."""
    header = stream.read(HEADER_BYTES)
    if not header:
        return None
    if len(header) < HEADER_BYTES:
        raise FrameError("the stream ended in a header")
    body = stream.read(size(header))
    if len(body) < size(header):
        raise FrameError("the stream ended in a message")
    return unpack(body)
