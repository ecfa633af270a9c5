"""Neovim 0.12 and tmux for the editor tests, without touching the system's own packages more than needed.

Debian stable carries an older Neovim, so the newest one is unpacked from a newer suite, with all its libraries, into
the cache; the system's apt state stays as it is. Standard library only.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from process import Say, SetupError, default_cache, locked, run

SUITE = "sid"
NEEDED = (0, 12)
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
BY_HAND = "install Neovim 0.12 or newer by hand and set POINTSMAN_TEST_NVIM to its path"


def ensure(cache: Path, say: Say) -> dict[str, str]:
    """Returns {"POINTSMAN_TEST_NVIM": path} of a Neovim that runs here and is at least 0.12; makes sure of tmux."""
    _ensure_tmux(say)
    own = cache / "neovim" / "bin" / "nvim"
    for candidate in (os.environ.get("POINTSMAN_TEST_NVIM"), shutil.which("nvim"), str(own)):
        if candidate and _version(candidate) >= NEEDED:
            return {"POINTSMAN_TEST_NVIM": candidate}
    with locked(cache / "neovim.setup", say):
        if _version(str(own)) < NEEDED:
            _unpack(cache, say)
    version = _version(str(own))
    if version < NEEDED:
        raise SetupError(f"the Neovim that was unpacked says {version}, 0.12 is needed: {BY_HAND}")
    say(f"neovim: {'.'.join(map(str, version))} ready")
    return {"POINTSMAN_TEST_NVIM": str(own)}


def _version(program: str) -> tuple[int, ...]:
    try:
        text = subprocess.run([program, "--version"], check=False, capture_output=True, text=True, timeout=30).stdout
    except (OSError, subprocess.TimeoutExpired):
        return (0,)
    found = re.search(r"v(\d+)\.(\d+)\.(\d+)", text)
    return tuple(map(int, found.groups())) if found else (0,)


def _ensure_tmux(say: Say) -> None:
    if shutil.which("tmux"):
        return
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise SetupError("tmux is needed by the Neovim tests: install it with the system's package manager")
    run(["apt-get", "-q", "update"], say, "tmux: reading package lists")
    run(["apt-get", "-q", "-y", "--no-install-recommends", "install", "tmux"], say, "tmux: installing")


def _mirror() -> str:
    """The Debian mirror that this system already uses, whichever it is."""
    if not shutil.which("apt-get") or not KEYRING.is_file():
        raise SetupError(f"this is not a Debian system: {BY_HAND}")
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(CREATED_BY) $(REPO_URI)"],
        check=False,
        capture_output=True,
        text=True,
    ).stdout
    for line in listing.splitlines():
        kind, _, address = line.partition(" ")
        if kind == "Packages" and re.search(r"/debian/?$", address):
            return address
    raise SetupError(f"this system's apt names no Debian mirror: {BY_HAND}")


def _unpack(cache: Path, say: Say) -> None:
    machine = platform.machine()
    if machine not in ("x86_64", "aarch64"):
        raise SetupError(f"no recipe for {machine}: {BY_HAND}")
    patchelf = _patchelf(cache, say)
    # Beside the final place and moved there when whole: a run that was cut off never leaves half an editor.
    final = cache / "neovim"
    work = cache / "neovim.setup" / "apt"
    shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(final, ignore_errors=True)
    for folder in ("lists/partial", "cache/archives/partial"):
        (work / folder).mkdir(parents=True)
    # An empty status file: apt then resolves the whole closure, libc included.
    (work / "status").write_text("")
    (work / "sources.list").write_text(f"deb [signed-by={KEYRING}] {_mirror()} {SUITE} main\n")
    apt = [
        "apt-get", "-q", "-y",
        *(f"-oDir::{key}={value}" for key, value in {
            "Etc::SourceList": work / "sources.list", "Etc::SourceParts": "-", "State::Lists": work / "lists",
            "State::status": work / "status", "Cache": work / "cache",
        }.items()),
        "-oAcquire::Languages=none", "-oAcquire::Retries=3", "-oAPT::Sandbox::User=root",
        "-oAPT::Install-Recommends=false", "-oDebug::NoLocking=true",
    ]  # fmt: skip
    run([*apt, "update"], say, f"neovim: reading the package lists of Debian {SUITE}", note=_clip)
    run([*apt, "install", "--download-only", "neovim"], say, "neovim: downloading", note=_clip)
    root = final / "root"
    root.mkdir(parents=True)
    for package in sorted((work / "cache/archives").glob("*.deb")):
        run(["dpkg-deb", "-x", package, root], say, f"neovim: unpacking {package.name.split('_')[0]}")
    libraries = root / "usr/lib" / f"{machine}-linux-gnu"
    loader = next(path for path in sorted(libraries.glob("ld-linux-*.so.*")))
    # DT_RPATH on the program also serves its libraries' own needs. No LD_LIBRARY_PATH: the children (python, git,
    # sh) must keep the system's libraries.
    run(
        [patchelf, "--set-interpreter", loader, "--force-rpath", "--set-rpath", libraries, root / "usr/bin/nvim"],
        say,
        "neovim: binding it to its own libraries",
    )
    program = final / "bin" / "nvim"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexport VIMRUNTIME="{root}/usr/share/nvim/runtime"\nexec "{root}/usr/bin/nvim" "$@"\n')
    program.chmod(0o755)
    shutil.rmtree(work)


def _patchelf(cache: Path, say: Say) -> Path:
    if found := shutil.which("patchelf"):
        return Path(found)
    place = cache / "patchelf"
    program = place / "bin" / "patchelf"
    if not program.is_file():
        run([sys.executable, "-m", "pip", "install", "-q", "--target", place, "patchelf"], say, "neovim: patchelf")
    return program


def _clip(line: str) -> str:
    return " ".join(line.split())[:60]


if __name__ == "__main__":
    try:
        found = ensure(default_cache(), lambda line: print(line, flush=True))
    except SetupError as error:
        sys.exit(str(error))
    for name, value in found.items():
        print(f"{name}={value}")
