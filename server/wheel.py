"""What a wheel carries beside the package: grammars, the sample project, and the plugins as an editor needs them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLED = {"grammars": "grammars", "editors/neovim": "editors/neovim", "tests/fixtures/shop": "sample"}
EXTENSION = "editors/vscode/pointsman.vsix"
"""Packaged by `npm run package` in editors/vscode. A wheel without it still serves every editor; `install vscode` says so."""


class Bundle(BuildHookInterface):  # type: ignore[type-arg, unused-ignore]
    """Adds the files to a wheel; an editable install reads them in the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """See hatchling's documentation of build hooks."""
        if version == "editable":
            return
        root = Path(self.root)
        wanted = dict(BUNDLED)
        if (root / EXTENSION).exists():
            wanted[EXTENSION] = EXTENSION
        for source, target in wanted.items():
            build_data["force_include"][str(root / source)] = f"pointsman/_bundled/{target}"
