"""The words without which a rule cannot match are read off its query, and never one too many."""

from __future__ import annotations

import pytest
from tests.unit.analysis.rules import casebook

from pointsman.analysis import languages
from pointsman.analysis.rules import book
from pointsman.analysis.rules.needs import needs, possible


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ('((call function: (identifier) @mark) (#eq? @mark "gets"))', ((frozenset({b"gets"}),),)),
        ('((a (b) @x) (#any-of? @x "p" "q") (#match? @x "r"))', ((frozenset({b"p", b"q"}),),)),
        ('((a (b)? @x) (#eq? @x "p"))', ((),)),
        ('((a [(b) @x (c)]) (#eq? @x "p"))', ((),)),
        ('((a ((b) @x (c))* (d) @y) (#eq? @x "p") (#eq? @y "q"))', ((frozenset({b"q"}),),)),
        ("((a (b) @x (c) @y) (#eq? @x @y))", ((),)),
        ('((a (b) @x) (#not-eq? @x "p"))', ((),)),
        ('; a remark "here"\n((a) @x (#eq? @x "p"))\n(b) @mark', ((frozenset({b"p"}),), ())),
        ('((a) @x (#eq? @x "\\"sh\\""))', ((frozenset({b'"sh"'}),),)),
    ],
)
def test_words(query: str, words: object) -> None:
    assert needs(query) == words


def test_a_pattern_without_words_is_always_possible() -> None:
    assert possible(((), (frozenset({b"p"}),)), b"")
    assert not possible(((frozenset({b"p"}),),), b"q")
    assert possible(((frozenset({b"p", b"q"}),),), b"q")


@pytest.mark.parametrize("case", [case for case in casebook.read() if case.kind == "bad"], ids=str)
def test_no_bad_case_is_ruled_out(case: casebook.Case) -> None:
    rule = book.read(languages.by_name(case.language))[case.rule]
    assert possible(rule.needs, case.source.encode())
