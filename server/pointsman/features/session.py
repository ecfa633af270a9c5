"""What every feature shares: settings, analyses by document version, the gateway, and what reviews found.

A session belongs to one editor. It has no LSP in it and no feature in it: features are functions over a session.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from pointsman.analysis.project import ProjectContext
from pointsman.config.settings import Settings
from pointsman.core.document import Snapshot
from pointsman.core.types import Level, ServiceLevel, Source
from pointsman.features.items import LastAnswer, Notice, Status
from pointsman.features.review_findings import ReviewFindings
from pointsman.features.study import Study
from pointsman.gateway.answer import Answer, Ask
from pointsman.gateway.gateway import Gateway
from pointsman.providers.base import Prompt
from pointsman.providers.workspace import WorkspaceModel
from pointsman.security.exclusions import excluded
from pointsman.security.paths import real
from pointsman.strategy.plan import Plan, Profile


@dataclass(frozen=True, slots=True)
class Shown:
    """Ghost text that an editor shows: `prefix` and `suffix` are the text around it when it was made."""

    prefix: str
    suffix: str
    text: str
    answer_id: str
    source: Source


_KEPT_STUDIES = 24


class Session:
    """One editor's work: hand it snapshots and it answers with studies, plans and answers."""

    def __init__(self, settings: Settings, gateway: Gateway, model: WorkspaceModel) -> None:
        self.settings = settings
        self.gateway = gateway
        self.model = model
        self.roots: tuple[Path, ...] = ()
        self.project = ProjectContext("small", None, ())
        self.manifests: Mapping[str, str] = {}
        self.reviews = ReviewFindings()
        self.shown: dict[str, Shown] = {}
        self.inline_in_editor = True
        self.last: LastAnswer | None = None
        self.last_answer: Answer | None = None
        self.session_micro_dollars = 0
        self.today_micro_dollars = 0
        self.on_status: Callable[[Status], None] = lambda _: None
        self.on_notice: Callable[[Notice], None] = lambda _: None
        self.on_findings_changed: Callable[[str], None] = lambda _: None
        self._studies: OrderedDict[str, Study] = OrderedDict()
        self._told: set[str] = set()

    async def study(self, snapshot: Snapshot) -> Study:
        """The study of that snapshot; the same object while its version is the newest one asked for."""
        study = self._studies.get(snapshot.uri)
        if study is None or study.snapshot.version != snapshot.version or study.snapshot.text is not snapshot.text:
            study = Study(snapshot, self.manifests, self.settings.complexity_limit, self.settings.disabled_rules)
            self._studies[snapshot.uri] = study
        self._studies.move_to_end(snapshot.uri)
        while len(self._studies) > _KEPT_STUDIES:
            self._studies.popitem(last=False)
        if "findings" not in study.__dict__:
            # In a thread: a first use of a language compiles its queries, and a long file takes longer than a frame.
            await asyncio.to_thread(lambda: (study.findings, study.symbols, study.domain, study.lines))
            self._tell_once(study)
        return study

    async def recent_study(self, snapshot: Snapshot) -> Study:
        """The newest finished study of that document, perhaps of an older version: what a keystroke can wait for."""
        study = self._studies.get(snapshot.uri)
        if study is not None and "findings" in study.__dict__:
            return study
        return await self.study(snapshot)

    def forget(self, uri: str) -> None:
        """Release what is kept of a closed document."""
        self._studies.pop(uri, None)
        self.shown.pop(uri, None)
        self.reviews.clear(uri)
        self._told.discard(uri)

    def _tell_once(self, study: Study) -> None:
        """A document that is not analysed is said so once, not at every keystroke."""
        if study.problem is not None and study.snapshot.uri not in self._told:
            self._told.add(study.snapshot.uri)
            self.on_notice(Notice(f"{self.name_of(study.snapshot)} is not analysed: {study.problem}"))

    def forget_studies(self) -> None:
        """Settings or manifests changed: every study is stale."""
        self._studies.clear()

    def name_of(self, snapshot: Snapshot) -> str:
        """The document's path below a workspace folder, or its bare name; never an absolute path."""
        if snapshot.path is None:
            return _place(snapshot).rpartition("/")[2] or "untitled"
        path = Path(snapshot.path)
        return _below(path, self.roots) or path.name

    def kept_local(self, snapshot: Snapshot) -> str | None:
        """Why this document must not leave the machine, or None."""
        if self.settings.local_only:
            return "the setting local.only keeps code on this machine"
        place = _place(snapshot)
        why = self._excluded(place, self.roots)
        if why is None and snapshot.path is not None and (target := real(place)) != place:
            # A link of a harmless name does not make what it leads to harmless.
            why = self._excluded(target, tuple(Path(real(str(root))) for root in self.roots))
        return why

    def _excluded(self, place: str, roots: tuple[Path, ...]) -> str | None:
        # The user's patterns are about the workspace. What is known to hold secrets does so wherever it lies: `.ssh/config`
        # is no other file because somebody opened it from inside its folder.
        return excluded(_below(Path(place), roots) or place, self.settings.exclude) or excluded(place)

    def profile(
        self, snapshot: Snapshot, study: Study | None, task: str, *, prompt: Prompt, level: Level | None = None
    ) -> Profile:
        """What the strategy may know of a request. `study` is None for documents too long to be studied at a keystroke."""
        settings = self.settings
        characters = len(prompt.system) + len(prompt.prefix) + len(prompt.suffix) + sum(len(m.text) for m in prompt.messages)
        return Profile(
            task=task,
            complexity=level or (study.complexity.level if study else None),
            domain=study.domain.label if study else None,
            cost=settings.cost or None,
            experience=settings.experience or None,
            style=settings.style or None,
            project_size=self.project.size if self.manifests else None,
            stack=self.project.stack,
            override=settings.model or None,
            local_only=self.kept_local(snapshot) is not None,
            input_tokens=round(characters / 3.7) + 1,
            output_tokens=prompt.max_output_tokens,
        )

    @property
    def scope(self) -> str:
        """What separates this workspace's cached answers from another's."""
        return str(self.roots[0]) if self.roots else ""

    def plan(self, profile: Profile) -> Plan:
        """What the gateway would do with such a request now."""
        return self.gateway.plan(profile)

    def warn_of_cost(self, plan: Plan) -> None:
        """Tell the person once a session for each model that such a request is dear, and what would be cheaper."""
        warning = self.gateway.warning(plan)
        if warning is not None and plan.model not in self._told:
            self._told.add(plan.model)
            self.on_notice(Notice(f"A dear request: {warning}"))

    async def ask(self, ask: Ask, *, on_text: Callable[[str], None] | None = None) -> Answer:
        """Put one request through the gateway and show what came of it in the status."""
        answer = await self.gateway.ask(ask, on_text=on_text)
        self.show(answer)
        return answer

    def show(self, answer: Answer) -> None:
        """Make `answer` the one that the status bar tells of."""
        if answer.source is not Source.NONE or answer.task not in ("inline_completion", "completion"):
            # A pause at which nothing was sure is no request that anybody would look up.
            self.last_answer = answer
        self.session_micro_dollars += answer.micro_dollars
        self.today_micro_dollars = max(self.today_micro_dollars + answer.micro_dollars, self.session_micro_dollars)
        self.last = LastAnswer(
            id=answer.id,
            task=answer.task,
            model=answer.model,
            source=answer.source,
            deployment=answer.deployment,
            reasons=answer.reasons or answer.plan.reasons,
            micro_dollars=answer.micro_dollars,
            elapsed_ms=round(answer.elapsed_s * 1000),
            degraded=answer.degraded,
            message=answer.message,
        )
        self.on_status(self.status())

    def status(self) -> Status:
        """What the status bar shows now."""
        return Status(
            service_level=self.service_level(),
            last=self.last,
            session_micro_dollars=self.session_micro_dollars,
            today_micro_dollars=self.today_micro_dollars,
        )

    async def refresh_spending(self) -> None:
        """Read from the ledger what was spent today by every editor on this machine."""
        self.today_micro_dollars = (await self.gateway.spent()).today

    def service_level(self) -> ServiceLevel:
        """full, reduced, minimal or emergency, as the gateway sees its models now."""
        return self.gateway.service_level

    def with_settings(self, settings: Settings) -> None:
        """Use other settings from now on."""
        self.settings = settings
        self.forget_studies()


def _place(snapshot: Snapshot) -> str:
    """Where a document lies: its path, or that of its URI in plain letters, as a remote file or an older version has one."""
    return snapshot.path or unquote(snapshot.uri.partition("?")[0].partition("#")[0])


def _below(path: Path, roots: tuple[Path, ...]) -> str:
    """The path relative to the first of `roots` that it lies in, or ""."""
    return next((path.relative_to(root).as_posix() for root in roots if path.is_relative_to(root)), "")
