"""Reading files that a workspace names, without being led elsewhere (T9)."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def within(root: Path, path: Path) -> bool:
    """Whether `path`, with every link on its way followed, lies in `root` or is it; not where it cannot be resolved."""
    try:
        real_root, real = Path(os.path.realpath(root, strict=True)), Path(os.path.realpath(path))
    except (OSError, ValueError):
        return False
    return real.is_relative_to(real_root)


def real(path: str) -> str:
    """`path` with every link on its way followed; itself where that cannot be told."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return path


def read_regular(path: Path, cap: int) -> bytes:
    """The bytes of a regular file of at most `cap` bytes.

    Raises `OSError` for anything else: a link in the last place, a folder, a pipe, a device, a file that is larger or
    grows meanwhile, a name with a NUL. Never blocks on a pipe; what is checked is the open file, so it cannot be swapped.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags)
    except ValueError as error:
        raise OSError(f"no such file name: {error}") from None
    with open(descriptor, "rb") as file:  # noqa: PTH123 - only a descriptor is safe from a swap
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError("not a regular file")
        if status.st_size > cap:
            raise OSError(f"larger than {cap} bytes")
        data = file.read(cap + 1)
    if len(data) > cap:
        raise OSError(f"larger than {cap} bytes")
    return data
