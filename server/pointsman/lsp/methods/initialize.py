"""`initialize`: what the server can do, in the encoding that both understand."""

from __future__ import annotations

from lsprotocol import types

import pointsman
from pointsman.lsp.capabilities import capabilities
from pointsman.lsp.client import Client
from pointsman.lsp.commands import COMMANDS
from pointsman.lsp.methods import NOTIFICATIONS, REQUESTS


def initialize(params: types.InitializeParams, client: Client) -> types.InitializeResult:
    """The answer to `initialize`. Nothing is opened yet: the features are built after `initialized`."""
    return types.InitializeResult(
        capabilities=capabilities(params.capabilities, client.encoding, {*REQUESTS, *NOTIFICATIONS}, COMMANDS),
        server_info=types.ServerInfo(name="pointsman", version=pointsman.__version__),
    )
