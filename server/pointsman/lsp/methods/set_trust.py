"""`pointsman/setTrust` {"trusted": bool}: the person trusts the workspace, or does not any more."""

from __future__ import annotations

from typing import Any

from pointsman.lsp.methods.method import NotificationMethod
from pointsman.lsp.session import Session


def set_trust(session: Session, params: dict[str, Any]) -> None:
    """Only a plain `true` is trust."""
    trusted = params.get("trusted") is True
    session.tell(lambda workbench: workbench.set_trust(trusted))


METHOD = NotificationMethod("pointsman/setTrust", dict, set_trust)
