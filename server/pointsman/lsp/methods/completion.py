"""`textDocument/completion`: items of the completion list."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from lsprotocol import types

from pointsman.core.document import Snapshot
from pointsman.core.types import Position
from pointsman.features.items import CompletionItem
from pointsman.lsp import convert
from pointsman.lsp.commands import accepted
from pointsman.lsp.markdown import markup
from pointsman.lsp.methods.method import RequestMethod
from pointsman.lsp.session import Session

_KINDS = {kind.name.lower(): kind for kind in types.CompletionItemKind}


def nothing() -> types.CompletionList:
    """No items yet: the editor asks again as the person types on."""
    return types.CompletionList(is_incomplete=True, items=[])


def completion(
    session: Session, params: types.CompletionParams
) -> types.CompletionList | Coroutine[Any, Any, types.CompletionList]:
    """What the features suggest; nothing for a document that is not open."""
    snapshot = session.documents.get(params.text_document.uri)
    if snapshot is None:
        return nothing()
    return _answer(session, snapshot, convert.position_in(snapshot, params.position, session.client.encoding))


async def _answer(session: Session, snapshot: Snapshot, position: Position) -> types.CompletionList:
    workbench = await session.workbench()
    found = await workbench.completion(snapshot, position)
    items = [_item(session, snapshot, item) for item in found.items]
    return types.CompletionList(is_incomplete=found.incomplete, items=items)


def _item(session: Session, snapshot: Snapshot, item: CompletionItem) -> types.CompletionItem:
    span = convert.wire_range(snapshot, item.range, session.client.encoding)
    return types.CompletionItem(
        label=item.label,
        kind=_KINDS.get(item.kind.replace("_", ""), types.CompletionItemKind.Text),
        detail=item.detail or None,
        documentation=markup(session.client, item.documentation) if item.documentation else None,
        sort_text=item.sort or None,
        text_edit=types.TextEdit(range=span, new_text=item.text),
        insert_text_format=types.InsertTextFormat.PlainText,
        command=accepted(item.answer_id) if item.answer_id else None,
    )


METHOD = RequestMethod(types.TEXT_DOCUMENT_COMPLETION, types.CompletionParams, completion, moot=nothing)
