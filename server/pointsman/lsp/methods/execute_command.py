"""`workspace/executeCommand`: the commands `pointsman.server.*`, which `lsp.commands` lists."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from lsprotocol import types

from pointsman.lsp.commands import COMMANDS, Call
from pointsman.lsp.errors import invalid_params
from pointsman.lsp.methods.method import RequestMethod
from pointsman.lsp.session import Session


def execute_command(session: Session, params: types.ExecuteCommandParams) -> Coroutine[Any, Any, object]:
    """What the command returns. It is cancelled like any request."""
    command = COMMANDS.get(params.command)
    if command is None:
        raise invalid_params("There is no such command")
    arguments = params.arguments or ()
    first = arguments[0] if arguments else {}
    if not isinstance(first, dict):
        raise invalid_params("The argument of a command is an object")
    return command(session, Call(first, params.work_done_token))


METHOD = RequestMethod(types.WORKSPACE_EXECUTE_COMMAND, types.ExecuteCommandParams, execute_command)
