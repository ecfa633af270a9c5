"""`initialize`: what the server can do, in the encoding that both understand."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

import pointsman
from pointsman.lsp.capabilities import capabilities
from pointsman.lsp.client import Client
from pointsman.lsp.commands import COMMANDS
from pointsman.lsp.methods import NOTIFICATIONS, REQUESTS

_READ: tuple[tuple[str, ...], ...] = (
    ("general", "positionEncodings"),
    ("window", "workDoneProgress"),
    ("workspace", "configuration"),
    ("workspace", "workspaceEdit", "documentChanges"),
    ("textDocument", "hover", "contentFormat"),
    ("textDocument", "inlineCompletion"),
)


def only_what_is_read(params: object) -> object:
    """`params` with those capabilities of the client that are looked at.

    The others are more than a thousand values, some of them newer than the types here, and a value that is not known
    must not keep an editor from starting the server.
    """
    if not isinstance(params, dict) or not isinstance(params.get("capabilities"), dict):
        return params
    kept: dict[str, Any] = {}
    for path in _READ:
        value, into = params["capabilities"], kept
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if value is not None:
            for name in path[:-1]:
                into = into.setdefault(name, {})
            into[path[-1]] = value
    return {**params, "capabilities": kept, "trace": None}


def initialize(params: types.InitializeParams, client: Client) -> types.InitializeResult:
    """The answer to `initialize`. Nothing is opened yet: the features are built after `initialized`."""
    return types.InitializeResult(
        capabilities=capabilities(params.capabilities, client.encoding, {*REQUESTS, *NOTIFICATIONS}, COMMANDS),
        server_info=types.ServerInfo(name="pointsman", version=pointsman.__version__),
    )
