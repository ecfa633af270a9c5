"""A line can silence a rule."""

from __future__ import annotations

import pytest

from pointsman.analysis import languages, syntax
from pointsman.analysis.rules import findings


def codes(language: str, source: str) -> list[str]:
    tree = syntax.parse(source, languages.by_name(language))
    assert tree is not None
    return [finding.code for finding in findings(tree)]


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("", ["python/none-comparison"]),
        ("  # pointsman: ignore", []),
        ("  # pointsman: ignore[python/none-comparison]", []),
        ("  # pointsman: ignore[eval, none-comparison]", []),
        ("  # pointsman: ignore[eval]", ["python/none-comparison"]),
        ("  # pointsman: ignore[]", ["python/none-comparison"]),
    ],
)
def test_on_the_line(comment: str, left: list[str]) -> None:
    assert codes("python", f"done = value == None{comment}\n") == left


def test_alone_on_the_line_above() -> None:
    assert codes("python", "# pointsman: ignore\ndone = value == None\nmore = value == None\n") == ["python/none-comparison"]


def test_after_code_it_speaks_of_its_own_line_only() -> None:
    assert codes("python", "a = 1  # pointsman: ignore\ndone = value == None\n") == ["python/none-comparison"]


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("javascript", "// pointsman: ignore\nif (a == b) { go(); }\n"),
        ("tsx", "const a = <p>\n  {/* pointsman: ignore[img-alt] */}\n  <img src={b} />\n</p>;\n"),
        ("html", "<!-- pointsman: ignore -->\n<img src='a'>\n"),
        ("css", "p { color: red !important; } /* pointsman: ignore */\n"),
        ("dockerfile", "# pointsman: ignore\nFROM node:latest\n"),
    ],
)
def test_in_every_kind_of_comment(language: str, source: str) -> None:
    assert codes(language, source) == []


def test_a_string_is_not_a_comment() -> None:
    assert codes("python", 'done = value == None, "pointsman: ignore"\n') == ["python/none-comparison"]
