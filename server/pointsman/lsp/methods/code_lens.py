"""`textDocument/codeLens`"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from lsprotocol import types

from pointsman.core.document import Snapshot
from pointsman.features.items import Lens
from pointsman.lsp import convert
from pointsman.lsp.commands import NOOP
from pointsman.lsp.markdown import safe
from pointsman.lsp.methods.method import RequestMethod
from pointsman.lsp.session import Session

SHOW = "pointsman.client.showComplexity"


def code_lens(session: Session, params: types.CodeLensParams) -> Coroutine[Any, Any, list[types.CodeLens]] | None:
    """One line above each function that is worth it."""
    snapshot = session.documents.get(params.text_document.uri)
    return None if snapshot is None else _answer(session, snapshot)


async def _answer(session: Session, snapshot: Snapshot) -> list[types.CodeLens]:
    workbench = await session.workbench()
    return [_lens(session, snapshot, lens) for lens in await workbench.lenses(snapshot)]


def _lens(session: Session, snapshot: Snapshot, lens: Lens) -> types.CodeLens:
    span = convert.wire_range(snapshot, lens.range, session.client.encoding)
    # An editor without the command would complain when the lens is clicked: it gets one that does nothing.
    command = types.Command(title=lens.title, command=NOOP)
    if session.client.commands:
        command = types.Command(
            title=lens.title, command=SHOW, arguments=[snapshot.uri, span, lens.title, safe(lens.markdown)]
        )
    return types.CodeLens(range=span, command=command)


METHOD = RequestMethod(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensParams, code_lens)
