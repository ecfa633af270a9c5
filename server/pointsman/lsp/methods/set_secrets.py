"""`pointsman/setSecrets` {"anthropic"?, "openai"?}: keys from the editor's secret store. They are never logged or stored."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from pointsman.lsp.errors import invalid_params
from pointsman.lsp.methods.method import RequestMethod
from pointsman.lsp.session import Session


def set_secrets(session: Session, params: dict[str, Any]) -> Coroutine[Any, Any, None]:
    """Hand the keys on; an empty one takes a key back."""
    if not all(isinstance(value, str) for value in params.values()):
        raise invalid_params("Every secret must be a string")
    return _hand_on(session, params)


async def _hand_on(session: Session, secrets: dict[str, str]) -> None:
    (await session.workbench()).set_secrets(secrets)


METHOD = RequestMethod("pointsman/setSecrets", dict, set_secrets)
