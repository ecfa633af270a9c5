"""What features give to an editor, in the editor's own terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pointsman.core.types import Finding, Range, ServiceLevel, Source, TextEdit


@dataclass(frozen=True, slots=True)
class Status:
    """What the status bar shows of the last answer and of the money spent. Wire form: `pointsman/status`."""

    service_level: ServiceLevel
    last: LastAnswer | None
    session_micro_dollars: int
    today_micro_dollars: int
    notice: str = ""


@dataclass(frozen=True, slots=True)
class LastAnswer:
    id: str
    task: str
    model: str
    source: Source
    deployment: str
    reasons: tuple[str, ...]
    micro_dollars: int
    elapsed_ms: int
    degraded: bool
    message: str = ""


@dataclass(frozen=True, slots=True)
class InlineItem:
    """Ghost text: `text` replaces `range` (which ends at or after the cursor, on its line)."""

    text: str
    range: Range
    answer_id: str
    source: Source


@dataclass(frozen=True, slots=True)
class CompletionItem:
    """`kind` is the LSP name of the kind in lower case (function, class, variable, keyword, snippet, text)."""

    label: str
    text: str
    range: Range
    kind: str
    detail: str = ""
    documentation: str = ""
    sort: str = ""
    answer_id: str = ""


@dataclass(frozen=True, slots=True)
class CompletionItems:
    items: tuple[CompletionItem, ...]
    incomplete: bool


@dataclass(frozen=True, slots=True)
class Action:
    """A code action. Either it has its `edits` already (deterministic), or `data` from which `resolve` makes them with a
    model, or a client `command` with `arguments`. `kind` is the LSP kind (quickfix, refactor.rewrite, source...). `finding` is
    the index, among the diagnostics of the request, of the one that it mends."""

    title: str
    kind: str
    edits: tuple[TextEdit, ...] = ()
    data: Mapping[str, object] | None = None
    command: str = ""
    arguments: tuple[object, ...] = ()
    finding: int | None = None
    preferred: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """What became of a lazy action: edits of that document at `version`, or no edits and the reason in `message`. With edits,
    a `message` says what a person should know of them (that no model made them, say); "" where there is nothing to say."""

    edits: tuple[TextEdit, ...]
    version: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class Lens:
    range: Range
    title: str
    markdown: str = ""


@dataclass(frozen=True, slots=True)
class Hover:
    range: Range
    markdown: str


@dataclass(frozen=True, slots=True)
class Review:
    """What a review of a document at `version` found, and which agent and model found it."""

    findings: tuple[Finding, ...]
    version: int
    message: str
    degraded: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    markdown: str
    message: str
    degraded: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """One calm line for the person; `severity` is info, warning or error. Features give one at most in ten minutes."""

    text: str
    severity: str = "info"
