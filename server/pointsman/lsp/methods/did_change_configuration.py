"""`workspace/didChangeConfiguration`"""

from __future__ import annotations

from collections.abc import Mapping

from lsprotocol import types

from pointsman.lsp.methods.method import NotificationMethod
from pointsman.lsp.session import Session

SECTION = "pointsman"


def did_change_configuration(session: Session, params: types.DidChangeConfigurationParams) -> None:
    """Use the settings that came or, where an editor only says that they changed, those that it gives when asked."""
    settings = params.settings
    if isinstance(settings, Mapping):
        own = settings.get(SECTION, settings)
        session.spawn(session.configure(own if isinstance(own, Mapping) else {}))
    elif session.client.configuration:
        session.spawn(_ask(session))


async def _ask(session: Session) -> None:
    items = [types.ConfigurationItem(section=SECTION)]
    given = await session.server.workspace_configuration_async(types.ConfigurationParams(items=items))
    if given and isinstance(given[0], Mapping):
        await session.configure(given[0])


METHOD = NotificationMethod(
    types.WORKSPACE_DID_CHANGE_CONFIGURATION, types.DidChangeConfigurationParams, did_change_configuration
)
