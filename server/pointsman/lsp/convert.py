"""Between the editor's terms and ours: positions by the encoding agreed on, findings and diagnostics, edits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lsprotocol import types

from pointsman.core.document import Encoding, Snapshot
from pointsman.core.types import Finding, Position, Range, Severity, TextEdit

SOURCE = "pointsman"
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFORMATION: types.DiagnosticSeverity.Information,
    Severity.HINT: types.DiagnosticSeverity.Hint,
}
_FROM_SEVERITIES = {wire: severity for severity, wire in _SEVERITIES.items()}


def position_in(snapshot: Snapshot, position: types.Position, encoding: Encoding) -> Position:
    """The editor's position, as the nearest one that exists in `snapshot`."""
    return snapshot.text.from_units(position.line, position.character, encoding)


def range_in(snapshot: Snapshot, wire: types.Range, encoding: Encoding) -> Range:
    """The editor's range, within `snapshot`."""
    return Range(position_in(snapshot, wire.start, encoding), position_in(snapshot, wire.end, encoding))


def wire_range(snapshot: Snapshot, span: Range, encoding: Encoding) -> types.Range:
    """A range of `snapshot`, as the editor counts."""
    return types.Range(
        types.Position(*snapshot.text.to_units(span.start, encoding)),
        types.Position(*snapshot.text.to_units(span.end, encoding)),
    )


def wire_argument(snapshot: Snapshot, argument: object, encoding: Encoding) -> object:
    """An argument of a command, with every range of `snapshot` in it as the editor counts."""
    if isinstance(argument, Range):
        return wire_range(snapshot, argument, encoding)
    if isinstance(argument, Mapping):
        return {key: wire_argument(snapshot, value, encoding) for key, value in argument.items()}
    return argument


def wire_edits(snapshot: Snapshot, edits: Iterable[TextEdit], encoding: Encoding) -> list[types.TextEdit]:
    """Edits of `snapshot`, as the editor counts."""
    return [types.TextEdit(wire_range(snapshot, edit.range, encoding), edit.text) for edit in edits]


def _origin(agent: str | None, model: str | None) -> str:
    return f"[{' · '.join(part for part in (agent, model) if part)}] " if agent or model else ""


def diagnostic(snapshot: Snapshot, finding: Finding, encoding: Encoding) -> types.Diagnostic:
    """A finding as a diagnostic; one of a review says which agent and model found it."""
    return types.Diagnostic(
        range=wire_range(snapshot, finding.range, encoding),
        message=_origin(finding.agent, finding.model) + finding.message,
        severity=_SEVERITIES[finding.severity],
        code=finding.code,
        code_description=types.CodeDescription(href=finding.url) if finding.url else None,
        source=SOURCE,
        data={"code": finding.code, "agent": finding.agent, "model": finding.model},
    )


def finding(snapshot: Snapshot, shown: types.Diagnostic, encoding: Encoding) -> Finding:
    """The finding behind a diagnostic that the editor shows. Another tool's code is given as `tool/code`."""
    data = shown.data if shown.source == SOURCE and isinstance(shown.data, Mapping) else {}
    agent, model = _word(data.get("agent")), _word(data.get("model"))
    code = "" if shown.code is None else str(shown.code)
    return Finding(
        code=_word(data.get("code")) or (code if shown.source == SOURCE else f"{shown.source or 'other'}/{code}"),
        message=shown.message.removeprefix(_origin(agent, model)),
        severity=_FROM_SEVERITIES.get(shown.severity or types.DiagnosticSeverity.Information, Severity.INFORMATION),
        range=range_in(snapshot, shown.range, encoding),
        url=shown.code_description.href if shown.code_description else None,
        agent=agent,
        model=model,
    )


def _word(value: object) -> str | None:
    return value if isinstance(value, str) else None


def workspace_edit(
    snapshot: Snapshot, edits: Iterable[TextEdit], encoding: Encoding, *, versioned: bool
) -> types.WorkspaceEdit:
    """An edit of that document and no other; where the editor can tell, it holds for that version only."""
    wire = wire_edits(snapshot, edits, encoding)
    if not versioned:
        return types.WorkspaceEdit(changes={snapshot.uri: wire})
    document = types.OptionalVersionedTextDocumentIdentifier(uri=snapshot.uri, version=snapshot.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(text_document=document, edits=wire)])
