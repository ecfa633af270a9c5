"""What the local model's process gives up before it opens a model file, which is a stranger's data (T11).

Two layers. Python code in it can no longer open a socket, start a program or write a file: an audit hook, which cannot be
taken out again, refuses. Below Python, on Linux, the process leaves the machine's network where the kernel lets an
unprivileged process do so; where it does not, native code of llama.cpp could still reach a network, and `confine` says so.
It can read the files that its user can read: there is no file sandbox.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_REFUSED = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "pty.", "webbrowser.", "urllib.")
_REFUSED_EXACTLY = {
    *("os.system", "os.fork", "os.forkpty", "os.remove", "os.rename", "os.rmdir", "os.mkdir"),
    *("os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown", "os.kill"),
}
_CLONE_NEWUSER, _CLONE_NEWNET = 0x1000_0000, 0x4000_0000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38


class ForbiddenError(PermissionError):
    """Code in the model's process tried what that process has given up."""


def confine(parent: int) -> bool:
    """Gives up programs, sockets and writing for good; true when the kernel has cut off the network as well.

    The process also ends when `parent`, the id of the process that started it, ends. Call it first, with one thread.
    """
    cut_off = _linux(parent) if sys.platform == "linux" else False
    sys.addaudithook(_refuse)
    return cut_off


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        # (path, mode, flags), with flags of 0 where a path is opened by its mode alone.
        path, mode, flags = arguments
        by_flags = isinstance(flags, int) and flags & _WRITES
        by_mode = isinstance(mode, str) and not set(mode).isdisjoint("wax+")
        if (not by_flags and not by_mode) or path == os.devnull:
            return
    elif event not in _REFUSED_EXACTLY and not event.startswith(_REFUSED):
        return
    raise ForbiddenError(f"the local model's process may not do this: {event}")


def _linux(parent: int) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        # It ended before the line above could tell the kernel.
        os._exit(0)
    # Root may leave the network at once; anybody else only inside a user namespace of their own.
    return any(libc.unshare(flags) == 0 for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET))
