#!/usr/bin/env python3
"""What it costs to start: CPU seconds until `initialize` is answered, next to what pygls costs by itself, and idle memory.

    python bench/initialize.py [--runs 7] [--scripted]

`--scripted` measures the protocol alone, without the features behind it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.protocol.client import REAL, SCRIPTED, Client

LIMIT_S = 0.25
LIMIT_MB = 80
PYGLS = "import time; from pygls.lsp.server import LanguageServer; LanguageServer('x', '1'); print(time.process_time())"


def cpu_s(pid: int) -> float:
    """CPU seconds that a process has used, from its birth."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Memory that a process holds now."""
    return int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0]) / 1024


def main() -> int:
    """Print the table; 1 when a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--scripted", action="store_true")
    options = parser.parse_args()
    pygls, answered, idle, wall, memory = [], [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        places = {"POINTSMAN_CONFIG_DIR": folder, "POINTSMAN_DATA_DIR": folder}
        for _ in range(options.runs):
            printed = subprocess.run([sys.executable, "-c", PYGLS], capture_output=True, text=True, check=True).stdout
            pygls.append(float(printed))
            begin = time.monotonic()
            with Client(SCRIPTED if options.scripted else REAL, env=places) as client:
                client.initialize()
                wall.append(time.monotonic() - begin)
                answered.append(cpu_s(client.process.pid))
                client.execute("pointsman.server.status", timeout=60)
                time.sleep(1)
                idle.append(cpu_s(client.process.pid))
                memory.append(resident_mb(client.process.pid))
                client.shutdown()
    own, alone = statistics.median(answered), statistics.median(pygls)
    print(f"import pygls and build its server  {alone:6.2f} CPU-s")
    print(f"until initialize is answered       {own:6.2f} CPU-s  ({statistics.median(wall):.2f} s on the wall)")
    print(f"more than pygls alone              {own - alone:+6.2f} CPU-s  (limit {LIMIT_S})")
    print(f"until the features are ready       {statistics.median(idle):6.2f} CPU-s")
    print(f"idle memory                        {statistics.median(memory):6.1f} MB     (limit {LIMIT_MB})")
    return int(own - alone > LIMIT_S or statistics.median(memory) > LIMIT_MB)


if __name__ == "__main__":
    sys.exit(main())
