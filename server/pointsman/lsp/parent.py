"""Whether the editor that started this server is still alive."""

from __future__ import annotations

import os
import select
import signal
import sys

_PR_SET_PDEATHSIG = 1


class Parent:
    """The process that started us and, where that is another one, the one that `initialize` named."""

    def __init__(self) -> None:
        self._parent = os.getppid()
        self._editor: int | None = None
        """A handle of the editor's process: unlike its number, it is never given to another process."""

    def watch(self, process: int) -> None:
        """Watch the editor's process too, unless there is none of that number (it may live in another container)."""
        if process == self._parent or process <= 0:
            return
        try:
            if sys.platform == "linux":
                self._editor = os.pidfd_open(process)
            elif sys.platform == "win32":
                import ctypes

                synchronize = 0x0010_0000
                self._editor = ctypes.windll.kernel32.OpenProcess(synchronize, False, process) or None
            else:
                os.kill(process, 0)
                self._editor = process
        except (OSError, OverflowError, AttributeError):
            self._editor = None

    def gone(self) -> bool:
        """Whether either of them ended."""
        if os.getppid() != self._parent:
            return True
        if self._editor is None:
            return False
        if sys.platform == "linux":
            poll = select.poll()
            poll.register(self._editor, select.POLLIN)
            return bool(poll.poll(0))
        if sys.platform == "win32":
            import ctypes

            return bool(ctypes.windll.kernel32.WaitForSingleObject(self._editor, 0) == 0)
        try:
            os.kill(self._editor, 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return False


def die_with_parent() -> None:
    """Let the kernel end this process one second after its parent's death, whatever holds the interpreter then.

    Python's own signal handlers need the interpreter, which an endless regular expression never lets go. So the handler of
    the death signal is the C library's `alarm` itself: it is called with the signal's number, and SIGHUP's is 1. The signal
    also comes when only the thread that started us ends; `still_alive` takes the alarm back.
    """
    if sys.platform != "linux":
        return
    import ctypes

    try:
        libc = ctypes.CDLL(None)
        handler = ctypes.cast(libc.alarm, ctypes.c_void_p)
        libc.signal.argtypes, libc.signal.restype = (ctypes.c_int, ctypes.c_void_p), ctypes.c_void_p
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        libc.signal(int(signal.SIGHUP), handler)
        libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGHUP), 0, 0, 0)
    except (OSError, AttributeError, ValueError):
        return  # a C library without these: the watch on the parent does without


def still_alive() -> None:
    """Take back the alarm of a death signal that came while the parent lives."""
    if sys.platform == "linux":
        signal.alarm(0)
