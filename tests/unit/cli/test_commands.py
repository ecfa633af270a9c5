"""Every command can be asked for; asking for none shows them all."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pointsman.cli import COMMANDS


def pointsman(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pointsman", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_tells_how_it_is_used(name: str) -> None:
    done = pointsman(name, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: pointsman {name}")


def test_no_command_shows_all_of_them() -> None:
    done = pointsman()
    assert done.returncode == 2
    assert all(name in done.stderr for name in COMMANDS)


def test_an_option_called_command_does_not_hide_the_command() -> None:
    done = pointsman("install", "neovim", "--command", "x", "--nonsense")
    assert "nonsense" in done.stderr
    done = pointsman("install", "vscode")
    assert not done.stderr.startswith("usage: pointsman [-h]")
