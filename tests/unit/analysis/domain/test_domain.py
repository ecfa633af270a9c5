"""Domains of files that a person would label at a glance, and the laws of the report."""

from __future__ import annotations

import json
import math
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pointsman.analysis import languages
from pointsman.analysis.domain import domain, learned
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


@pytest.mark.parametrize("path", [None, "A.tsx", "./src/A.tsx", "src\\A.tsx"])
@pytest.mark.parametrize("name", ["package.json", "./package.json"])
@pytest.mark.parametrize("version", ["1", "*", "", "workspace:^", "npm:react-native-tvos@latest"])
def test_a_manifest_counts_wherever_the_file_is_and_whatever_its_versions(path: str | None, name: str, version: str) -> None:
    source = "export const A = () => <View><Text/></View>"
    manifests = {name: json.dumps({"dependencies": {"react-native": version}})}
    found = domain(source, path=path, language=languages.by_name("tsx"), tree=None, manifests=manifests)
    assert found.label is Domain.MOBILE
    assert found.scores[Domain.MOBILE] >= 0.95
    assert any("react-native" in each for each in found.evidence)


def test_without_a_path_the_outermost_manifest_is_the_nearest() -> None:
    manifests = {
        "package.json": '{"dependencies": {"express": "5"}}',
        "examples/app/package.json": '{"dependencies": {"react-dom": "19"}}',
    }
    found = domain("export const a = 1\n", language=languages.by_name("javascript"), manifests=manifests)
    assert found.label is Domain.BACKEND


def test_the_learned_weights_are_whole() -> None:
    model = learned.learned()
    assert model.weights and 0 < model.by_hand <= 1.5 and 0.3 < model.temperature < 3
    for table in model.weights.values():
        assert all(len(weights) == len(Domain) and all(map(math.isfinite, weights)) for weights in table.values())


def test_what_is_known_of_a_group_shares_the_square_root_of_one() -> None:
    model = learned.Learned({"name": {"a": (1.0, 0, 0, 0, 0), "b": (0, 1.0, 0, 0, 0)}}, 1.0, 1.0)
    found = {name: weights for _, name, weights in learned.score({"name": {"a", "b", "c"}, "folder": {"a"}}, model)}
    assert found == {"a": (0.5**0.5, 0, 0, 0, 0), "b": (0, 0.5**0.5, 0, 0, 0)}


@pytest.mark.parametrize(
    "line", ["a" * 5_000_000, "import " * 700_000, '"' * 1_000_000, "< " * 1_000_000, "\t" * 1_000_000, "from '" * 500_000]
)
def test_long_lines_cost_no_time(line: str) -> None:
    started = time.process_time()
    for name in ("javascript", "python", "yaml", "swift", "go", "html"):
        domain(line, path="a", language=languages.by_name(name), tree=None, manifests={"package.json": line, "setup.py": line})
    assert time.process_time() - started < 3.0
