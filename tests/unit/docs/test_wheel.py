"""A wheel carries what an installation needs: installed elsewhere, it works without the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_a_wheel_works_without_the_checkout(tmp_path: Path) -> None:
    wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, ROOT]
    subprocess.run(wheel, check=True, timeout=110)
    [built] = tmp_path.glob("pointsman-*.whl")
    with zipfile.ZipFile(built) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path / "site")
    for wanted in ("_bundled/grammars/python/language.toml", "_bundled/editors/neovim/plugin/pointsman.lua", "py.typed"):
        assert f"pointsman/{wanted}" in names
    assert not [name for name in names if "node_modules" in name or name.endswith(".pyc")]
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site"), "POINTSMAN_DATA_DIR": str(tmp_path / "data")}
    source = tmp_path / "example.py"
    source.write_text("def f(a):\n    return a if a else None\n")
    done = subprocess.run(
        [sys.executable, "-m", "pointsman", "analyze", source, "--json"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    [report] = json.loads(done.stdout)
    assert report["complexity"]["functions"][0]["name"] == "f"
    where = [sys.executable, "-c", "import pointsman.core.resources as r; print(r.grammars())"]
    found = subprocess.run(where, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    assert str(tmp_path / "site") in found.stdout
