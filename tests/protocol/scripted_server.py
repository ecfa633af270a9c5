"""A real server process whose features do what the document's text says.

A line `#! verb argument` in the document is the script: it may wait, fail, hang or block, as a feature with a bug would.
Whatever the features are told is kept, and the status's notice gives it back as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pointsman.core.document import Snapshot
from pointsman.core.errors import PointsmanError
from pointsman.core.start import StartOptions
from pointsman.core.types import Finding, Position, Range, ServiceLevel, Severity, Source, TextEdit
from pointsman.features.items import (
    Action,
    CompletionItem,
    CompletionItems,
    Explanation,
    Hover,
    InlineItem,
    LastAnswer,
    Lens,
    Notice,
    Resolved,
    Review,
    Status,
)
from pointsman.lsp.server import serve

_LARGE = 1_000_000
_FIRST = Range(Position(0, 0), Position(0, 1))


class Scripted:
    """A workbench that a document drives."""

    def __init__(self) -> None:
        self.told: list[list[Any]] = []
        self.findings = 0
        self.cancelled = 0

    async def start(self, initialize: StartOptions) -> None:
        if initialize.settings.get("startFails"):
            raise RuntimeError("CANARY-start")
        await asyncio.sleep(float(str(initialize.settings.get("startSeconds", 0))))
        self.told.append(["start", dict(initialize.settings), initialize.trusted, [str(r) for r in initialize.roots]])

    async def configure(self, settings: Mapping[str, object]) -> None:
        self.told.append(["configure", dict(settings)])

    def set_trust(self, trusted: bool) -> None:
        self.told.append(["trust", trusted])

    def set_secrets(self, secrets: Mapping[str, str]) -> None:
        self.told.append(["secrets", sorted(secrets)])
        if "fail" in secrets:
            raise ValueError(f"cannot use {secrets['fail']}")

    def listen(
        self,
        on_status: Callable[[Status], None],
        on_notice: Callable[[Notice], None],
        on_findings_changed: Callable[[str], None],
    ) -> None:
        self.on_status, self.on_notice, self.on_findings_changed = on_status, on_notice, on_findings_changed

    def opened(self, snapshot: Snapshot) -> None:
        self.told.append(["opened", snapshot.uri, snapshot.version, snapshot.path])

    def changed(self, snapshot: Snapshot) -> None:
        if len(snapshot.text) < _LARGE and "#! changed_fails" in str(snapshot.text):
            raise ValueError(f"CANARY-code {snapshot.text}")
        self.told.append(["changed", snapshot.uri, snapshot.version])

    def closed(self, uri: str) -> None:
        self.told.append(["closed", uri])

    def saved(self, snapshot: Snapshot) -> None:
        self.told.append(["saved", snapshot.uri, snapshot.version])

    async def _play(self, snapshot: Snapshot, feature: str) -> None:
        text = str(snapshot.text) if len(snapshot.text) < _LARGE else ""
        for verb, argument in re.findall(rf"#! {feature} (\w+) ?(.*)", text):
            try:
                await self._do(verb, argument)
            except asyncio.CancelledError:
                self.cancelled += 1
                raise

    async def _do(self, verb: str, argument: str) -> None:
        match verb:
            case "sleep":
                await asyncio.sleep(float(argument))
            case "fail":
                raise RuntimeError(f"CANARY-code {argument}")
            case "refuse":
                raise PointsmanError(argument)
            case "block":
                time.sleep(float(argument))  # noqa: ASYNC251 the bug that is played
            case "spin":
                end = time.monotonic() + float(argument)
                while time.monotonic() < end:
                    pass
            case "regex":  # holds the interpreter for ever
                re.match(r"(a|a)*b", "a" * 60)
            case "thread":
                await asyncio.to_thread(time.sleep, float(argument))
            case "stubborn":
                end = time.monotonic() + float(argument)
                while time.monotonic() < end:
                    try:
                        await asyncio.sleep(0.1)
                    except asyncio.CancelledError:
                        continue
            case "print":
                print("printed by accident", flush=True)
            case "crash":
                threading.Thread(target=lambda: [].pop()).start()

    async def diagnostics(self, snapshot: Snapshot) -> tuple[Finding, ...]:
        if len(snapshot.text) > _LARGE:
            return ()
        await self._play(snapshot, "diagnostics")
        found = [
            Finding("py/word", f"the word {match[0]}", Severity.WARNING, _span(snapshot, match), url="https://example.org/rule")
            for match in re.finditer("teh", str(snapshot.text))
        ]
        if self.findings:
            found.append(Finding("review/backend", "found", Severity.HINT, _FIRST, agent="backend", model="claude_4_sonnet"))
        return tuple(found)

    async def inline_completion(self, snapshot: Snapshot, position: Position, *, invoked: bool) -> tuple[InlineItem, ...]:
        await self._play(snapshot, "inline")
        text = f"v{snapshot.version} {position.line}:{position.column} {invoked}"
        return (InlineItem(text, Range(position, position), "a1", Source.MODEL),)

    async def completion(self, snapshot: Snapshot, position: Position) -> CompletionItems:
        await self._play(snapshot, "completion")
        item = CompletionItem("word", f"word{snapshot.version}", Range(position, position), "function", "detail", "**doc**")
        return CompletionItems((item,), incomplete=False)

    async def code_actions(
        self, snapshot: Snapshot, range: Range, findings: tuple[Finding, ...], only: tuple[str, ...]
    ) -> tuple[Action, ...]:
        await self._play(snapshot, "actions")
        self.told.append(["actions", [[f.code, f.message, f.agent, f.model] for f in findings], list(only)])
        return (
            Action("Now", "quickfix", edits=(TextEdit(_FIRST, "new"),), finding=0, preferred=True),
            Action("Later", "refactor.rewrite", data={"task": "refactor"}),
            Action("Client", "refactor", command="pointsman.client.explain", arguments=({"uri": snapshot.uri},)),
        )

    async def resolve(self, snapshot: Snapshot, data: Mapping[str, object]) -> Resolved:
        await self._play(snapshot, "resolve")
        if "#! overlap" in str(snapshot.text):
            return Resolved((TextEdit(Range(Position(0, 0), Position(0, 3)), "a"), TextEdit(_FIRST, "b")), snapshot.version)
        if "#! nothing" in str(snapshot.text):
            return Resolved((), snapshot.version, "No model is reachable.")
        return Resolved((TextEdit(_FIRST, f"{data['task']}"),), snapshot.version)

    async def lenses(self, snapshot: Snapshot) -> tuple[Lens, ...]:
        return (Lens(_FIRST, "complexity 3", "**3**"),)

    async def hover(self, snapshot: Snapshot, position: Position) -> Hover | None:
        await self._play(snapshot, "hover")
        text = snapshot.text.line(position.line)
        return Hover(Range(position, position), f"{position.line}:{position.column} {len(text)}")

    async def review(self, snapshot: Snapshot, range: Range | None, progress: Any) -> Review:
        progress("reading", 10)
        await asyncio.to_thread(progress, "asking", 50)
        await self._play(snapshot, "review")
        self.findings = 1
        self.on_findings_changed(snapshot.uri)
        self.on_status(self.status())
        self.on_notice(Notice("one calm line", "warning"))
        return Review((Finding("review/backend", "found", Severity.HINT, _FIRST),), snapshot.version, "done", False)

    async def explain(self, snapshot: Snapshot, range: Range, progress: Any) -> Explanation:
        text = snapshot.text.slice(range)
        # As numbers, since what an editor renders is cleaned on its way.
        return Explanation(text, str([ord(character) for character in text]), True)

    def clear_findings(self, uri: str | None) -> None:
        self.findings = 0
        if uri is not None:
            self.on_findings_changed(uri)

    def last_route(self) -> str:
        return "the route"

    def status(self) -> Status:
        last = LastAnswer("a1", "review", "claude_4_sonnet", Source.MODEL, "d", ("because",), 12, 34, False)
        return Status(ServiceLevel.FULL, last, 12, 120, json.dumps({"told": self.told, "cancelled": self.cancelled}))

    def feedback(self, answer_id: str, event: str) -> None:
        self.told.append(["feedback", answer_id, event])

    async def close(self) -> None:
        if os.environ.get("SCRIPTED_CLOSE") == "hang":
            await asyncio.sleep(60)
        if os.environ.get("SCRIPTED_CLOSE") == "block":
            time.sleep(60)  # noqa: ASYNC251 the bug that is played
        if marker := os.environ.get("SCRIPTED_MARKER"):
            Path(marker).write_text("closed")  # noqa: ASYNC240 a test's marker


def _span(snapshot: Snapshot, match: re.Match[str]) -> Range:
    return Range(snapshot.text.position(match.start()), snapshot.text.position(match.end()))


if __name__ == "__main__":
    sys.exit(serve(Scripted))
