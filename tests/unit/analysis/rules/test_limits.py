"""The complexity limit marks a function's name, and nothing else of it."""

from __future__ import annotations

from pointsman.analysis import languages, syntax
from pointsman.analysis.rules import findings
from pointsman.core import resources
from pointsman.core.types import Position, Range


def test_the_shop_has_one_function_over_the_limit() -> None:
    file = resources.sample() / "backend" / "orders.py"
    source = file.read_text(encoding="utf-8")
    tree = syntax.parse(source, languages.by_name("python"))
    assert tree is not None
    (finding,) = (finding for finding in findings(tree) if finding.code == "complexity/cognitive")
    line = next(number for number, text in enumerate(source.split("\n")) if text.startswith("def price_order"))
    assert finding.range == Range(Position(line, 4), Position(line, 4 + len("price_order")))
    assert finding.message.startswith("`price_order` has cognitive complexity ") and finding.message.endswith(", limit 15")


def test_the_limit_is_the_highest_allowed() -> None:
    tree = syntax.parse("def f(a):\n    if a:\n        return 1\n", languages.by_name("python"))
    assert tree is not None
    assert [finding.code for finding in findings(tree, complexity_limit=0)] == ["complexity/cognitive"]
    assert findings(tree, complexity_limit=1) == ()
