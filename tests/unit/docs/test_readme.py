"""Everything in the README is true: its commands run, its configuration loads, its pictures and pages exist."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from pointsman.cli import COMMANDS
from pointsman.config.load import load

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.S)
LINES = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
SHELL = [line.partition("  #")[0].strip() for line in LINES if line.strip()]
ELSEWHERE = {
    "python3 tests/run.py": "this very run",
    "pip install .": "tests/unit/docs/test_wheel.py: the same package as a wheel",
    "pointsman install vscode": "tests/editors/vscode",
    "pointsman install neovim": "tests/editors/neovim",
}


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    bare = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    return bare | {
        "POINTSMAN_CONFIG_DIR": str(tmp_path / "config"),
        "POINTSMAN_DATA_DIR": str(tmp_path / "data"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }


@pytest.mark.parametrize("command", [line for line in SHELL if line not in ELSEWHERE])
def test_a_command_of_the_readme_runs(command: str, machine: dict[str, str]) -> None:
    words = shlex.split(command)
    if words[0] == "python3":
        words[0] = sys.executable
    done = subprocess.run(words, cwd=ROOT, env=machine, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout.strip()
    assert "Traceback" not in done.stdout + done.stderr


def test_every_command_of_the_readme_is_known() -> None:
    named = {shlex.split(line)[1] for line in SHELL if line.startswith("pointsman ")}
    assert named <= set(COMMANDS)


def test_the_configuration_of_the_readme_loads_without_a_complaint(tmp_path: Path) -> None:
    for kind, text in BLOCKS:
        if kind == "toml":
            (tmp_path / "config.toml").write_text(text)
            settings = load({"POINTSMAN_CONFIG_DIR": str(tmp_path), "POINTSMAN_DATA_DIR": str(tmp_path)})
            assert settings.notices == ()
            assert {d.slot for d in settings.deployments} >= {"codellama_70b", "gpt_4_turbo", "claude_4_sonnet"}


def test_what_the_readme_links_to_exists() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_ci_calls_the_readmes_test_command() -> None:
    assert "tests/run.py" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert "python3 tests/run.py" in SHELL
