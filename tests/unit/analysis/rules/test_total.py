"""No input raises, and every finding lies inside its file."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.analysis.rules import casebook
from tests.unit.analysis.rules.test_rules import WITH_RULES

from pointsman.analysis import languages, syntax
from pointsman.analysis.rules import findings

SOURCES = [case.source for case in casebook.read()]


@settings(max_examples=200, deadline=None)
@given(
    language=st.sampled_from(WITH_RULES),
    text=st.text() | st.sampled_from(SOURCES),
    cut=st.integers(0, 400),
    more=st.text(max_size=5),
)
def test_any_text(language: str, text: str, cut: int, more: str) -> None:
    source = text[:cut] + more + text[cut:]
    tree = syntax.parse(source, languages.by_name(language))
    if tree is None:
        return
    end = tree.position(len(tree.data))
    for finding in findings(tree, path=None):
        assert finding.range.start <= finding.range.end <= end


def test_deep_nesting_ends() -> None:
    tree = syntax.parse("(" * 20_000 + "a == None" + ")" * 20_000, languages.by_name("python"))
    if tree is not None:
        findings(tree)
