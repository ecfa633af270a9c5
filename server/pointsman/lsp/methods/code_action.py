"""`textDocument/codeAction`: what can be done here. What needs a model is offered without its edits, and resolved later."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from lsprotocol import types

from pointsman.core.document import Snapshot
from pointsman.core.types import Finding, Range
from pointsman.features.items import Action
from pointsman.lsp import convert
from pointsman.lsp.methods.method import RequestMethod
from pointsman.lsp.session import Session


def code_action(
    session: Session, params: types.CodeActionParams
) -> Coroutine[Any, Any, list[types.CodeAction]] | None:
    """The actions of the kinds that were asked for."""
    snapshot = session.documents.get(params.text_document.uri)
    if snapshot is None:
        return None
    encoding, shown = session.client.encoding, params.context.diagnostics
    findings = tuple(convert.finding(snapshot, diagnostic, encoding) for diagnostic in shown)
    only = tuple(str(getattr(kind, "value", kind)) for kind in params.context.only or ())
    span = convert.range_in(snapshot, params.range, encoding)
    return _answer(session, snapshot, span, findings, only, list(shown))


async def _answer(
    session: Session,
    snapshot: Snapshot,
    span: Range,
    findings: tuple[Finding, ...],
    only: tuple[str, ...],
    shown: list[types.Diagnostic],
) -> list[types.CodeAction]:
    workbench = await session.workbench()
    actions = await workbench.code_actions(snapshot, span, findings, only)
    return [_action(session, snapshot, action, shown) for action in actions if _wanted(action.kind, only)]


def _wanted(kind: str, only: tuple[str, ...]) -> bool:
    return not only or any(kind == wanted or not wanted or kind.startswith(f"{wanted}.") for wanted in only)


def _action(
    session: Session, snapshot: Snapshot, action: Action, shown: list[types.Diagnostic]
) -> types.CodeAction:
    client = session.client
    mends = action.finding is not None and 0 <= action.finding < len(shown)
    return types.CodeAction(
        title=action.title,
        kind=action.kind,
        diagnostics=[shown[action.finding or 0]] if mends else None,
        is_preferred=action.preferred or None,
        edit=convert.workspace_edit(snapshot, action.edits, client.encoding, versioned=client.document_changes)
        if action.edits
        else None,
        command=types.Command(
            title=action.title,
            command=action.command,
            arguments=[convert.wire_argument(snapshot, each, client.encoding) for each in action.arguments],
        )
        if action.command
        else None,
        data={"uri": snapshot.uri, "version": snapshot.version, "action": dict(action.data)}
        if action.data is not None
        else None,
    )


METHOD = RequestMethod(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionParams, code_action)
