"""The documents that the editor has open. Nothing else exists: no file is ever read from disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lsprotocol import types

from pointsman.core.document import Encoding, Snapshot, Text
from pointsman.core.types import Range


class Documents:
    """The newest snapshot of each open document, by URI."""

    def __init__(self) -> None:
        self._open: dict[str, Snapshot] = {}

    def __iter__(self) -> Iterator[Snapshot]:
        return iter(tuple(self._open.values()))

    def get(self, uri: str) -> Snapshot | None:
        """The document as it is now; None when it is not open."""
        return self._open.get(uri)

    def current(self, snapshot: Snapshot) -> bool:
        """Whether the document is still what `snapshot` shows."""
        return self._open.get(snapshot.uri) is snapshot

    def open(self, item: types.TextDocumentItem) -> Snapshot:
        """Take a document in."""
        snapshot = Snapshot.of(item.uri, item.language_id, item.version, item.text)
        self._open[item.uri] = snapshot
        return snapshot

    def change(self, params: types.DidChangeTextDocumentParams, encoding: Encoding) -> Snapshot | None:
        """Apply the edits in their order; None when the document is not open."""
        snapshot = self._open.get(params.text_document.uri)
        if snapshot is None:
            return None
        text = snapshot.text
        for change in params.content_changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                start, end = change.range.start, change.range.end
                span = Range(
                    text.from_units(start.line, start.character, encoding),
                    text.from_units(end.line, end.character, encoding),
                )
                text = text.replace(span, change.text)
            else:
                text = Text.of(change.text)
        snapshot = replace(snapshot, version=params.text_document.version, text=text)
        self._open[snapshot.uri] = snapshot
        return snapshot

    def close(self, uri: str) -> None:
        """Forget a document."""
        self._open.pop(uri, None)
