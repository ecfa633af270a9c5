"""`textDocument/didOpen`"""

from __future__ import annotations

from lsprotocol import types

from pointsman.lsp.methods.method import NotificationMethod
from pointsman.lsp.publisher import AFTER_OPENING
from pointsman.lsp.session import Session


def did_open(session: Session, params: types.DidOpenTextDocumentParams) -> None:
    """Take the document in, and look at it."""
    snapshot = session.documents.open(params.text_document)
    session.start()
    session.tell(lambda workbench: workbench.opened(snapshot))
    session.publisher.schedule(snapshot.uri, AFTER_OPENING)


METHOD = NotificationMethod(types.TEXT_DOCUMENT_DID_OPEN, types.DidOpenTextDocumentParams, did_open)
