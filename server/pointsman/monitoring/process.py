"""What this process uses of the machine, without a library: processor time and resident memory."""

from __future__ import annotations

import sys
import time
from pathlib import Path

_STATM = Path("/proc/self/statm")


def cpu_seconds() -> float:
    """Processor time of this process so far, all threads and both modes."""
    return time.process_time()


def memory_bytes() -> int:
    """Resident memory now on Linux, its peak on macOS and other Unixes, 0 where the system does not say (Windows)."""
    try:
        import resource
    except ImportError:
        return 0
    try:
        return int(_STATM.read_text("ascii").split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1_024
