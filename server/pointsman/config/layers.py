"""Reading one layer of configuration after another, so that a mistake in one costs a notice and never the start."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import cast

from pointsman.config.table import Table
from pointsman.core.errors import ConfigError

_MOST_BYTES = 1_000_000


def shipped(package: str, name: str) -> dict[str, object]:
    """A TOML file of the package, parsed anew."""
    return tomllib.loads(resources.files(package).joinpath(name).read_text("utf-8"))


def read(path: Path, *, links: bool = True) -> Table | None:
    """The TOML file at `path`; None when there is none. Raises `ConfigError` when it is not a readable TOML file.

    Without `links`, a symbolic link is refused: in a workspace it could lead to a file that is nobody else's business.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(path, flags if links else flags | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
            # Looked at once it is open: a pipe or a device would never end, and what lies at the path may change meanwhile.
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ConfigError(str(path), "", "is not a file", "put a TOML file there or remove it")
            raw = file.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            raise ConfigError(str(path), "", "is larger than 1 MB", "keep only settings in it")
        return Table(tomllib.loads(raw.decode("utf-8")), str(path))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigError(str(path), "", f"cannot be read: {error.strerror or error}", "check the file's permissions") from None
    except UnicodeDecodeError:
        raise ConfigError(str(path), "", "is not UTF-8", "save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(str(path), "", f"is not valid TOML: {error}", "mend that line") from None
    except RecursionError:
        raise ConfigError(str(path), "", "is nested too deeply", "keep only settings in it") from None


def merged(base: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """`base` with `over` laid on it: tables merge, everything else is replaced. Neither argument is changed."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            result[key] = merged(cast("Mapping[str, object]", below), cast("Mapping[str, object]", value))
        else:
            result[key] = value
    return result
