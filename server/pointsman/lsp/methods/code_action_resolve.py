"""`codeAction/resolve`: the edits of an action, for exactly the text that it was offered for."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from itertools import pairwise
from typing import Any

from lsprotocol import types

from pointsman.core.document import Snapshot
from pointsman.core.types import TextEdit
from pointsman.lsp import convert
from pointsman.lsp.methods.method import RequestMethod
from pointsman.lsp.session import Session

MOVED_ON = "Pointsman: the text has changed meanwhile, so nothing was edited. Ask again for the text as it is now."
OVERLAP = "Pointsman: the model's edits overlap, so nothing was edited."


def code_action_resolve(
    session: Session, params: types.CodeAction
) -> types.CodeAction | Coroutine[Any, Any, types.CodeAction]:
    """The action with its edits; without them, and with a line that says why, when the text has moved on."""
    data = params.data if isinstance(params.data, Mapping) else {}
    asked = data.get("action")
    if params.edit is not None or not isinstance(asked, Mapping):
        return params
    snapshot = session.documents.get(str(data.get("uri")))
    if snapshot is None or snapshot.version != data.get("version"):
        session.show(MOVED_ON, "warning")
        return params
    return _answer(session, snapshot, params, asked)


async def _answer(
    session: Session, snapshot: Snapshot, action: types.CodeAction, asked: Mapping[str, object]
) -> types.CodeAction:
    workbench = await session.workbench()
    resolved = await workbench.resolve(snapshot, asked)
    current = session.documents.current(snapshot) and resolved.version == snapshot.version
    if resolved.edits and not current:
        session.show(MOVED_ON, "warning")
    elif _overlap(snapshot, resolved.edits):
        session.show(OVERLAP, "warning")
    else:
        if resolved.edits:
            client = session.client
            action.edit = convert.workspace_edit(
                snapshot, resolved.edits, client.encoding, versioned=client.document_changes
            )
        if resolved.message:
            session.show(resolved.message)
    return action


def _overlap(snapshot: Snapshot, edits: tuple[TextEdit, ...]) -> bool:
    spans = sorted((snapshot.text.offset(edit.range.start), snapshot.text.offset(edit.range.end)) for edit in edits)
    return any(end > start for (_, end), (start, _) in pairwise(spans))


METHOD = RequestMethod(types.CODE_ACTION_RESOLVE, types.CodeAction, code_action_resolve)
