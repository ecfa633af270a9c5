"""The way out. Once it is taken, the process is gone within two seconds, whatever else it is doing.

One thread waits for the end from the start, because a process in trouble may not be able to start another. It alone ends
the process, and it ends it hard: an open database, a busy thread or a full pipe would hold up an orderly exit for ever.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable

from pointsman.lsp.parent import Parent, die_with_parent, still_alive

_LOOK_S = 0.4
CLOSE_S = 1.0
"""How long the features may take to write what must be kept."""
FLUSH_S = 0.2
"""How long the last messages may take."""


class Lifetime:
    """Ends the process once: on `exit`, on the end of stdin, on a signal, or when the editor died."""

    def __init__(self, parent: Parent) -> None:
        self.parent = parent
        self.shut_down = False
        """Whether the editor asked for `shutdown`: an exit without it is a failure, as LSP says."""
        self.on_leave: Callable[[], None] = lambda: None
        """Begins the closing, which `closed` ends."""
        self.flush: Callable[[float], object] = lambda _: None
        """Waits for the last messages to be written."""
        self._leaving, self._closed = threading.Event(), threading.Event()
        self._signalled = False

    @property
    def leaving(self) -> bool:
        return self._leaving.is_set()

    def start(self) -> None:
        """Begin to watch. Called in the main thread, which alone may set signal handlers."""
        die_with_parent()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._signal)
        threading.Thread(target=self._watch, name="pointsman-lifetime", daemon=True).start()

    def leave(self) -> None:
        """Take the way out; from any thread, and as often as you like."""
        if self._leaving.is_set():
            return
        self._leaving.set()
        _backstop()
        self.on_leave()

    def closed(self) -> None:
        """The features are closed: only the last messages are left to wait for."""
        self._closed.set()

    def _signal(self, *_: object) -> None:
        # It may have interrupted the very code that holds an event's lock: leave a word for the thread that watches.
        self._signalled = True
        _backstop()

    def _watch(self) -> None:
        while not self._leaving.wait(_LOOK_S):
            if self._signalled or self.parent.gone():
                self.leave()
            elif not self._leaving.is_set():
                still_alive()
        self._closed.wait(CLOSE_S + 0.1)
        self.flush(FLUSH_S)
        os._exit(0 if self.shut_down else 1)


def _backstop() -> None:
    """Let the kernel end the process should the interpreter be stuck."""
    if sys.platform != "win32":
        signal.alarm(2)
