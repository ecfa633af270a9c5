"""`textDocument/inlineCompletion`: ghost text at the cursor."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from lsprotocol import types

from pointsman.core.document import Snapshot
from pointsman.core.types import Position
from pointsman.features.items import InlineItem
from pointsman.lsp import convert
from pointsman.lsp.commands import accepted
from pointsman.lsp.methods.method import RequestMethod
from pointsman.lsp.session import Session


def nothing() -> types.InlineCompletionList:
    """No ghost text. Editors take this better than an error when a request is moot."""
    return types.InlineCompletionList(items=[])


def inline_completion(
    session: Session, params: types.InlineCompletionParams
) -> types.InlineCompletionList | Coroutine[Any, Any, types.InlineCompletionList]:
    """What the features suggest; nothing for a document that is not open."""
    snapshot = session.documents.get(params.text_document.uri)
    if snapshot is None:
        return nothing()
    position = convert.position_in(snapshot, params.position, session.client.encoding)
    invoked = params.context.trigger_kind == types.InlineCompletionTriggerKind.Invoked
    return _answer(session, snapshot, position, invoked)


async def _answer(session: Session, snapshot: Snapshot, position: Position, invoked: bool) -> types.InlineCompletionList:
    workbench = await session.workbench()
    items = await workbench.inline_completion(snapshot, position, invoked=invoked)
    return types.InlineCompletionList(items=[_item(session, snapshot, item) for item in items])


def _item(session: Session, snapshot: Snapshot, item: InlineItem) -> types.InlineCompletionItem:
    return types.InlineCompletionItem(
        insert_text=item.text,
        range=convert.wire_range(snapshot, item.range, session.client.encoding),
        command=accepted(item.answer_id),
    )


METHOD = RequestMethod(
    types.TEXT_DOCUMENT_INLINE_COMPLETION, types.InlineCompletionParams, inline_completion, moot=nothing
)
