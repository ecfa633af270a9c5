"""A first look at the workspace: its manifests for the project context, its files for the workspace model.

Reads regular files below the workspace folders only, never what is excluded, in small steps between which the editor is served.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from pointsman.analysis import languages
from pointsman.analysis.project import project
from pointsman.features.session import Session
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
MAX_LEARNT = 500
MAX_BYTES = 200_000
_PROSE = frozenset({"markdown", "json", "toml", "yaml"})


async def survey(session: Session) -> None:
    """Fill the session's manifests, project context and workspace model."""
    manifests: dict[str, str] = {}
    files, learnt = 0, 0
    for root in session.roots:
        for path in _files(root):
            files += 1
            name = path.relative_to(root).as_posix()
            if path.name in MANIFESTS and name.count("/") <= 3:
                manifests[name] = _text(path) or ""
            if learnt < MAX_LEARNT and _learnable(path, name, session.settings.exclude):
                text = _text(path)
                if text is not None and session.model.learn(name, text):
                    learnt += 1
            if files % 4 == 0:
                await asyncio.sleep(0)
            if files >= MAX_FILES:
                break
    session.model.settle()
    session.manifests = manifests
    session.project = project(manifests, files=files)
    session.forget_studies()


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root, followlinks=False):
        folders[:] = sorted(f for f in folders if f not in _SKIPPED and not f.startswith("."))
        for name in sorted(names):
            yield Path(folder, name)


def _learnable(path: Path, name: str, patterns: tuple[str, ...]) -> bool:
    language = languages.detect(str(path))
    return language is not None and language.name not in _PROSE and excluded(name, patterns) is None


def _text(path: Path) -> str | None:
    try:
        return read_regular(path, MAX_BYTES).decode("utf-8")
    except (OSError, ValueError):
        return None
