"""Markdown on its way to an editor. What a model or a file wrote must not make the editor fetch or run anything."""

from __future__ import annotations

from lsprotocol import types

from pointsman.lsp.client import Client


def safe(markdown: str) -> str:
    """`markdown` without images, HTML and links that could be followed."""
    from pointsman.security.markdown import sanitise

    return str(sanitise(markdown))


def markup(client: Client, markdown: str) -> types.MarkupContent:
    """Safe markup of the kind that the editor can show."""
    kind = types.MarkupKind.Markdown if client.markdown else types.MarkupKind.PlainText
    return types.MarkupContent(kind=kind, value=safe(markdown))
