#!/usr/bin/env python3
"""Run all tests on a bare machine: `python3 tests/run.py`, or `python3 tests/run.py --fast` for the unit tests alone.

Needs Python 3.11 or newer and nothing else. Makes `.venv`, and sets up what the slow tests drive (Neovim, VS Code, llama.cpp)
in `~/.cache/pointsman-test` (or `$POINTSMAN_TEST_CACHE`), where it is kept for the next run. Further arguments go to pytest.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
PICTURES = {"vscode/review.png": "vscode.png", "neovim/neovim.png": "neovim.png"}
"""What `--pictures` takes over into the README: screenshots that the editor tests have made of the real editors."""
CHECKS = (
    ("ruff", ["-m", "ruff", "check", "server", "tests", "bench"]),
    ("mypy", ["-m", "mypy"]),
    ("import-linter", ["-c", "from importlinter.cli import lint_imports_command as c; c()"]),
)


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036  (whoever has an older Python must be told)
        print(f"Pointsman needs Python 3.11 or newer; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 2
    arguments = sys.argv[1:]
    fast, pictures = "--fast" in arguments, "--pictures" in arguments
    arguments = [a for a in arguments if a not in ("--fast", "--pictures")]
    install()
    environment = os.environ | ({} if fast else set_up())
    for name, command in CHECKS:
        say(f"{name}")
        if subprocess.run([PYTHON, *command], cwd=ROOT, check=False).returncode:
            print(f"{name} found something: see above.", file=sys.stderr)
            return 1
    say("pytest" + (" (fast subset)" if fast else ""))
    # Tests with real servers and time limits want the machine for themselves; the unit tests can share it.
    selection = ["tests/unit", "-m", "not slow", "-n", "3", "--dist", "loadfile"] if fast else []
    status = subprocess.run([PYTHON, "-m", "pytest", *selection, *arguments], cwd=ROOT, env=environment, check=False).returncode
    if pictures and not status:
        for source, target in PICTURES.items():
            shutil.copy(ROOT / "tests" / ".artifacts" / source, ROOT / "docs" / "images" / target)
    return status


def install(extra: str = "[dev]") -> None:
    """A virtual environment with Pointsman, and with its tools unless `extra` is ""; made again when pyproject.toml changes."""
    stamp = VENV / "pointsman.stamp"
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()
    made = stamp.read_text() if stamp.exists() else ""
    if made.startswith(wanted) and extra in made:
        return
    say("virtual environment and dependencies (a minute, once)")
    if not PYTHON.exists():
        venv.create(VENV, with_pip=True)
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-e", f"{ROOT}{extra}"], check=True)
    stamp.write_text(wanted + extra)


def set_up() -> dict[str, str]:
    """Editors and llama.cpp, each by its own script; the `NAME=value` lines that it prints are for the tests."""
    found: dict[str, str] = {}
    for part in ("neovim", "llama", "vscode"):
        say(f"set-up of {part} (kept for the next run)")
        script = ROOT / "tests" / "setup" / f"{part}.py"
        with subprocess.Popen([PYTHON, script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
            for line in run.stdout or ():
                name, equals, value = line.rstrip("\n").partition("=")
                if equals and name.startswith("POINTSMAN_TEST_"):
                    found[name] = value
                else:
                    print("   ", line, end="", flush=True)
        if run.returncode:
            sys.exit(f"The set-up of {part} failed: see above. `python3 tests/run.py --fast` needs no set-up.")
    return found


_BEGAN = time.monotonic()


def say(what: str) -> None:
    print(f"== {time.monotonic() - _BEGAN:6.1f} s  {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
