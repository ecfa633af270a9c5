"""T19, and odd use: what a command prints moves no cursor, and no command ends in a traceback or hangs."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.security.scene import SERVER, Scene

POINTSMAN = SERVER[:-1]
EVIL = "\x1b[31mEVIL\x07\x1b]0;owned\x07\u202e\u200b.py"
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]")
LONG = "a" * 5_000
DIGITS = "9" * 5_000


def _run(scene: Scene, *arguments: str, timeout: float = 60, **more: object) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, **scene.env(), "PYTHONIOENCODING": "utf-8", **more}
    return subprocess.run(
        (*POINTSMAN, *arguments), capture_output=True, stdin=subprocess.DEVNULL, check=False, timeout=timeout, env=env,
        cwd=scene.workspace,
    )  # fmt: skip


def _calm(done: subprocess.CompletedProcess[bytes]) -> str:
    """What was printed, if it is what a person should see."""
    printed = (done.stdout + done.stderr).decode("utf-8", "surrogateescape")
    assert "Traceback" not in printed and "Exception ignored" not in printed, printed
    assert "internal error" not in printed, printed
    assert done.returncode in (0, 1, 2), done.returncode
    assert not CONTROLS.search(printed), printed
    return printed


@pytest.fixture
def odd(scene: Scene) -> Scene:
    here = scene.workspace
    (here / "a.py").write_text("def f(a):\n    return a\n")
    (here / EVIL).write_text("import os\n\n\ndef f(x=[]):\n    eval('\x1b[31m')\n")
    (here / "bad\udcff.py").write_text("def f(x=[]):\n    return x\n")
    (here / "latin.py").write_bytes(b'x = "\xe9\xff"\r\ny = 1\r')
    (here / "utf16.py").write_bytes("x = 1\n".encode("utf-16"))
    (here / "binary.py").write_bytes(b"\x00\x01\x02" * 100)
    (here / "empty").mkdir()
    (here / "nothing.py").touch()
    os.mkfifo(here / "pipe.py")
    (here / "loop.py").symlink_to("loop.py")
    (here / "gone.py").symlink_to("nowhere.py")
    return scene


FOLDER = (
    "analyze",
    "analyze --json",
    "review --rules-only",
    "review --rules-only --format json",
    "review --rules-only --format sarif",
)
ODD = (
    "analyze latin.py utf16.py nothing.py pipe.py",
    "analyze --top -3 a.py",
    "analyze --jobs -1 a.py",
    "analyze empty",
    "complete latin.py:2:2",
    "complete a.py:1:999999",
    "doctor",
    "doctor --json",
    "route",
)
PRINTING = ("analyze a.py", "analyze --json a.py", "route", "--help")


@pytest.mark.parametrize("command", FOLDER)
def test_t19_a_folder_of_odd_names_is_printed_without_control_characters(odd: Scene, command: str) -> None:
    done = _run(odd, *command.split(), ".")
    assert "EVIL" in _calm(done)
    if "json" in command or "sarif" in command:
        json.loads(done.stdout)


@pytest.mark.parametrize("command", ["analyze", "review", "complete", "route"])
def test_t19_an_odd_name_in_an_error_is_printed_without_control_characters(odd: Scene, command: str) -> None:
    argument = {"complete": f"no{EVIL}:1:1", "route": "--task"}.get(command, f"no{EVIL}")
    done = _run(odd, command, argument, *((EVIL,) if command == "route" else ()))
    assert "EVIL" in _calm(done) and done.returncode in (1, 2)


WRONG = {
    "no file": ("analyze", "nowhere.py"),
    "a long name": ("analyze", LONG),
    "a long name to review": ("review", LONG),
    "a long name to complete": ("complete", f"{LONG}:1:1"),
    "no place": ("complete", "a.py"),
    "line zero": ("complete", "a.py:0:1"),
    "a line of digits": ("complete", f"a.py:{DIGITS}:1"),
    "a column of digits": ("complete", f"a.py:1:{DIGITS}"),
    "digits of another script": ("complete", "a.py:١:١"),
    "past the end": ("complete", "a.py:99:1"),
    "a folder": ("complete", "empty:1:1"),
    "a pipe": ("complete", "pipe.py:1:1"),
    "an endless device": ("complete", "/dev/zero:1:1"),
    "a binary file": ("complete", "binary.py:1:1"),
    "a link to itself": ("review", "loop.py"),
    "a link to nothing": ("review", "gone.py"),
    "a pipe to review": ("review", "pipe.py"),
    "a device to review": ("review", "/dev/zero"),
    "an empty folder": ("review", "empty"),
    "a Windows path": ("complete", "C:\\a\\b.py:1:1"),
    "a number that is none": ("analyze", "--top", "x", "a.py"),
    "no such command": ("analyse",),
    "no command": (),
    "no such editor": ("install", "emacs"),
    "no such program": ("install", "vscode", "--command", "/nowhere/code"),
    "no such word": ("route", "--complexity", LONG),
    "no such option": ("serve", "--tcp"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_is_told_in_a_few_words(odd: Scene, name: str) -> None:
    done = _run(odd, *WRONG[name])
    assert done.returncode in (1, 2)
    assert 10 < len(_calm(done)) < 12_000


@pytest.mark.parametrize(("command", "encoding"), [(each, "utf-8") for each in ODD] + [(each, "ascii") for each in ODD[-3:]])
def test_odd_files_and_terminals_are_no_failure(odd: Scene, command: str, encoding: str) -> None:
    done = _run(odd, *command.split(), PYTHONIOENCODING=encoding)
    assert done.returncode in (0, 1)
    _calm(done)


@pytest.mark.parametrize("place", ["file", "/dev/null/x"])
def test_folders_that_cannot_be_are_no_failure(odd: Scene, place: str) -> None:
    (odd.workspace / "file").touch()
    for arguments in (("route",), ("complete", "a.py:2:5"), ("doctor",), ("review", "a.py"), ("forget",)):
        _calm(_run(odd, *arguments, POINTSMAN_DATA_DIR=place, POINTSMAN_CONFIG_DIR=place))


@pytest.mark.parametrize("command", PRINTING)
def test_streams_that_are_closed_full_or_left_are_no_failure(odd: Scene, command: str) -> None:
    env = {**os.environ, **odd.env()}
    for redirection in ("<&-", ">&-", "<&- >&-", ">/dev/full", "| true"):
        script = f"set -o pipefail; {shlex.join((*POINTSMAN, *command.split()))} {redirection}"
        done = subprocess.run(("bash", "-c", script), capture_output=True, check=False, env=env, cwd=odd.workspace)
        assert b"Traceback" not in done.stderr and b"Exception ignored" not in done.stderr, done.stderr
        assert done.returncode in (0, 1, 2), redirection


@pytest.mark.slow
def test_ctrl_c_ends_a_command_with_all_its_processes_and_without_a_traceback(odd: Scene) -> None:
    body = "def f(a, b):\n    if a and b:\n        return a\n    return b\n\n\n" * 1_500
    for number in range(200):
        (odd.workspace / f"m{number}.py").write_text(body)
    argv = (*POINTSMAN, "analyze", "--json", "--jobs", "2", ".")
    run = subprocess.Popen(
        argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **odd.env()}, cwd=odd.workspace,
        start_new_session=True,
    )  # fmt: skip
    time.sleep(1.5)
    os.killpg(run.pid, signal.SIGINT)
    _, errors = run.communicate(timeout=20)
    assert run.returncode == 130 and errors == b"", errors
    with pytest.raises(ProcessLookupError):
        os.killpg(run.pid, 0)


def test_a_command_started_in_an_evil_folder_imports_nothing_of_it(odd: Scene) -> None:
    (odd.workspace / "rich.py").write_text("raise SystemExit('evil')")
    script = Path(sys.executable).with_name("pointsman")
    argv = (str(script),) if script.exists() else POINTSMAN
    done = subprocess.run((*argv, "route"), capture_output=True, check=True, env={**os.environ, **odd.env()}, cwd=odd.workspace)
    assert b"evil" not in done.stdout + done.stderr
