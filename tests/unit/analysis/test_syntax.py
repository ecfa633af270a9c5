from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pointsman.analysis import languages
from pointsman.analysis.complexity import complexity
from pointsman.analysis.damage import damage
from pointsman.analysis.outline import enclosing, outline
from pointsman.analysis.report import analyze
from pointsman.analysis.syntax import attempt, parse
from pointsman.core.types import Position

PYTHON = languages.by_name("python")


def test_positions_count_code_points_and_editors_line_ends() -> None:
    tree = parse("x = '😀é' + y\r\nz = 1\rw = '\u2028\f'\n", PYTHON)
    assert tree is not None
    assert tree.errors == 0
    ranges = [tree.range(node) for node in tree.root.children]
    assert [(r.start, r.end) for r in ranges] == [((0, 0), (0, 12)), ((1, 0), (1, 5)), ((2, 0), (2, 8))]
    assert [tree.position(tree.offset(r.end)) for r in ranges] == [r.end for r in ranges]
    assert tree.text(tree.root.children[2]) == "w = '\u2028\f'"


def test_offsets_are_clipped_to_the_text() -> None:
    tree = parse("ab\ncd", PYTHON)
    assert tree is not None
    places = [Position(-1, 0), Position(0, 99), Position(1, 1), Position(9, 9)]
    assert [tree.offset(place) for place in places] == [0, 2, 4, 5]


@pytest.mark.parametrize("source", [b"\xff\xfe\x00", b"\xed\xa0\x80", "\ud800 = 1", "", "\0", "\ufeffx = 1"])
def test_no_bytes_raise(source: str | bytes) -> None:
    tree = parse(source, PYTHON)
    assert tree is not None
    complexity(tree), outline(tree), tree.range(tree.root)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x = 1\n" * 1_000_000, "MB"),
        ("a=1;" * 30_000, "minified"),
        ("(\n" * 100_000, "deep"),
        ("[\n" * 100_000 + "]\n" * 100_000, "deep"),
    ],
    ids=["large", "minified", "open brackets", "closed brackets"],
)
def test_what_is_refused_says_why(source: str, words: str) -> None:
    parsed = attempt(source, PYTHON)
    assert parsed.tree is None
    assert parsed.problem is not None
    assert words in parsed.problem


def test_deep_yaml_does_not_crash_the_grammar() -> None:
    yaml = languages.by_name("yaml")
    assert attempt("- " * 900, yaml).tree is None
    assert attempt("\n".join(" " * n + "a:" for n in range(900)), yaml).tree is None
    assert attempt("\n".join(" " * n + "a:" for n in range(60)), yaml).tree is not None


@pytest.mark.parametrize("name", languages.names())
def test_bombs_end_in_time(name: str) -> None:
    language = languages.by_name(name)
    for bomb in ("(\n" * 50_000, "<a>\n" * 30_000, "if x {\n" * 20_000, "+ a\n" * 30_000, '"""' + "def f():\n" * 20_000):
        start = time.process_time()
        tree = attempt(bomb, language, budget_s=0.5).tree
        if tree is not None:
            assert tree.errors >= 0
        assert time.process_time() - start < 3


_WORDS = """
if else for while def function fn func class { } ( ) [ ] : ; , = => -> && || and or ? " ' ` x 1 return case switch match when
try catch except end do then fi <script> </script> ```py ``` # // /* */ @ $
""".split()  # noqa: SIM905  (read as a sentence)
_TEXT = st.one_of(
    st.text(max_size=200), st.lists(st.sampled_from([*_WORDS, "\n", "\r\n", "\t", "\ud800", "😀"]), max_size=60).map(" ".join)
)


@pytest.mark.parametrize("name", languages.names())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(source=_TEXT)
def test_nothing_raises(name: str, source: str) -> None:
    report = analyze(source, language=name)
    assert report.language == name
    for function in report.complexity.functions:
        assert function.cyclomatic >= 1
        assert function.cognitive >= 0
        assert 1 <= function.line <= function.end_line
    tree = parse(source, languages.by_name(name))
    if tree is not None:
        for symbol in outline(tree):
            assert symbol.range.start <= symbol.range.end
        enclosing(tree, Position(0, 3))


def test_embedded_code_keeps_its_place() -> None:
    source = "<p>é</p>\n<script lang='ts'>\nlet a: number = 1;\n</script>\n<style>p { color: red }</style>\n"
    tree = parse(source, languages.by_name("vue"))
    assert tree is not None
    script, style = tree.embedded()
    assert (script.language.name, style.language.name) == ("typescript", "css")
    assert script.range(script.root.named_children[0]).start == (2, 0)
    fences = parse("# A\n\n```py\nx = 1\n```\n\n```nothing\n?\n```\n", languages.by_name("markdown"))
    assert fences is not None
    assert [part.language.name for part in fences.embedded()] == ["python"]


@pytest.mark.parametrize(
    ("before", "after", "sign"),
    [
        ("x = 1\n", "x = 2\n", 0),
        ("x = 1\n", "x = (1\n", 1),
        ("x = (1\n", "x = 1\n", -1),
        ("x", "x", 0),
        ("x", "(\n" * 50_000, 1),
    ],
)
def test_damage(before: str, after: str, sign: int) -> None:
    change = damage(before, after, PYTHON)
    assert (change > 0) - (change < 0) == sign
