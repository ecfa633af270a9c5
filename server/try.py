#!/usr/bin/env python3
"""See Pointsman at work on a bare machine: `python3 server/try.py`. Makes `.venv` once, then runs `pointsman demo`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.run import PYTHON, install  # noqa: E402  (the checkout is no package: its root has to be named first)

if __name__ == "__main__":
    install("")
    sys.exit(subprocess.run([PYTHON, "-m", "pointsman", *(sys.argv[1:] or ["demo"])], check=False).returncode)  # noqa: S603  (what the person typed)
