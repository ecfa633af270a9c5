"""`textDocument/didChange`"""

from __future__ import annotations

from lsprotocol import types

from pointsman.lsp.logs import log
from pointsman.lsp.methods.method import NotificationMethod
from pointsman.lsp.publisher import AFTER_TYPING
from pointsman.lsp.session import Session


def did_change(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    """Apply the edits. Ghost text for the text before them is moot."""
    snapshot = session.documents.change(params, session.client.encoding)
    if snapshot is None:
        log.warning("a document that is not open was changed")
        return
    session.requests.supersede((types.TEXT_DOCUMENT_INLINE_COMPLETION, snapshot.uri))
    session.tell(lambda workbench: workbench.changed(snapshot))
    session.publisher.schedule(snapshot.uri, AFTER_TYPING)


METHOD = NotificationMethod(types.TEXT_DOCUMENT_DID_CHANGE, types.DidChangeTextDocumentParams, did_change)
