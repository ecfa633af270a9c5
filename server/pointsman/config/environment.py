"""The only place that reads the process's environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pointsman.config.settings import Places


def environment() -> Mapping[str, str]:
    """A copy of the environment as it is now; everything else takes it as a parameter."""
    return dict(os.environ)


def places(environ: Mapping[str, str]) -> Places:
    """Where configuration and data lie: `POINTSMAN_CONFIG_DIR` and `POINTSMAN_DATA_DIR`, else the system's usual folders.

    Both are absolute; neither is created.
    """
    return Places(
        config=_folder(environ, "POINTSMAN_CONFIG_DIR", "user_config_path"),
        data=_folder(environ, "POINTSMAN_DATA_DIR", "user_data_path"),
    )


def _folder(environ: Mapping[str, str], variable: str, usual: str) -> Path:
    if named := environ.get(variable, "").strip():
        return Path(named).expanduser().absolute()
    import platformdirs

    path: Path = getattr(platformdirs, usual)("pointsman", appauthor=False)
    return path
