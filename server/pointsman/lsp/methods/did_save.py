"""`textDocument/didSave`"""

from __future__ import annotations

from lsprotocol import types

from pointsman.lsp.methods.method import NotificationMethod
from pointsman.lsp.session import Session


def did_save(session: Session, params: types.DidSaveTextDocumentParams) -> None:
    """Tell the features, and look at the document without waiting for a pause."""
    snapshot = session.documents.get(params.text_document.uri)
    if snapshot is not None:
        session.tell(lambda workbench: workbench.saved(snapshot))
        session.publisher.schedule(snapshot.uri, 0)


METHOD = NotificationMethod(types.TEXT_DOCUMENT_DID_SAVE, types.DidSaveTextDocumentParams, did_save)
