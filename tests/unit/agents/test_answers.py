"""Reading models' answers: code and findings out of whatever they write around it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pointsman.agents import answers
from pointsman.core.types import Severity


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("```python\nx = 1\n```", "x = 1"),
        ("Sure:\n\n```\nx = 1\ny = 2\n```\nDone.", "x = 1\ny = 2"),
        ("~~~js\nlet a;\n~~~", "let a;"),
        ("````md\n```\ninner\n```\n````", "```\ninner\n```"),
        ("x = 1\n", "x = 1"),
        ("```py\nshort\n```\n```py\nthe longer block\n```", "the longer block"),
        ("I cannot do that.", None),
        ("```python\nnever closed", None),
        ("", None),
    ],
)
def test_code(answer: str, code: str | None) -> None:
    assert answers.code(answer) == code


def test_marks_of_the_prompt_are_taken_out() -> None:
    assert answers.code("```\n>>>>>>> MARKED CODE BEGINS\nx\n<<<<<<< MARKED CODE ENDS\n```") == "x\n"


def test_findings_are_read_out_of_prose_and_objects() -> None:
    rows = [{"line": 3, "end_line": 4, "severity": "high", "message": "leaks  the\nhandle"}]
    for text in (json.dumps(rows), "Here:\n```json\n" + json.dumps(rows) + "\n```", json.dumps({"findings": rows})):
        assert answers.remarks(text, first=1, last=10) == (answers.Remark(3, 4, Severity.ERROR, "leaks the handle"),)


def test_findings_outside_the_shown_lines_are_left_out() -> None:
    rows = [{"line": 99, "message": "nowhere"}, {"line": 2, "end_line": 99, "message": "here"}]
    assert answers.remarks(json.dumps(rows), first=1, last=10) == (answers.Remark(2, 2, Severity.INFORMATION, "here"),)


@pytest.mark.parametrize("text", ["", "no findings", "{", "[1, 2]", '[{"line": "three", "message": "m"}]', "[" * 5_000])
def test_what_is_no_list_of_findings_is_none(text: str) -> None:
    assert answers.remarks(text, first=1, last=10) is None


def test_an_empty_list_means_nothing_found() -> None:
    assert answers.remarks("[]", first=1, last=10) == ()


@given(st.text())
def test_reading_is_total(text: str) -> None:
    answers.code(text)
    answers.remarks(text, first=1, last=5)
