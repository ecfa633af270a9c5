"""What the editor said of itself in `initialize`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder, get_capability

from pointsman.core.document import Encoding, path_of
from pointsman.core.start import StartOptions


@dataclass(frozen=True, slots=True)
class Client:
    """What this editor can do, and how it counts columns."""

    encoding: Encoding = Encoding.UTF16
    start: StartOptions = StartOptions()  # noqa: RUF009 frozen
    commands: bool = False
    """Whether it knows the commands `pointsman.client.*`."""
    progress: bool = False
    document_changes: bool = False
    markdown: bool = True
    configuration: bool = False


def client_of(params: types.InitializeParams) -> Client:
    """Read what `initialize` says; whatever is missing or odd means that the editor cannot do it."""
    can = params.capabilities
    given = params.initialization_options
    options: Mapping[str, object] = given if isinstance(given, Mapping) else {}
    settings = options.get("settings")
    formats = get_capability(can, "text_document.hover.content_format") or [types.MarkupKind.Markdown]
    return Client(
        encoding=Encoding(ServerCapabilitiesBuilder.choose_position_encoding(can)),
        start=StartOptions(
            settings=settings if isinstance(settings, Mapping) else {},
            trusted=options.get("trusted") is True,
            roots=_roots(params),
            client=params.client_info.name if params.client_info else "",
            inline_completion=get_capability(can, "text_document.inline_completion") is not None,
        ),
        commands=options.get("clientCommands") is True,
        progress=get_capability(can, "window.work_done_progress") is True,
        document_changes=get_capability(can, "workspace.workspace_edit.document_changes") is True,
        markdown=types.MarkupKind.Markdown in formats,
        configuration=get_capability(can, "workspace.configuration") is True,
    )


def _roots(params: types.InitializeParams) -> tuple[Path, ...]:
    uris = [folder.uri for folder in params.workspace_folders or ()] or [params.root_uri or ""]
    paths = [path for uri in uris if (path := path_of(uri)) is not None]
    return tuple(Path(path) for path in paths or ([params.root_path] if params.root_path else []))
