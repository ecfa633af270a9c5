"""`textDocument/didClose`"""

from __future__ import annotations

from lsprotocol import types

from pointsman.lsp.methods.method import NotificationMethod
from pointsman.lsp.session import Session


def did_close(session: Session, params: types.DidCloseTextDocumentParams) -> None:
    """Forget the document, its diagnostics, and what was asked of it."""
    uri = params.text_document.uri
    if session.documents.get(uri) is None:
        return
    session.documents.close(uri)
    for method in (types.TEXT_DOCUMENT_INLINE_COMPLETION, types.TEXT_DOCUMENT_COMPLETION):
        session.requests.supersede((method, uri))
    session.tell(lambda workbench: workbench.closed(uri))
    session.publisher.clear(uri)


METHOD = NotificationMethod(types.TEXT_DOCUMENT_DID_CLOSE, types.DidCloseTextDocumentParams, did_close)
