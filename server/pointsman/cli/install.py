"""`pointsman install vscode|neovim`: put the plugin where the editor finds it."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from pointsman.config.environment import environment
from pointsman.core import resources
from pointsman.core.errors import PointsmanError

VSCODE_COMMANDS = ("code", "codium", "cursor", "trae", "windsurf", "code-server", "code-insiders")
_LEFT_OUT = shutil.ignore_patterns("node_modules", "tests", "*.vsix")
_HELP_TAG = re.compile(r"(?<!\S)\*([^*\s|]+)\*(?!\S)")


class InstallError(PointsmanError):
    """The plugin could not be put in place; the message says what to do."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser("install", help="put the plugin where VS Code or Neovim finds it")
    parser.add_argument("editor", choices=("vscode", "neovim"))
    parser.add_argument(
        "--command", help="the editor's command line program (default: the first of code, codium, cursor, trae, ... found)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Install and say what to do next."""
    print(install_neovim() if arguments.editor == "neovim" else install_vscode(arguments.command))
    return 0


def install_neovim() -> str:
    """Copy the plugin into Neovim's packages, with the command that starts this very installation."""
    own = "nvim-data" if os.name == "nt" else environment().get("NVIM_APPNAME") or "nvim"
    place = _data_home() / own / "site" / "pack" / "pointsman" / "start" / "pointsman"
    if place.is_symlink():
        place.unlink()
    elif place.exists():
        shutil.rmtree(place)
    shutil.copytree(resources.editors() / "neovim", place, ignore=_LEFT_OUT)
    # -P: no module of the folder that the server is started in is ever imported.
    words = (sys.executable, "-P", "-m", "pointsman", "serve")
    command = ", ".join(json.dumps(word, ensure_ascii=False) for word in words)
    (place / "lua" / "pointsman" / "installed.lua").write_text(
        "-- Written by `pointsman install neovim`: how to start the server that came with this plugin.\n"
        f"return {{ cmd = {{ {command} }} }}\n",
        encoding="utf-8",
    )
    _write_help_tags(place / "doc")
    return (
        f"Installed in {place}.\nOpen a file in Neovim 0.11 or newer (0.12 for ghost text); "
        "`:checkhealth pointsman` tells what works."
    )


def _data_home() -> Path:
    if os.name == "nt":
        return Path(environment().get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path(environment().get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def _write_help_tags(folder: Path) -> None:
    """What `:helptags` would write: without it, `:help pointsman` finds nothing in a package that was just copied."""
    found = {tag: page.name for page in folder.glob("*.txt") for tag in _HELP_TAG.findall(page.read_text(encoding="utf-8"))}
    (folder / "tags").write_text("".join(f"{tag}\t{found[tag]}\t/*{tag}*\n" for tag in sorted(found)), encoding="utf-8")


def install_vscode(command: str | None) -> str:
    """Hand the packaged extension to the editor's own installer."""
    program = next((found for name in ([command] if command else VSCODE_COMMANDS) if (found := shutil.which(name))), None)
    if program is None:
        tried = command or ", ".join(VSCODE_COMMANDS)
        raise InstallError(
            f"no editor found (tried {tried}); name its program: pointsman install vscode --command /path/to/code"
        )
    package = vsix()
    done = subprocess.run(  # noqa: S603  (the editor that the person named, or one on their PATH)
        [program, "--install-extension", str(package), "--force"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise InstallError(f"{program} did not take the extension: {(done.stderr or done.stdout).strip()[-400:]}")
    return (
        f"Installed in {Path(program).name}.{_server_hint()}\nReload the window; the status bar shows Pointsman at the right."
    )


def vsix() -> Path:
    """The packaged extension: the one that ships, else built from the checkout with npm."""
    folder = resources.editors() / "vscode"
    package = folder / "pointsman.vsix"
    sources = [file for pattern in ("src/**/*.ts", "package*.json", "README.md") for file in folder.glob(pattern)]
    if package.exists() and all(file.stat().st_mtime <= package.stat().st_mtime for file in sources):
        return package
    npm = shutil.which("npm")
    if npm is None or not (folder / "package.json").exists():
        raise InstallError(
            f"the extension is not packaged yet and npm was not found; install Node.js, then run this again ({folder})"
        )
    print("Packaging the extension with npm (a minute, once) ...", file=sys.stderr)
    for step in (["ci", "--no-audit", "--no-fund"], ["run", "package"]):
        done = subprocess.run([npm, *step], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise InstallError(f"npm {' '.join(step)} failed in {folder}: {(done.stderr or done.stdout).strip()[-400:]}")
    return package


def _server_hint() -> str:
    own = Path(sys.executable).with_name("pointsman")
    if shutil.which("pointsman") == str(own):
        return ""
    return f'\nPut the server into your user settings: "pointsman.server.path": {json.dumps(str(own))}'
