"""What the server says it can do."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder

from pointsman.core.document import Encoding

_OPTIONS: dict[str, object] = {
    types.TEXT_DOCUMENT_DID_SAVE: types.SaveOptions(include_text=False),
    types.TEXT_DOCUMENT_INLINE_COMPLETION: types.InlineCompletionOptions(),
    types.TEXT_DOCUMENT_COMPLETION: types.CompletionOptions(trigger_characters=[".", "(", ":", "<", '"', "/", "@", "$"]),
    types.TEXT_DOCUMENT_CODE_ACTION: types.CodeActionOptions(
        code_action_kinds=[
            types.CodeActionKind.QuickFix,
            types.CodeActionKind.Refactor,
            types.CodeActionKind.RefactorRewrite,
            types.CodeActionKind.Source,
        ],
        resolve_provider=True,
    ),
    types.TEXT_DOCUMENT_CODE_LENS: types.CodeLensOptions(resolve_provider=False),
}


def capabilities(
    client: types.ClientCapabilities, encoding: Encoding, methods: Iterable[str], commands: Iterable[str]
) -> types.ServerCapabilities:
    """The capabilities of a server that answers `methods` and executes `commands`, in the encoding agreed on."""
    builder = ServerCapabilitiesBuilder(
        client,
        set(methods),
        _OPTIONS,
        [],
        types.TextDocumentSyncKind.Incremental,
        None,
        types.PositionEncodingKind(encoding.value),
    )
    result: types.ServerCapabilities = builder.build()  # type: ignore[no-untyped-call]
    result.execute_command_provider = types.ExecuteCommandOptions(commands=list(commands), work_done_progress=True)
    # pygls adds that it follows the workspace's folders, which nobody here does.
    result.workspace = None
    return result
