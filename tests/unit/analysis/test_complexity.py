"""Every number of the case files: our own cases after the rules of the SonarSource white paper, lizard and gocyclo."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import pytest

from pointsman.analysis import languages
from pointsman.analysis.complexity import complexity
from pointsman.analysis.syntax import parse

CASES = Path(__file__).parent / "cases" / "complexity"
_EXPECTED = re.compile(r"^--- (.+?)(?:\((\d+)\))?((?: \w+=\d+)+)$")


def _cases() -> list[tuple[str, str, str]]:
    return [
        (file.stem, *block.split("\n", 1))
        for file in sorted(CASES.glob("*.txt"))
        for block in re.split(r"^=== ", file.read_text(encoding="utf-8"), flags=re.M)[1:]
    ]


@pytest.mark.parametrize(("language", "title", "body"), _cases(), ids=lambda value: value[:60])
def test_case(language: str, title: str, body: str) -> None:
    lines = body.split("\n")
    expected = [match for line in lines if (match := _EXPECTED.match(line))]
    source = "\n".join(line for line in lines if not _EXPECTED.match(line))
    assert expected, "a case expects something"
    tree = parse(source, languages.by_name(language))
    assert tree is not None
    functions = complexity(tree).functions
    for name, arity, scores in (match.groups() for match in expected):
        wanted = {key: int(value) for key, value in (score.split("=") for score in scores.split())}
        found = [f for f in functions if f.name == name and (arity is None or f.parameters == int(arity))]
        assert found, f"{name} is not among {[f.name for f in functions]}"
        actual = {key: value for key, value in asdict(found[0]).items() if key in wanted}
        assert actual == wanted, f"{title}: {name}"
