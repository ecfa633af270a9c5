"""`textDocument/hover`"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from lsprotocol import types

from pointsman.core.document import Snapshot
from pointsman.core.types import Position
from pointsman.lsp import convert
from pointsman.lsp.markdown import markup
from pointsman.lsp.methods.method import RequestMethod
from pointsman.lsp.session import Session


def hover(session: Session, params: types.HoverParams) -> Coroutine[Any, Any, types.Hover | None] | None:
    """What there is to say about a position, made safe to render."""
    snapshot = session.documents.get(params.text_document.uri)
    if snapshot is None:
        return None
    return _answer(session, snapshot, convert.position_in(snapshot, params.position, session.client.encoding))


async def _answer(session: Session, snapshot: Snapshot, position: Position) -> types.Hover | None:
    workbench = await session.workbench()
    found = await workbench.hover(snapshot, position)
    if found is None:
        return None
    span = convert.wire_range(snapshot, found.range, session.client.encoding)
    return types.Hover(contents=markup(session.client, found.markdown), range=span)


METHOD = RequestMethod(types.TEXT_DOCUMENT_HOVER, types.HoverParams, hover)
