"""The real VS Code of the editor tests: Node, code-server and playwright-core in a cache, from Debian and npm alone.

    python3 tests/setup/vscode.py

A few minutes on a cold machine with two cores, nothing on a warm one. Each step leaves its own mark, so a run that
was cut off goes on where it stopped. Standard library only: this runs before anything else is installed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

if __package__:
    from .process import Say, SetupError, default_cache, locked, run
else:  # started as a script: its own folder is on the path
    from process import Say, SetupError, default_cache, locked, run

NODE = "24.21.0"
CODE_SERVER = "4.139.1"
PLAYWRIGHT = "1.65.1"

# Program or header that shows a package is there -> the Debian package that brings it.
DEBIAN = {
    "chromium": "chromium",
    "npm": "npm",
    "g++": "g++",
    "make": "make",
    "pkg-config": "pkg-config",
    "/usr/include/krb5.h": "libkrb5-dev",
    "/usr/include/libsecret-1": "libsecret-1-dev",
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf": "fonts-dejavu-core",
}

# What code-server loads when it starts. Its own install step builds these and a dozen that no test here reaches.
NATIVE = ("@vscode/spdlog", "@vscode/native-watchdog", "@vscode/sqlite3", "@parcel/watcher", "node-pty")

EXTENSION = Path(__file__).resolve().parents[2] / "editors" / "vscode"


def ensure(cache: Path, say: Say) -> dict[str, str]:
    """Install what is missing under `cache` and return the environment that the VS Code tests read."""
    root = cache.resolve() / "vscode"
    root.mkdir(parents=True, exist_ok=True)
    with locked(root, say):
        env = _install(root, say)
        env["POINTSMAN_TEST_VSIX"] = str(_extension(root, say))
    return env


def _install(root: Path, say: Say) -> dict[str, str]:
    node = root / "node" / "node_modules" / "node"
    code_server = root / "code-server" / "node_modules" / ".bin" / "code-server"
    playwright = root / "playwright" / "node_modules" / "playwright-core"
    stamp = root / "ready.json"
    versions = {"node": NODE, "code-server": CODE_SERVER, "playwright": PLAYWRIGHT}
    work = _Work(root, say)
    _debian_packages(work)
    if not (stamp.is_file() and json.loads(stamp.read_text()) == versions):
        stamp.unlink(missing_ok=True)
        say(f"VS Code for the tests goes to {root} (a few minutes, once)")
        work.step(f"node {NODE}", root / "node", ["npm", "install", "--prefix", ".", f"node@{NODE}"])
        work.step(
            f"playwright-core {PLAYWRIGHT}",
            root / "playwright",
            ["npm", "install", "--prefix", ".", f"playwright-core@{PLAYWRIGHT}"],
        )
        _code_server(work, root / "code-server")
        work.run("code-server starts", root, ["node", str(code_server), "--version"])
        stamp.write_text(json.dumps(versions))
    return {
        "POINTSMAN_TEST_NODE": str(node / "bin" / "node"),
        "POINTSMAN_TEST_CODE_SERVER": str(code_server),
        "POINTSMAN_TEST_PLAYWRIGHT": str(playwright),
        "POINTSMAN_TEST_CHROMIUM": shutil.which("chromium") or "chromium",
    }


def _code_server(work: _Work, home: Path) -> None:
    vscode = home / "node_modules" / "code-server" / "lib" / "vscode"
    quiet = ["npm", "install", "--omit=dev", "--ignore-scripts"]
    work.step(
        f"code-server {CODE_SERVER}",
        home,
        ["npm", "install", "--prefix", ".", "--ignore-scripts", f"code-server@{CODE_SERVER}"],
    )
    work.step("code-server's password hash", home, ["npm", "rebuild", "argon2"])
    work.step("VS Code's libraries", vscode, quiet)
    work.step("VS Code's native modules", vscode, ["npm", "rebuild", "--foreground-scripts", *NATIVE])
    work.step("VS Code's own extensions", vscode / "extensions", quiet)
    # The two links are what the skipped install script would have made.
    for link, target in (("remote-cli/code-server", "code-linux.sh"), ("helpers/browser.sh", "browser-linux.sh")):
        path = vscode / "bin" / link
        path.unlink(missing_ok=True)
        path.symlink_to(target)


def _extension(root: Path, say: Say) -> Path:
    """The packed extension, built anew only when its sources changed."""
    sources = sorted(_sources(EXTENSION))
    digest = hashlib.sha256()
    for path in sources:
        digest.update(path.relative_to(EXTENSION).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    vsix = root / f"pointsman-{digest.hexdigest()[:16]}.vsix"
    if vsix.is_file():
        return vsix
    build = root / "extension"
    for old in _sources(build) if build.is_dir() else ():
        old.unlink()
    for path in sources:
        copy = build / path.relative_to(EXTENSION)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    work = _Work(root, say)
    lock = hashlib.sha256((build / "package-lock.json").read_bytes()).hexdigest()[:16]
    work.step(f"the extension's libraries {lock}", build, ["npm", "ci", "--ignore-scripts"])
    work.run("the extension's unit tests", build, ["npm", "test"])
    work.run("the extension is packed", build, ["npm", "run", "package", "--", "--out", str(vsix)])
    for other in root.glob("pointsman-*.vsix"):
        if other != vsix:
            other.unlink()
    return vsix


def _sources(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in {"node_modules", "dist", "out"}]
        yield from (Path(here, name) for name in files if not name.endswith((".vsix", ".done")))


def _debian_packages(work: _Work) -> None:
    missing = sorted(
        p for sign, p in DEBIAN.items() if not (Path(sign).exists() if sign.startswith("/") else shutil.which(sign))
    )
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetupError(f"The VS Code tests need these Debian packages: apt-get install {' '.join(missing)}")
    work.run("Debian's package list", work.root, ["apt-get", "update", "-q"])
    work.run(
        f"Debian packages {' '.join(missing)}",
        work.root,
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing],
    )


class _Work:
    """The steps of the set-up, each done once, with the cached Node in front."""

    def __init__(self, root: Path, say: Say) -> None:
        self.root = root
        self._node = root / "node" / "node_modules" / "node"
        self._say = say

    def step(self, name: str, folder: Path, command: Sequence[str]) -> None:
        """Run a command in a folder once; the mark outlives a cut-off run, and goes when the folder goes."""
        mark = folder / f".{hashlib.sha256(name.encode()).hexdigest()[:12]}.done"
        if not mark.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            self.run(name, folder, command)
            mark.write_text(name + "\n")

    def run(self, name: str, folder: Path, command: Sequence[str]) -> None:
        """Run a command, and once more if it fails: registries have weak moments."""
        env = os.environ | {"npm_config_audit": "false", "npm_config_fund": "false", "DEBIAN_FRONTEND": "noninteractive"}
        if (self._node / "bin" / "node").is_file():
            env["PATH"] = f"{self._node / 'bin'}{os.pathsep}{env['PATH']}"
            # The npm package of Node carries its headers: node-gyp then has nothing to download.
            env["npm_config_nodedir"] = str(next((self._node / "node_modules").glob("node-linux-*"), self._node))
        label = f"vscode: {name}"
        try:
            run(command, self._say, label, env=env, cwd=folder)
        except SetupError:
            self._say(f"{label} failed, once more")
            run(command, self._say, label, env=env, cwd=folder)


def main() -> int:
    """Set up and print the environment."""
    try:
        env = ensure(default_cache(), lambda line: print(f"  {line}", flush=True))
    except SetupError as failure:
        print(failure, file=sys.stderr)
        return 1
    for name, value in sorted(env.items()):
        print(f"{name}={value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
