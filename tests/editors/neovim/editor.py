"""A real Neovim with the plugin, and the shop that it opens: nothing of the machine's own configuration, keys or data."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TESTS = HERE.parents[1]
PLUGIN = TESTS.parent / "editors" / "neovim"
ARTIFACTS = TESTS / ".artifacts" / "neovim"
SERVER = str(Path(sys.executable).with_name("pointsman"))
_LEFT_OUT = ("_API_KEY", "_BASE_URL")


@dataclass(frozen=True, slots=True)
class Check:
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Place:
    """A copy of the shop, and folders of their own for everything that an editor and a server keep."""

    root: Path

    @property
    def shop(self) -> Path:
        return self.root / "shop"

    @property
    def environ(self) -> dict[str, str]:
        own = {name: str(self.root / folder) for name, folder in _FOLDERS.items()}
        inherited = {name: value for name, value in os.environ.items() if not name.endswith(_LEFT_OUT)}
        # First on the PATH is the server under test, as in a shell where it was installed.
        path = os.pathsep.join((str(Path(SERVER).parent), inherited["PATH"]))
        return inherited | own | {"PATH": path, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", "LANG": "C.UTF-8"}


_FOLDERS = {
    "HOME": "home",
    "XDG_CONFIG_HOME": "xdg/config",
    "XDG_DATA_HOME": "xdg/data",
    "XDG_STATE_HOME": "xdg/state",
    "XDG_CACHE_HOME": "xdg/cache",
    "POINTSMAN_CONFIG_DIR": "config",
    "POINTSMAN_DATA_DIR": "data",
}


def neovim() -> str:
    """The Neovim to test with. Without one the test fails: what is skipped is not tested."""
    found = os.environ.get("POINTSMAN_TEST_NVIM")
    if not found:
        pytest.fail("no Neovim to test with: run `python3 tests/run.py`, which sets it up", pytrace=False)
    return found


def place(root: Path, config: str = "") -> Place:
    """A fresh place below `root`; `config` is its config.toml."""
    shutil.copytree(TESTS / "fixtures" / "shop", root / "shop")
    (root / "shop" / ".git").mkdir()
    for folder in _FOLDERS.values():
        (root / folder).mkdir(parents=True)
    (root / "config" / "config.toml").write_text(config)
    return Place(root)


def command(*arguments: str) -> list[str]:
    """Neovim with the plugin on its path, as a plugin manager would bring it, and a small init.lua."""
    return [neovim(), "--cmd", f"set runtimepath^={PLUGIN}", "-u", str(HERE / "init.lua"), *arguments]


def drive(
    where: Place,
    scenario: str,
    names: Sequence[str],
    *,
    environ: Mapping[str, str] | None = None,
    start: Sequence[str] = (),
) -> dict[str, Check]:
    """Run a scenario in a headless Neovim. A drive that ends early leaves the rest of `names` failed, with the reason.

    `start` is how Neovim is started, where it is not `command()`.
    """
    results = where.root / "results.jsonl"
    search = f"lua package.path = package.path .. ';{HERE}/?.lua;{HERE}/scenarios/?.lua'"
    run = f"lua require('drive').run(require('{scenario}'))"
    process = subprocess.Popen(
        [*(start or command()), "--headless", "--cmd", search, "-c", run],
        cwd=where.shop,
        env=where.environ
        | {"POINTSMAN_TEST_SHOP": str(where.shop), "POINTSMAN_TEST_RESULTS": str(results)}
        | dict(environ or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    try:
        output, _ = process.communicate(timeout=300)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
        output += "\nthe drive took more than 300 s"
    rows = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    checks = {row["check"]: Check(row["ok"], row["detail"]) for row in rows}
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    (ARTIFACTS / f"{scenario}.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False))
    assert set(checks) <= {*names, "drive"}, "a check of the scenario is not listed in the test"
    ended = Check(False, f"the drive ended before this check: {checks.get('drive', output[-3000:])}")
    return dict.fromkeys(names, ended) | checks
