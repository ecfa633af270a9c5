"""A review of many files is no surprise on the bill."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = """
[models.claude_4_sonnet]
provider = "openai"
api = "chat"
model = "m"
base_url = "http://127.0.0.1:9/v1"
price = { input = 2.0, output = 10.0 }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text(CONFIG)
    (tmp_path / "src").mkdir()
    for number in range(7):
        (tmp_path / "src" / f"part{number}.py").write_text("def f(a):\n    return a\n")
    return tmp_path


def review(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    bare = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    environment = bare | {"POINTSMAN_CONFIG_DIR": str(folder / "config"), "POINTSMAN_DATA_DIR": str(folder / "data")}
    command = [sys.executable, "-m", "pointsman", "review", str(folder / "src"), *options]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, check=False)


def test_many_files_at_a_paid_model_are_asked_about_first(folder: Path) -> None:
    done = review(folder)
    assert done.returncode == 2
    assert "7 files" in done.stderr
    assert "$" in done.stderr
    assert "--yes" in done.stderr
    assert review(folder, "--rules-only").returncode == 0


def test_without_a_paid_model_nobody_is_asked(folder: Path) -> None:
    (folder / "config" / "config.toml").unlink()
    assert review(folder).returncode == 0
