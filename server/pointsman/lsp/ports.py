"""What the protocol needs of the features behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from pointsman.core.document import Snapshot
from pointsman.core.start import StartOptions
from pointsman.core.types import Finding, Position, Range
from pointsman.features.items import (
    Action,
    CompletionItems,
    Explanation,
    Hover,
    InlineItem,
    Lens,
    Notice,
    Resolved,
    Review,
    Status,
)

__all__ = ["Progress", "StartOptions", "Workbench"]

Progress = Callable[[str, int | None], None]
"""Says what is being done, and how many percent of it are done where that is known."""


class Workbench(Protocol):
    """All features of one editor session. Every coroutine may be cancelled at any await."""

    async def start(self, initialize: StartOptions) -> None:
        """Open what the features need. Called once, before everything but `listen`."""

    async def configure(self, settings: Mapping[str, object]) -> None:
        """Use the editor's changed settings from now on."""

    def set_trust(self, trusted: bool) -> None:
        """Whether the workspace may influence what Pointsman does."""

    def set_secrets(self, secrets: Mapping[str, str]) -> None:
        """Keys from the editor's secret store, by vendor; they are kept in memory only."""

    def listen(
        self,
        on_status: Callable[[Status], None],
        on_notice: Callable[[Notice], None],
        on_findings_changed: Callable[[str], None],
    ) -> None:
        """Whom to tell of a new status, of a notice, and that the diagnostics of a URI changed; from any thread."""

    def opened(self, snapshot: Snapshot) -> None: ...

    def changed(self, snapshot: Snapshot) -> None: ...

    def closed(self, uri: str) -> None: ...

    def saved(self, snapshot: Snapshot) -> None: ...

    async def diagnostics(self, snapshot: Snapshot) -> tuple[Finding, ...]:
        """Everything there is to say about a document: rules, complexity, and what reviews found."""

    async def inline_completion(
        self, snapshot: Snapshot, position: Position, *, invoked: bool
    ) -> tuple[InlineItem, ...]:
        """Ghost text at `position`; `invoked` when a person asked for it."""

    async def completion(self, snapshot: Snapshot, position: Position) -> CompletionItems: ...

    async def code_actions(
        self, snapshot: Snapshot, range: Range, findings: tuple[Finding, ...], only: tuple[str, ...]
    ) -> tuple[Action, ...]:
        """What can be done about `range` and about the `findings` that the editor shows there."""

    async def resolve(self, snapshot: Snapshot, data: Mapping[str, object]) -> Resolved:
        """The edits of a lazy action that was offered for exactly this version."""

    async def lenses(self, snapshot: Snapshot) -> tuple[Lens, ...]: ...

    async def hover(self, snapshot: Snapshot, position: Position) -> Hover | None: ...

    async def review(self, snapshot: Snapshot, range: Range | None, progress: Progress) -> Review:
        """Review a range, or the whole document; its findings show up in `diagnostics`."""

    async def explain(self, snapshot: Snapshot, range: Range, progress: Progress) -> Explanation: ...

    def clear_findings(self, uri: str | None) -> None:
        """Forget what reviews found, in one document or in all."""

    def last_route(self) -> str:
        """Which model answered last, and why, as markdown."""

    def status(self) -> Status: ...

    def feedback(self, answer_id: str, event: str) -> None:
        """A person accepted or rejected an answer."""

    async def close(self) -> None:
        """Write what must be kept and release everything. The process ends one second later whether this returned or not."""
