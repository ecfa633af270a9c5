"""Edits say exactly what the new text says, and touch as little as they can."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pointsman.core.types import Position, Range
from pointsman.features.edits import append, applied, replace_lines

LINES = st.lists(st.text(alphabet="ab ", max_size=4), min_size=1, max_size=8)


@given(LINES, st.data(), LINES)
def test_replacing_lines_gives_the_text_that_was_asked_for(lines: list[str], data: st.DataObject, new: list[str]) -> None:
    first = data.draw(st.integers(0, len(lines) - 1))
    last = data.draw(st.integers(first, len(lines) - 1))
    where = Range(Position(first, 0), Position(last, len(lines[last])))
    assert applied(lines, replace_lines(lines, where, "\n".join(new))) == [*lines[:first], *new, *lines[last + 1 :]]


def test_equal_lines_at_both_ends_are_left_alone() -> None:
    lines = ["def f():", "    x = 1", "    return x"]
    [edit] = replace_lines(lines, Range(Position(0, 0), Position(2, 12)), "def f():\n    x = 2\n    return x")
    assert edit.range == Range(Position(1, 0), Position(1, 9))
    assert edit.text == "    x = 2"


def test_nothing_to_change_is_no_edit() -> None:
    assert replace_lines(["a", "b"], Range(Position(0, 0), Position(1, 1)), "a\nb") == ()


def test_appending_leaves_two_blank_lines_and_one_line_end() -> None:
    assert applied(["a = 1", "", ""], append(["a = 1", "", ""], "def test():\n    assert a\n\n")) == [
        "a = 1", "", "", "def test():", "    assert a", "",
    ]  # fmt: skip
