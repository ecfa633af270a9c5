"""Every rule, over its good and bad cases; every fix, against the parser."""

from __future__ import annotations

import re

import pytest
from tests.unit.analysis.rules import casebook
from tests.unit.analysis.rules.casebook import Case

from pointsman.analysis import languages, syntax
from pointsman.analysis.rules import book, findings
from pointsman.analysis.syntax import SyntaxTree
from pointsman.core.types import Finding, Fix

CASES = casebook.read()
CONDITIONS = ("query", "inside", "outside", "has", "lacks", "later", "unless_later", "unless_earlier")
PLACEHOLDER = re.compile(r"\{[a-z_|]+\}")
WITH_RULES = [name for name in languages.names() if book.read(languages.by_name(name))]


def parse(language: str, source: str) -> SyntaxTree:
    tree = syntax.parse(source, languages.by_name(language))
    assert tree is not None
    return tree


def found(case: Case) -> list[Finding]:
    return [
        finding for finding in findings(parse(case.language, case.source)) if finding.code == f"{case.language}/{case.rule}"
    ]


def apply(tree: SyntaxTree, fix: Fix) -> str:
    data = tree.data
    for edit in sorted(fix.edits, key=lambda edit: edit.range, reverse=True):
        start, end = tree.offset(edit.range.start), tree.offset(edit.range.end)
        data = data[:start] + edit.text.encode() + data[end:]
    return data.decode()


@pytest.mark.parametrize("case", [case for case in CASES if case.kind == "bad"], ids=str)
def test_a_bad_case_is_found_and_its_fix_parses(case: Case) -> None:
    hits = found(case)
    assert hits, case.source
    tree = parse(case.language, case.source)
    for hit in hits:
        assert hit.message and not PLACEHOLDER.search(hit.message)
        assert hit.url and hit.url.startswith("https://")
        if hit.fix is not None:
            after = apply(tree, hit.fix)
            assert parse(case.language, after).errors <= tree.errors, after
    if case.fixed is not None:
        assert hits[0].fix is not None
        assert apply(tree, hits[0].fix) == case.fixed


@pytest.mark.parametrize("case", [case for case in CASES if case.kind == "good"], ids=str)
def test_a_good_case_is_left_alone(case: Case) -> None:
    assert parse(case.language, case.source).errors == 0
    assert found(case) == []


@pytest.mark.parametrize("language", WITH_RULES)
def test_every_rule_has_cases(language: str) -> None:
    """A rule is tried in the language whose folder holds it; a fix is tried too."""
    folder = languages.by_name(language).folder
    tried = {(case.rule, case.kind) for case in CASES if case.language == language}
    fixed = {case.rule for case in CASES if case.language == language and case.fixed is not None}
    for name, rule in book.own(folder).items():
        assert (name, "bad") in tried, f"{language}/{name} has no bad case"
        assert (name, "good") in tried, f"{language}/{name} has no good case"
        assert rule.fix is None or name in fixed, f"{language}/{name} has a fix that no case tries"
    assert {case.rule for case in CASES if case.language == language} <= set(book.own(folder)), "cases of unknown rules"


@pytest.mark.parametrize("language", WITH_RULES)
def test_every_condition_compiles(language: str) -> None:
    """A condition that does not compile is silently false, so a typing error would silence or widen a rule."""
    known = languages.by_name(language)
    rules = book.rules(known)
    assert rules is not None and rules.parts(rules.rules)
    for rule in book.read(known).values():
        for condition in CONDITIONS:
            text = getattr(rule, condition)
            assert not text or book.compiled(known, text) is not None, f"{language}/{rule.name}: {condition}"
        assert rule.query.count("@mark") >= 1


def test_findings_are_sorted_and_told_once() -> None:
    source = "def f(a=[], b={}):\n    if a == None:\n        return eval(b)\n"
    hits = findings(parse("python", source))
    assert [hit.range for hit in hits] == sorted(hit.range for hit in hits)
    assert len({(hit.code, hit.range) for hit in hits}) == len(hits) == 4
