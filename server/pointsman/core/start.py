"""What an editor says of itself and its workspace when a session starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StartOptions:
    """`settings` are the editor's, unresolved; `trusted` is False until the editor says that the workspace is trusted;
    `roots` are the folders that are open; `client` is the editor's name, or ""."""

    settings: Mapping[str, object] = field(default_factory=dict)
    trusted: bool = False
    roots: tuple[Path, ...] = ()
    client: str = ""
    inline_completion: bool = False
    """Whether the editor can show ghost text."""
