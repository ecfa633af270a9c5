"""Code actions: what comes of a model's answer, and what may never come of it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.features.conftest import Script

from pointsman.app import App
from pointsman.core.document import Snapshot
from pointsman.core.types import Position, Range, Source
from pointsman.features.edits import applied
from pointsman.features.items import Action, Resolved

CASES = tomllib.loads(Path(__file__).with_name("code_actions.toml").read_text("utf-8"))["case"]
Document = Callable[..., Snapshot]


async def action_for(app: App, snapshot: Snapshot, task: str) -> Action:
    line = next(n for n, text in enumerate(str(snapshot.text).split("\n")) if "def f(" in text)
    here = Position(line, str(snapshot.text).split("\n")[line].index("f("))
    actions = await app.workbench.code_actions(snapshot, Range(here, here), (), ())
    return next(a for a in actions if a.data is not None and a.data["task"] == task)


def after(snapshot: Snapshot, resolved: Resolved) -> str:
    return "\n".join(applied(str(snapshot.text).split("\n"), resolved.edits))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
async def test_case(case: dict[str, str], scripted: tuple[App, Script], document: Document) -> None:
    app, script = scripted
    script.default = case["answer"]
    snapshot = document(case["before"])
    action = await action_for(app, snapshot, case["task"])
    assert action.data is not None
    resolved = await app.workbench.resolve(snapshot, action.data)
    if case["after"]:
        assert after(snapshot, resolved) == case["after"]
    else:
        assert resolved.edits == ()
        assert resolved.message


async def test_the_title_names_the_model_that_would_answer(scripted: tuple[App, Script], document: Document) -> None:
    app, _ = scripted
    action = await action_for(app, document("def f(a):\n    return a\n"), "refactor")
    assert any(model in action.title for model in ("codellama_70b", "gpt_4_turbo", "claude_4_sonnet"))


async def test_an_action_of_an_older_version_is_refused(scripted: tuple[App, Script], document: Document) -> None:
    app, script = scripted
    script.default = "```python\ndef f(a):\n    return 2\n```"
    action = await action_for(app, document("def f(a):\n    return a\n", version=1), "refactor")
    assert action.data is not None
    resolved = await app.workbench.resolve(document("x\ndef f(a):\n    return a\n", version=2), action.data)
    assert resolved.edits == ()
    assert "changed" in resolved.message
    assert script.prompts == []


async def test_data_of_an_action_cannot_reach_beyond_the_document(offline: App, document: Document) -> None:
    for data in (
        {},
        {"task": "refactor", "version": 1, "range": [0, 0, 99, 0]},
        {"task": "delete_everything", "version": 1, "range": [0, 0, 0, 1]},
        {"task": "refactor", "version": 1, "range": "all"},
        {"task": "refactor", "version": 1, "range": [2, 0, 1, 0]},
    ):
        resolved = await offline.workbench.resolve(document("def f(a):\n    return a\n"), data)
        assert resolved.edits == ()
        assert resolved.message


async def test_a_failing_premium_model_is_replaced_by_the_next(scripted: tuple[App, Script], document: Document) -> None:
    app, script = scripted
    good = "```python\ndef f(a):\n    return a + 0\n```"
    script.answers = {"standard": good, "budget": good}
    snapshot = document("def f(a):\n    b = a\n    return b\n")
    action = await action_for(app, snapshot, "refactor")
    assert action.data is not None
    resolved = await app.workbench.resolve(snapshot, action.data)
    assert "return a + 0" in after(snapshot, resolved)
    assert app.session.last is not None
    assert app.session.last.source is Source.MODEL


async def test_without_a_model_documentation_and_tests_come_from_templates(offline: App, document: Document) -> None:
    snapshot = document("def f(amount, rate):\n    return amount * rate\n")
    for task, mark in (("write_documentation", "Args:"), ("write_tests", "def test_f()")):
        action = await action_for(offline, snapshot, task)
        assert "no model" in action.title
        assert action.data is not None
        resolved = await offline.workbench.resolve(snapshot, action.data)
        assert mark in after(snapshot, resolved)
        assert offline.session.last is not None
        assert offline.session.last.source is Source.TEMPLATE
        assert offline.session.last.degraded


async def test_without_a_model_a_refactoring_states_why_it_cannot(offline: App, document: Document) -> None:
    snapshot = document("def f(a):\n    return a\n")
    action = await action_for(offline, snapshot, "refactor")
    assert action.data is not None
    resolved = await offline.workbench.resolve(snapshot, action.data)
    assert resolved.edits == ()
    assert resolved.message


async def test_a_safe_fix_is_offered_at_once_and_mends_the_finding(offline: App, document: Document) -> None:
    snapshot = document("def f(items=[]):\n    return items\n\n\nif x == None:\n    pass\n")
    findings = await offline.workbench.diagnostics(snapshot)
    fixable = [f for f in findings if f.fix is not None]
    assert fixable
    actions = await offline.workbench.code_actions(snapshot, fixable[0].range, tuple(fixable), ("quickfix",))
    preferred = [a for a in actions if a.preferred]
    assert preferred
    assert preferred[0].edits
    mended = document("\n".join(applied(str(snapshot.text).split("\n"), preferred[0].edits)), version=2)
    left = await offline.workbench.diagnostics(mended)
    assert sum(f.code == fixable[0].code for f in left) < sum(f.code == fixable[0].code for f in findings)
