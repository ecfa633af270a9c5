"""All features of one editor behind one door: what the protocol calls."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping

from pointsman.core.document import Snapshot
from pointsman.core.start import StartOptions
from pointsman.core.types import Finding, Position, Range
from pointsman.features import (
    code_action,
    code_lens,
    completion,
    diagnostics,
    explain,
    hover,
    inline_completion,
    last_route,
    review,
)
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
from pointsman.features.session import Session
from pointsman.features.survey import survey
from pointsman.strategy.plan import Profile


class Workbench:
    """One session's features. Snapshots in, items out; never raises for anything that a document or a model may hold."""

    def __init__(
        self,
        session: Session,
        *,
        configure: Callable[[Session, Mapping[str, object]], None],
        secrets: Callable[[Mapping[str, str]], None],
        close: Callable[[], Awaitable[None]],
    ) -> None:
        self.session = session
        self._configure, self._secrets, self._close = configure, secrets, close
        self._editor_settings: Mapping[str, object] = {}
        self._trusted = False
        self._survey: asyncio.Task[None] | None = None
        self._preparing: asyncio.Task[None] | None = None

    async def start(self, initialize: StartOptions) -> None:
        """Begin work in the workspace folders that the editor named."""
        self.session.roots, self.session.inline_in_editor = initialize.roots, initialize.inline_completion
        self._trusted = initialize.trusted
        await self.configure(initialize.settings)
        self._survey = asyncio.create_task(survey(self.session))

    async def configure(self, settings: Mapping[str, object]) -> None:
        """Use the editor's settings from now on; what was wrong in them comes as a notice."""
        self._editor_settings = settings
        self._configure(self.session, {**settings, "trusted": self._trusted})
        await self.session.refresh_spending()
        self.session.on_status(self.session.status())

    def set_trust(self, trusted: bool) -> None:
        """The person decided to trust the workspace, or no longer to."""
        self._trusted = trusted
        self._configure(self.session, {**self._editor_settings, "trusted": trusted})

    def set_secrets(self, secrets: Mapping[str, str]) -> None:
        """Keys out of the editor's secret store; kept in memory alone."""
        self._secrets(secrets)
        self.session.on_status(self.session.status())

    def listen(
        self,
        on_status: Callable[[Status], None],
        on_notice: Callable[[Notice], None],
        on_findings_changed: Callable[[str], None],
    ) -> None:
        """Where to send what happens by itself."""
        self.session.on_status, self.session.on_notice = on_status, on_notice
        self.session.on_findings_changed = on_findings_changed

    def opened(self, snapshot: Snapshot) -> None:
        """A document was opened."""

    def changed(self, snapshot: Snapshot) -> None:  # noqa: ARG002  (studies are made on need, off a keystroke's path)
        """A document has another version. The first change lets the completion's model get ready: importing an SDK takes longer
        than a completion may."""
        if self._preparing is None:
            profile = Profile(task="inline_completion", override=self.session.settings.model or None)
            self._preparing = asyncio.create_task(self.session.gateway.prepare(profile))

    def saved(self, snapshot: Snapshot) -> None:
        """A document was saved: the workspace model may learn it."""
        if self.session.kept_local(snapshot) is None and len(snapshot.text) < 300_000:
            self.session.model.learn(self.session.name_of(snapshot), str(snapshot.text))

    def closed(self, uri: str) -> None:
        """A document was closed: all that was kept of it is released."""
        self.session.forget(uri)

    async def diagnostics(self, snapshot: Snapshot) -> tuple[Finding, ...]:
        """See `features.diagnostics`."""
        return await diagnostics.diagnostics(self.session, snapshot)

    async def inline_completion(self, snapshot: Snapshot, position: Position, *, invoked: bool) -> tuple[InlineItem, ...]:
        """See `features.inline_completion`."""
        return await inline_completion.inline_completion(self.session, snapshot, position, invoked=invoked)

    async def completion(self, snapshot: Snapshot, position: Position) -> CompletionItems:
        """See `features.completion`."""
        return await completion.completion(self.session, snapshot, position)

    async def code_actions(
        self,
        snapshot: Snapshot,
        range: Range,
        findings: tuple[Finding, ...],
        only: tuple[str, ...],
    ) -> tuple[Action, ...]:
        """See `features.code_action`."""
        return await code_action.code_actions(self.session, snapshot, range, findings, only)

    async def resolve(self, snapshot: Snapshot, data: Mapping[str, object]) -> Resolved:
        """See `features.code_action`."""
        return await code_action.resolve(self.session, snapshot, data)

    async def lenses(self, snapshot: Snapshot) -> tuple[Lens, ...]:
        """See `features.code_lens`."""
        return await code_lens.lenses(self.session, snapshot)

    async def hover(self, snapshot: Snapshot, position: Position) -> Hover | None:
        """See `features.hover`."""
        return await hover.hover(self.session, snapshot, position)

    async def review(
        self,
        snapshot: Snapshot,
        range: Range | None,
        progress: Callable[[str, int | None], None],
    ) -> Review:
        """See `features.review`."""
        return await review.review(self.session, snapshot, range, progress)

    async def explain(
        self,
        snapshot: Snapshot,
        range: Range,
        progress: Callable[[str, int | None], None],
    ) -> Explanation:
        """See `features.explain`."""
        progress("asking", None)
        return await explain.explain(self.session, snapshot, range)

    def clear_findings(self, uri: str | None) -> None:
        """Take away what reviews found, in one document or in all."""
        for one in self.session.reviews.clear(uri):
            self.session.on_findings_changed(one)

    def last_route(self) -> str:
        """The last request as safe Markdown: which model, why, what was tried, what it cost."""
        return last_route.markdown(self.session)

    def status(self) -> Status:
        """What the status bar shows."""
        return self.session.status()

    def feedback(self, answer_id: str, event: str) -> None:
        """What the person did with an answer: shown, accepted, accepted_word, accepted_line, dismissed."""
        # It is written down, so it may be nothing but the id of an answer and a word.
        if re.fullmatch("[0-9a-f]{32}", answer_id) and re.fullmatch("[a-z_]{1,32}", event):
            self.session.gateway.feedback(answer_id, event)

    async def close(self) -> None:
        """Stop the survey, close models and the database."""
        for task in (self._survey, self._preparing):
            if task is not None:
                task.cancel()
        await self._close()
