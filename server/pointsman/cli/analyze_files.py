"""Files on disk for `pointsman analyze`: walking folders, reading with limits, manifests nearby, all cores."""

from __future__ import annotations

import dataclasses
import os
import re
import signal
import stat
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path

from pointsman.analysis import languages
from pointsman.analysis.report import analyze
from pointsman.analysis.syntax import MAX_BYTES
from pointsman.core.types import FileReport

_SKIPPED = frozenset(
    {"node_modules", "__pycache__", "bower_components", "dist", "build", "target", "out", "venv", "Pods", "DerivedData"}
    | {"site-packages", "vendor", "coverage"}
)
_DOTTED = frozenset({".github", ".gitlab", ".circleci", ".devcontainer", ".storybook", ".husky", ".buildkite", ".azure"})
_MANIFEST = re.compile(
    r"(?:package\.json|pyproject\.toml|setup\.(?:py|cfg)|requirements[\w.-]*\.txt|Pipfile|pom\.xml|build\.gradle(?:\.kts)?"
    r"|settings\.gradle(?:\.kts)?|libs\.versions\.toml|Podfile|pubspec\.yaml|go\.mod|Cargo\.toml|composer\.json|Gemfile"
    r"|Package\.swift|Cartfile|AndroidManifest\.xml|[\w.-]+\.(?:podspec|gemspec|csproj))"
)
_MANIFEST_BYTES = 100_000
_MANIFESTS_PER_FOLDER = 12
_LEVELS_UP = 16
_FEW = 64
_CHUNK = 16


def walk(paths: Iterable[Path]) -> Iterator[Path]:
    """Files that were named, and files of a known language below folders that were named. Links are not followed."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if _visited(name))
            for name in sorted(names):
                file = Path(folder, name)
                if languages.detect(name) is not None and not file.is_symlink():
                    yield file


def _visited(folder: str) -> bool:
    return folder in _DOTTED if folder.startswith(".") else folder not in _SKIPPED


def reports(files: list[Path], jobs: int = 0) -> Iterator[FileReport]:
    """The report of each file, in order; on `jobs` processes (0: one for each core) where there are many."""
    workers = min(jobs or os.cpu_count() or 1, len(files) // _CHUNK)
    if workers < 2 or len(files) < _FEW:
        yield from map(report, files)
        return
    # Whoever presses Ctrl-C means the command; each worker would answer with a traceback of its own.
    with ProcessPoolExecutor(workers, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)) as pool:
        yield from pool.map(report, files, chunksize=_CHUNK)


def report(path: Path) -> FileReport:
    """The report of one file on disk; what cannot be read is a problem in it, not an error."""
    source, problem = _read(path)
    root = _root(path.absolute().parent)
    relative = os.path.relpath(path.absolute(), root).replace(os.sep, "/")
    manifests = {} if problem else _manifests(path.absolute().parent, root)
    found = analyze(source, path=relative, manifests=manifests)
    return dataclasses.replace(found, path=str(path), problems=(problem,) if problem else found.problems)


def _read(path: Path) -> tuple[str, str | None]:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return "", "not a regular file"
        if status.st_size > MAX_BYTES:
            return "", f"the file has {status.st_size / 1e6:.1f} MB; files above {MAX_BYTES / 1e6:.0f} MB are not analysed"
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        return "", f"cannot be read: {getattr(error, 'strerror', None) or error}"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace"), None
    if b"\0" in data[:8_000]:
        return "", "not a text file"
    return data.decode("utf-8", "replace").removeprefix("\ufeff"), None


@lru_cache(maxsize=4_096)
def _root(folder: Path) -> Path:
    """The repository around a folder, else the folder itself."""
    above = (folder, *folder.parents)[:_LEVELS_UP]
    return next((place for place in above if (place / ".git").exists()), folder)


@lru_cache(maxsize=4_096)
def _manifests(folder: Path, root: Path) -> dict[str, str]:
    """The manifests in a folder and above it up to `root`, by path relative to `root`."""
    found = {} if folder == root or root not in folder.parents else dict(_manifests(folder.parent, root))
    try:
        names = sorted(
            entry.name
            for entry in os.scandir(folder)
            if _MANIFEST.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)
        )
    except OSError:
        return found
    for name in names[:_MANIFESTS_PER_FOLDER]:
        file = folder / name
        try:
            with file.open("rb") as stream:
                found[file.relative_to(root).as_posix()] = stream.read(_MANIFEST_BYTES).decode("utf-8", "replace")
        except OSError:
            continue
    return found
