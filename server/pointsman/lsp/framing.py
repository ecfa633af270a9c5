"""Bytes of a stream into message bodies, whatever the bytes are.

A raw CR LF cannot stand inside a string of JSON. So the words `Content-Length: n` at the end of a line always begin a
message, and after any nonsense (a length that lies, a body that is refused) the next one is found by looking for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

LARGEST_BODY: Final = 512 * 1024 * 1024
"""Room for a document of 100 MB with every character escaped, and far below what would bring the machine down."""

_LONGEST_LINE = 4_096
_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d+)[ \t]*\r?$", re.IGNORECASE)


class Refused:
    """In the place of a body that is too large to be read, and is skipped."""


class Framer:
    """Splits a stream of bytes into bodies. It holds at most one body and one line, and never fails."""

    def __init__(self, largest: int = LARGEST_BODY) -> None:
        self._largest = largest
        self._line = bytearray()
        self._body: bytearray | None = None
        self._length: int | None = None

    def feed(self, data: bytes) -> Iterator[bytearray | Refused]:
        """The bodies that `data` completes, in order, and a `Refused` in the place of each one that is too large."""
        at = 0
        while at < len(data):
            if self._body is not None and self._length is not None:
                missing = self._length - len(self._body)
                self._body += data[at : at + missing] if at or missing < len(data) else data
                at += missing
                if len(self._body) == self._length:
                    body, self._body, self._length = self._body, None, None
                    yield body
                continue
            end = data.find(b"\n", at)
            self._line += data[at : end if end >= 0 else len(data)]
            if end < 0:
                # Only the end of a line is ever looked at, so the rest of an endless one need not be kept.
                del self._line[:-_LONGEST_LINE]
                return
            at = end + 1
            refused = self._header(bytes(self._line[-_LONGEST_LINE:]))
            self._line.clear()
            if refused:
                yield refused
            elif self._length == 0 and self._body is not None:
                self._body, self._length = None, None
                yield bytearray()

    def _header(self, line: bytes) -> Refused | None:
        if found := _LENGTH.search(line):
            digits = found[1].lstrip(b"0") or b"0"
            self._length = int(digits) if len(digits) < 16 and int(digits) <= self._largest else None
            return Refused() if self._length is None else None
        if not line.strip() and self._length is not None:
            self._body = bytearray()
        return None
