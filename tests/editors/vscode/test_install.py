"""`pointsman install vscode` hands the extension to a real VS Code."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SET_UP = "set up VS Code first: python3 tests/run.py"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_extension_is_installed_in_a_real_editor(tmp_path: Path) -> None:
    editor, node = os.environ.get("POINTSMAN_TEST_CODE_SERVER"), os.environ.get("POINTSMAN_TEST_NODE")
    package = os.environ.get("POINTSMAN_TEST_VSIX")
    assert editor and node and package, SET_UP
    program = tmp_path / "code-server"
    run = f'PATH="{Path(node).parent}:$PATH" exec "{editor}" --extensions-dir "{tmp_path}/extensions" "$@"'
    program.write_text(f"#!/bin/sh\n{run}\n")
    program.chmod(0o755)
    # Packaged by the set-up out of this very source, so that npm need not do it twice.
    shutil.copy(package, ROOT / "editors" / "vscode" / "pointsman.vsix")
    done = subprocess.run(
        [sys.executable, "-m", "pointsman", "install", "vscode", "--command", str(program)],
        env=os.environ | {"HOME": str(tmp_path)}, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Installed in code-server" in done.stdout
    assert "pointsman.server.path" in done.stdout or shutil.which("pointsman")
    assert list((tmp_path / "extensions").glob("pointsman.pointsman-*"))


def test_without_an_editor_the_remedy_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pointsman", "install", "vscode", "--command", "no-such-editor"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--command" in done.stderr
    assert "Traceback" not in done.stderr
