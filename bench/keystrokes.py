#!/usr/bin/env python3
"""How long an edit keeps the server: a hundred edits a second, and then as fast as they can be sent.

    python bench/keystrokes.py [--megabytes 1] [--seconds 10] [--real]

Between the edits a request that needs nothing but the event loop is timed: that is how long the loop was held up.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.protocol.client import REAL, SCRIPTED, Client

URI = "file:///bench/a.py"
ROW = "value = compute(first, second)  # ok\n"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=1)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--real", action="store_true", help="with all features, not the protocol alone")
    options = parser.parse_args()
    lines = int(options.megabytes * 1_000_000 / len(ROW))
    source = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        places = {"POINTSMAN_CONFIG_DIR": folder, "POINTSMAN_DATA_DIR": folder}
        with Client(REAL if options.real else SCRIPTED, env=places) as client:
            client.initialize()
            begin = time.monotonic()
            client.open(URI, ROW * lines)
            client.execute("pointsman.server.noop", timeout=120)
            print(f"{options.megabytes:g} MB opened in {time.monotonic() - begin:.2f} s")
            version, stalls = 1, []
            end = time.monotonic() + options.seconds
            while time.monotonic() < end:
                version += 1
                _edit(client, source, lines, version)
                begin = time.monotonic()
                client.execute("pointsman.server.noop", timeout=60)
                stalls.append((time.monotonic() - begin) * 1_000)
                time.sleep(max(0.0, 0.01 - (time.monotonic() - begin)))
            stalls.sort()
            print(
                f"{len(stalls)} edits, each with its answer: p50 {stalls[len(stalls) // 2]:.1f} ms, "
                f"p99 {stalls[int(len(stalls) * 0.99)]:.1f} ms, max {stalls[-1]:.1f} ms"
            )
            begin = time.monotonic()
            for _ in range(1_000):
                version += 1
                _edit(client, source, lines, version)
            client.execute("pointsman.server.noop", timeout=120)
            print(f"a burst of 1,000 edits: {time.monotonic() - begin:.2f} s")


def _edit(client: Client, source: random.Random, lines: int, version: int) -> None:
    at: dict[str, Any] = {"line": source.randrange(lines), "character": 4}
    client.change(URI, version, {"range": {"start": at, "end": at}, "text": "x"})


if __name__ == "__main__":
    main()
