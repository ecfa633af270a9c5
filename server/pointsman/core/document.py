"""One version of one open document, as every feature sees it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import unquote

from pointsman.core.encoding import Encoding
from pointsman.core.text import Text

__all__ = ["Encoding", "Snapshot", "Text", "path_of"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A document as it was when a request came; later edits make other snapshots.

    `path` is the file behind a `file:` URI (it need not exist), None for a document without one; `language_id` is the
    editor's word for the language; `version` counts up with each change.
    """

    uri: str
    path: str | None
    language_id: str
    version: int
    text: Text

    @classmethod
    def of(cls, uri: str, language_id: str, version: int, text: str) -> Snapshot:
        """A snapshot of `text`, with the path that `uri` names."""
        return cls(uri, path_of(uri), language_id, version, Text.of(text))


def path_of(uri: str) -> str | None:
    """The absolute path that a `file:` URI names, in this system's form, or None. Nothing is read from disk."""
    scheme, _, rest = uri.partition(":")
    if scheme.lower() != "file" or not rest.startswith("//"):
        return None
    host, _, path = rest[2:].partition("/")
    path = "/" + unquote(path.partition("?")[0].partition("#")[0])
    if "\0" in path:
        return None
    if os.name == "nt":
        path = path[1:] if path[2:3] == ":" else f"//{host}{path}"
        return path.replace("/", "\\")
    return path if host in ("", "localhost") else None
