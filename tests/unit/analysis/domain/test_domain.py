"""Domains of files that a person would label at a glance, and the laws of the report."""

from __future__ import annotations

import math
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pointsman.analysis import languages
from pointsman.analysis.domain import domain
from pointsman.analysis.domain.model import label
from pointsman.core import resources
from pointsman.core.types import Domain, DomainReport

CASES: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("cases.toml").read_text(encoding="utf-8"))["case"]
SHOP = {
    "backend": "backend",
    "web": "frontend",
    "mobile": "mobile",
    "deploy": "devops",
}


def report(path: str, source: str, manifests: dict[str, str] | None = None) -> DomainReport:
    return domain(source, path=path, language=languages.detect(path, None, source), manifests=manifests or {})


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['path']}-{case['label']}")
def test_cases(case: dict[str, Any]) -> None:
    found = report(case["path"], case["source"], case.get("manifests"))
    assert found.label == case["label"], (found.scores, found.evidence)
    if "has" in case:
        assert case["has"] in found.evidence


def test_every_file_of_the_shop() -> None:
    root = resources.sample()
    files = {str(file.relative_to(root)): file.read_text(encoding="utf-8") for file in root.rglob("*") if file.is_file()}
    manifests = {name: text for name, text in files.items() if name.endswith(("package.json", "pyproject.toml"))}
    wrong = {
        name: report(name, text, manifests).label
        for name, text in files.items()
        if report(name, text, manifests).label != SHOP.get(name.partition("/")[0], "general")
    }
    assert wrong == {}


@settings(max_examples=200, deadline=None)
@given(
    source=st.text() | st.sampled_from([case["source"] for case in CASES]),
    path=st.none() | st.text() | st.sampled_from([case["path"] for case in CASES]),
    name=st.sampled_from(["", *languages.names()]),
    manifests=st.dictionaries(
        st.sampled_from(["package.json", "a/package.json", "go.mod", "pom.xml", "setup.py"]), st.text(), max_size=2
    ),
)
def test_laws(source: str, path: str | None, name: str, manifests: dict[str, str]) -> None:
    found = domain(source, path=path, language=languages.by_name(name) if name else None, tree=None, manifests=manifests)
    assert set(found.scores) == set(Domain)
    assert math.isclose(sum(found.scores.values()), 1.0)
    assert found.label == max(found.scores, key=lambda each: found.scores[each])
    assert all(0.0 <= score <= 1.0 for score in found.scores.values())


def test_what_says_nothing_is_general_and_unsure() -> None:
    found = report("thing.ts", "export const a = 1;\n")
    assert found.scores[found.label] < 0.6
    assert label(found, at_least=0.6) is Domain.GENERAL


def test_a_manifest_speaks_for_its_own_language_only() -> None:
    manifests = {"package.json": '{"dependencies": {"react-dom": "19"}}'}
    alone, beside = report("a.py", "x = 1\n"), report("a.py", "x = 1\n", manifests)
    assert alone.scores == beside.scores


@pytest.mark.parametrize(
    "line", ["a" * 5_000_000, "import " * 700_000, '"' * 1_000_000, "< " * 1_000_000, "\t" * 1_000_000, "from '" * 500_000]
)
def test_long_lines_cost_no_time(line: str) -> None:
    started = time.process_time()
    for name in ("javascript", "python", "yaml", "swift", "go", "html"):
        domain(line, path="a", language=languages.by_name(name), tree=None, manifests={"package.json": line, "setup.py": line})
    assert time.process_time() - started < 3.0
