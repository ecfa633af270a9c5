"""Around the editor: installed where Neovim looks, ended with it, and deaf to what a workspace would like it to run."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.editors.neovim.editor import HERE, SERVER, Check, Place, command, drive, neovim, place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]

INSTALLED = (
    "the_server_starts_by_itself", "ghost_text_and_lenses_are_on", "it_joins_neovims_own_statusline", "help_finds_it",
    "a_second_window_shares_the_server", "checkhealth_asks_the_installed_server",
)  # fmt: skip


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Check]:
    where = place(tmp_path_factory.mktemp("installed"))
    marker = where.root / "ran"
    # Modules that Python would import, were it started in the workspace with its folder on the path.
    for name in ("pointsman", "json", "pygls"):
        (where.shop / f"{name}.py").write_text(f"open({str(marker)!r}, 'w').close()\n")
    subprocess.run([SERVER, "install", "neovim"], env=where.environ, check=True, capture_output=True, timeout=60)
    # No server on the PATH: the plugin must know the one that it came with.
    environ = {"PATH": where.environ["PATH"].removeprefix(f"{Path(SERVER).parent}:")}
    checks = drive(where, "installed", INSTALLED, environ=environ, start=[neovim()])
    return checks | {"workspace": Check(not marker.exists(), "a module of the workspace was run")}


@pytest.mark.parametrize("name", INSTALLED)
def test_after_install_without_any_configuration(installed: dict[str, Check], name: str) -> None:
    assert installed[name].ok, installed[name].detail


def test_no_module_of_the_workspace_is_run(installed: dict[str, Check]) -> None:
    assert installed["workspace"].ok, installed["workspace"].detail


def test_installing_twice_takes_the_place_of_the_first(tmp_path: Path) -> None:
    where = place(tmp_path)
    for _ in range(2):
        subprocess.run([SERVER, "install", "neovim"], env=where.environ, check=True, capture_output=True, timeout=60)
        stale = next((tmp_path / "xdg" / "data" / "nvim").rglob("installed.lua")).with_name("stale.lua")
        found = stale.exists()
        stale.touch()
    assert not found, "a file of the first installation is still there"


@pytest.mark.parametrize(("line", "limit"), [("{digest} {path}", 3), ("! {path}", 15)], ids=["trusted", "denied"])
def test_a_workspace_file_holds_only_when_neovim_trusts_it(tmp_path: Path, line: str, limit: int) -> None:
    where = place(tmp_path)
    file = where.shop / ".pointsman.toml"
    file.write_text("complexity_limit = 3\n")
    trust = tmp_path / "xdg" / "state" / "nvim" / "trust"
    trust.parent.mkdir()
    trust.write_text(line.format(digest=hashlib.sha256(file.read_bytes()).hexdigest(), path=file.resolve()) + "\n")
    found = drive(where, "trust", ("complexity_limit",))["complexity_limit"]
    assert found.ok, found.detail
    assert found.detail.endswith(f"limit {limit}")


@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP], ids=lambda way: way.name)
def test_the_server_ends_with_its_editor(tmp_path: Path, way: signal.Signals) -> None:
    where = place(tmp_path)
    results = tmp_path / "results.jsonl"
    search = f"lua package.path = package.path .. ';{HERE}/?.lua;{HERE}/scenarios/?.lua'"
    editor = subprocess.Popen(
        command("--headless", "--cmd", search, "-c", "lua require('drive').run(require('idle'))"),
        cwd=where.shop,
        env=where.environ | {"POINTSMAN_TEST_SHOP": str(where.shop), "POINTSMAN_TEST_RESULTS": str(results)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert _until(lambda: results.exists() and '"ready"' in results.read_text(), 40), "the file was not opened"
        servers = _servers(where)
        assert len(servers) == 1, servers
        editor.send_signal(way)
        killed = time.monotonic()
        gone = _until(lambda: not _servers(where), 2)
        assert gone, f"still there {time.monotonic() - killed:.1f} s after its editor: {_servers(where)}"
    finally:
        editor.kill()
        editor.wait()


def _servers(where: Place) -> list[str]:
    """The server processes whose data folder is the one of `where`, as `ps` shows them."""
    if sys.platform != "linux":
        pytest.fail("this test reads /proc: run it on Linux", pytrace=False)
    mark = f"POINTSMAN_DATA_DIR={where.environ['POINTSMAN_DATA_DIR']}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            ours = b"serve" in words and mark in (process / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if ours:
            found.append(f"{process.name} {b' '.join(words).decode()}")
    return found


def _until(condition: Callable[[], bool], limit_s: float) -> bool:
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
