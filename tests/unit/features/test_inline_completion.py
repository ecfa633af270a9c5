"""Ghost text: what is shown, what is served again without a request, and when nothing is better."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.features.conftest import CONFIG, Script

from pointsman.app import App
from pointsman.core.document import Snapshot
from pointsman.core.errors import Fault
from pointsman.core.types import Position, Source
from pointsman.features.inline_completion import typed_through
from pointsman.features.session import Shown

Document = Callable[..., Snapshot]
HANDLERS = "\n".join(
    f'def get_{name}(key: int) -> {name.title()}:\n    row = session.execute(find, {{"id": key}}).first()\n    return row\n\n'
    for name in ("order", "customer", "product")
)


def at(text: str) -> tuple[str, Position]:
    """A buffer with the cursor (█) taken out, and where it stood."""
    before, _, after = text.partition("█")
    return before + after, Position(before.count("\n"), len(before.rpartition("\n")[2]))


async def complete(app: App, document: Document, marked: str, version: int = 1, *, invoked: bool = False) -> str:
    text, position = at(marked)
    items = await app.workbench.inline_completion(document(text, version=version), position, invoked=invoked)
    assert len(items) <= 1
    return items[0].text if items else ""


async def test_a_model_answers_and_the_status_names_it(scripted: tuple[App, Script], document: Document) -> None:
    app, script = scripted
    script.default = "price * quantity"
    assert await complete(app, document, "total = █\n") == "price * quantity"
    last = app.session.last
    assert last is not None
    assert (last.source, last.model, last.degraded) == (Source.MODEL, "codellama_70b", False)
    assert last.reasons


async def test_typing_through_what_is_shown_asks_nobody(scripted: tuple[App, Script], document: Document) -> None:
    app, script = scripted
    script.default = "price * quantity"
    await complete(app, document, "total = █\n")
    asked = len(script.prompts)
    assert await complete(app, document, "total = pri█\n", 2) == "ce * quantity"
    assert await complete(app, document, "total = price *█\n", 3) == " quantity"
    assert len(script.prompts) == asked


async def test_going_another_way_asks_again(scripted: tuple[App, Script], document: Document) -> None:
    app, script = scripted
    script.default = "price * quantity"
    await complete(app, document, "total = █\n")
    script.default = "um(rows)"
    assert await complete(app, document, "total = s█\n", 2) == "um(rows)"


@pytest.mark.parametrize("marked", ["to█tal = 1\n", "█", "\n\n█\n"])
async def test_inside_a_word_and_in_an_empty_file_nothing_is_asked(
    scripted: tuple[App, Script], document: Document, marked: str
) -> None:
    app, script = scripted
    script.default = "noise"
    assert await complete(app, document, marked) == ""
    assert script.prompts == []


async def test_when_every_model_fails_the_workspace_answers_and_says_so(
    scripted: tuple[App, Script], document: Document
) -> None:
    app, script = scripted
    script.default = Fault.SERVER
    got = await complete(app, document, HANDLERS + "def get_invoice(key: int) -> Invoice:\n    row = session.█\n")
    assert got == 'execute(find, {"id": key}).first()'
    assert app.session.last is not None
    assert app.session.last.source is Source.WORKSPACE
    assert app.session.last.degraded


async def test_without_a_model_and_without_confidence_there_is_a_reason(offline: App, document: Document) -> None:
    assert await complete(offline, document, "zebra = █\n") == ""
    assert offline.session.last is not None
    assert offline.session.last.source is Source.NONE
    assert offline.session.last.message


async def test_switched_off_means_off_unless_asked_for(offline: App, document: Document) -> None:
    await offline.workbench.configure({"inlineCompletion": {"enabled": False}})
    marked = HANDLERS + "def get_invoice(key: int) -> Invoice:\n    row = session.█\n"
    assert await complete(offline, document, marked) == ""
    assert await complete(offline, document, marked, invoked=True) != ""


async def test_an_excluded_file_never_reaches_a_remote_model(
    bare: Path, document: Document, scripted: tuple[App, Script]
) -> None:
    app, script = scripted
    script.default = "leak"
    far = CONFIG.replace("http://127.0.0.1:9", "https://models.example")
    (bare / "config.toml").write_text(far)
    await app.workbench.configure({})
    assert not any(d.local for d in app.session.settings.deployments if d.model)
    text, position = at("API_KEY = █\n")
    assert await app.workbench.inline_completion(document(text, name=".env"), position, invoked=True) == ()
    assert script.prompts == []
    assert app.session.last is not None
    assert app.session.last.message
    assert await complete(app, document, "total = █\n") == "leak"


@pytest.mark.parametrize(
    ("prefix", "suffix", "left"),
    [
        ("a = ", "\n", "foo(b)"),
        ("a = fo", "\n", "o(b)"),
        ("a = foo(", ")\n", "b"),
        ("a = bar", "\n", None),
        ("a = foo(b)", "\n", None),
        ("b = ", "\n", None),
        ("a = fo", "x\n", "o(b)"),
    ],
)
def test_typed_through(prefix: str, suffix: str, left: str | None) -> None:
    shown = Shown("a = ", "\n", "foo(b)", "id", Source.MODEL)
    got = typed_through(shown, prefix, suffix)
    assert (got.text if got else None) == left
