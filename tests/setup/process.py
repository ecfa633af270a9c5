"""Run one slow command so that a person sees that it is alive. Standard library only."""

from __future__ import annotations

import contextlib
import fcntl
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

Say = Callable[[str], None]
HEARTBEAT_S = 10.0


class SetupError(Exception):
    """A part of the test set-up cannot be had here; the text says what a person can do."""


def default_cache() -> Path:
    """Where set-up is kept between runs: $POINTSMAN_TEST_CACHE, else the user's cache folder."""
    if own := os.environ.get("POINTSMAN_TEST_CACHE"):
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "pointsman-test"


@contextlib.contextmanager
def locked(place: Path, say: Say) -> Iterator[None]:
    """Holds `place` for one process at a time, so that two test runs do not build into each other."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / ".lock").open("w") as handle:
        waited = time.monotonic()
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= waited:
                    say(f"{place.name}: another run is setting this up, waiting for it")
                    waited += HEARTBEAT_S
                time.sleep(0.5)
        yield


def run(
    argv: Sequence[str | Path],
    say: Say,
    label: str,
    *,
    note: Callable[[str], str | None] = lambda line: None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> None:
    """Runs `argv`, saying `label` with the newest `note` of its output at least every 10 seconds.

    Raises SetupError with the last lines of the output if it fails.
    """
    process = subprocess.Popen(
        [str(part) for part in argv],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=None if env is None else dict(env),
        cwd=cwd,
        # A group of its own, so that a compiler's children can be ended with it.
        start_new_session=True,
    )
    # Otherwise a run that is ended from outside would leave the build going on behind it.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    lines: queue.Queue[str | None] = queue.Queue()
    assert process.stdout is not None
    threading.Thread(target=_pump, args=(process.stdout, lines), daemon=True).start()
    started = time.monotonic()
    due = started
    newest = ""
    tail: deque[str] = deque(maxlen=25)
    try:
        while True:
            with contextlib.suppress(queue.Empty):
                line = lines.get(timeout=1.0)
                if line is None:
                    break
                tail.append(line.rstrip())
                newest = note(line) or newest
            if time.monotonic() >= due:
                say(f"{label} {newest} ({time.monotonic() - started:.0f} s)".replace("  ", " "))
                due = time.monotonic() + HEARTBEAT_S
        code = process.wait()
    finally:
        signal.signal(signal.SIGTERM, before)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if code != 0:
        raise SetupError(f"{label} failed with status {code}:\n" + "\n".join(tail))


def _pump(stream: Iterator[str], lines: queue.Queue[str | None]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)
