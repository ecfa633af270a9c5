"""Folders that travel with the package: inside an installed wheel, or at the top of a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def grammars() -> Path:
    """The folder with one folder a language (`language.toml` and its queries)."""
    return _folder("grammars", "grammars")


@cache
def editors() -> Path:
    """The folder with the plugins of the editors (`vscode`, `neovim`)."""
    return _folder("editors", "editors")


@cache
def sample() -> Path:
    """The small shop that the tour and the tests open."""
    return _folder("sample", "tests/fixtures/shop")


def _folder(bundled: str, checkout: str) -> Path:
    inside = _PACKAGE / "_bundled" / bundled
    return inside if inside.is_dir() else _PACKAGE.parent.parent / checkout
