"""Standard input and output, each with a thread of its own, so that neither waits for the other or for any handler."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from pointsman.lsp.framing import Framer, Refused

_READ = 1 << 20
_MOST_UNSENT: Final = 64 * 1024 * 1024
"""An editor that has not read this much is not there any more."""


class Malformed:
    """What came in the place of a message. `too_large` tells a body that was refused from one that is not JSON."""

    def __init__(self, *, too_large: bool) -> None:
        self.too_large = too_large


def claim_standard_streams() -> tuple[int, int]:
    """The editor's pipes, for nobody else: what is printed by accident goes to stderr, and children read nothing."""
    source, sink = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt

        for stream in (source, sink):
            msvcrt.setmode(stream, os.O_BINARY)
    return source, sink


def parse(body: bytearray) -> object:
    """The JSON value in `body`, or `Malformed`. Takes the body over, so that it need not be held twice."""
    try:
        text = str(body, "utf-8")
        body.clear()
        return json.loads(text)
    except (ValueError, RecursionError, MemoryError):
        return Malformed(too_large=False)


def read(source: int, receive: Callable[[object], None], ended: Callable[[], None]) -> None:
    """Hand every message of `source` to `receive`, and tell when there will be no more. Runs until then."""
    framer = Framer()
    try:
        while data := os.read(source, _READ):
            for body in framer.feed(data):
                receive(Malformed(too_large=True) if isinstance(body, Refused) else parse(body))
    except OSError:
        pass  # a broken pipe is an end like any other
    finally:
        ended()


class Outbox:
    """Messages on their way to the editor. `send` never waits; when the editor is gone, `lost` is called once."""

    def __init__(self, sink: int, lost: Callable[[], None]) -> None:
        self._sink, self._lost = sink, lost
        self._waiting: deque[bytes] = deque()
        self._unsent = 0
        self._broken = False
        self._changed = threading.Condition()

    def start(self) -> None:
        """Begin to write."""
        threading.Thread(target=self._write, name="pointsman-writer", daemon=True).start()

    def send(self, body: bytes) -> None:
        """Queue one message; from any thread."""
        with self._changed:
            if self._broken:
                return
            message = b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
            self._waiting.append(message)
            self._unsent += len(message)
            overflow = self._unsent > _MOST_UNSENT
            self._broken = overflow
            self._changed.notify_all()
        if overflow:
            self._lost()

    def flush(self, timeout: float) -> bool:
        """Wait until all is written, at most `timeout` seconds, and say whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: self._unsent == 0 or self._broken, timeout)

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting))
                message = self._waiting.popleft()
            rest, size = memoryview(message), len(message)
            try:
                while rest:
                    rest = rest[os.write(self._sink, rest) :]
            except OSError:
                with self._changed:
                    self._broken = True
                    self._changed.notify_all()
                self._lost()
                return
            with self._changed:
                self._unsent -= size
                self._changed.notify_all()
