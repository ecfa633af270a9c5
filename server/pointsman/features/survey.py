"""A first look at the workspace: its manifests for the project context, its files for the workspace model.

Reads regular files below the workspace folders only, never what is excluded, while the editor is served.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from pointsman.analysis import languages
from pointsman.analysis.project import ProjectContext, project
from pointsman.features.session import Session
from pointsman.providers.workspace import WorkspaceModel
from pointsman.security.exclusions import excluded
from pointsman.security.paths import read_regular

MANIFESTS = frozenset(
    [
        "package.json",
        "pyproject.toml",
        "requirements.txt",
        "setup.cfg",
        "pom.xml",
        "build.gradle",
        "build.gradle.kts",
        "Podfile",
        "Package.swift",
        "pubspec.yaml",
        "go.mod",
        "Cargo.toml",
        "composer.json",
        "Gemfile",
        "AndroidManifest.xml",
    ]
)
_SKIPPED = frozenset(
    [
        ".git",
        ".hg",
        ".svn",
        "node_modules",
        ".venv",
        "venv",
        "env",
        "__pycache__",
        "dist",
        "build",
        "out",
        "target",
        ".next",
        ".nuxt",
        ".gradle",
        "Pods",
        "vendor",
        ".tox",
        ".mypy_cache",
        ".pytest_cache",
        "coverage",
        ".idea",
        ".vscode",
        "site-packages",
    ]
)
MAX_FILES = 6_000
MAX_FOLDERS = 20_000
MAX_MANIFESTS = 200
MAX_LEARNT = 500
MAX_BYTES = 200_000
_SETTLE_EACH = 20
_PROSE = frozenset({"markdown", "json", "toml", "yaml"})


async def survey(session: Session) -> None:
    """Fill the session's manifests, project context and workspace model."""
    look = _Look(session.roots, session.settings.exclude)
    try:
        # In a thread: neither a slow disk nor a workspace made to be slow may keep a keystroke waiting.
        await asyncio.to_thread(look.around)
    finally:
        look.stopped = True
    session.model = look.model
    session.manifests, session.project = look.manifests, look.project
    session.forget_studies()


class _Look:
    """What one look at the workspace finds. `stopped` ends it after the file that it is at."""

    def __init__(self, roots: tuple[Path, ...], patterns: tuple[str, ...]) -> None:
        self._roots, self._patterns = roots, patterns
        self._files = self._folders = self._learnt = 0
        self.stopped = False
        self.model = WorkspaceModel()
        self.manifests: dict[str, str] = {}
        self.project = ProjectContext("small", None, ())

    def around(self) -> None:
        """Look at every file of every folder, as far as the bounds go."""
        for root in self._roots:
            for path in self._below(root):
                self._take(path, path.relative_to(root).as_posix())
        self.model.settle()
        self.project = project(self.manifests, files=self._files)

    def _below(self, root: Path) -> Iterator[Path]:
        for folder, folders, names in os.walk(root, followlinks=False):
            self._folders += 1
            folders[:] = sorted(f for f in folders if f not in _SKIPPED and not f.startswith("."))
            for name in sorted(names):
                if self.stopped or self._files >= MAX_FILES:
                    return
                self._files += 1
                yield Path(folder, name)
            if self.stopped or self._folders >= MAX_FOLDERS:
                return

    def _take(self, path: Path, name: str) -> None:
        if path.name in MANIFESTS and name.count("/") <= 3 and len(self.manifests) < MAX_MANIFESTS:
            self.manifests[name] = _text(path) or ""
        if self._learnt < MAX_LEARNT and _learnable(path, name, self._patterns):
            text = _text(path)
            if text is not None and self.model.learn(name, text):
                self._learnt += 1
                if self._learnt % _SETTLE_EACH == 0:
                    # A little at a time: sorting all of it at once would hold up every other thread.
                    self.model.settle()


def _learnable(path: Path, name: str, patterns: tuple[str, ...]) -> bool:
    language = languages.detect(str(path))
    return language is not None and language.name not in _PROSE and excluded(name, patterns) is None


def _text(path: Path) -> str | None:
    try:
        return read_regular(path, MAX_BYTES).decode("utf-8")
    except (OSError, ValueError):
        return None
