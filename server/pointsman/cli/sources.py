"""What commands share: reading a source file, and an app for the workspace that it lies in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pointsman.app import App, compose
from pointsman.core.document import Snapshot, Text
from pointsman.core.errors import PointsmanError
from pointsman.security.paths import read_regular, real

MAX_BYTES = 5_000_000
_ROOTS = (
    *(".git", "pyproject.toml", "package.json", "go.mod", "Cargo.toml", "pom.xml", "Package.swift", "Gemfile"),
    *("settings.gradle", "settings.gradle.kts", "composer.json", "pubspec.yaml"),
)


class BadArgument(PointsmanError):  # noqa: N818  (named as people read it)
    """An argument that cannot be used; the message says why."""


def snapshot_of(path: Path) -> Snapshot:
    """The file's text as a document of version 0."""
    try:
        # The person may name a link; a pipe or a device, which would never end, is no source of theirs.
        absolute = Path(real(str(path)))
        data = read_regular(absolute, MAX_BYTES)
    except OSError as error:
        raise BadArgument(f"{path}: cannot be read ({error.strerror or error})") from error
    if b"\0" in data[:8_000]:
        raise BadArgument(f"{path}: not a text file")
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    return Snapshot(absolute.as_uri(), str(absolute), "", 0, Text.of(text))


def workspace_of(path: Path) -> Path:
    """The nearest folder above that looks like a project, or the file's own."""
    place = Path(real(str(path)))
    start = place if place.is_dir() else place.parent
    return next((folder for folder in (start, *start.parents) if any((folder / mark).exists() for mark in _ROOTS)), start)


@asynccontextmanager
async def open_app(path: Path) -> AsyncIterator[App]:
    """An app on the workspace of `path`, closed afterwards."""
    app = compose(workspace=workspace_of(path))
    # A command asks at once, where an editor has seconds: a key in the system's keyring is worth a moment.
    app.keys.prepare(wait_s=1.0)
    try:
        yield app
    finally:
        await app.close()
