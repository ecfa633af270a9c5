"""Script and style in a page are judged by their own rules, at their place in the page."""

from __future__ import annotations

import pytest

from pointsman.analysis import languages, syntax
from pointsman.analysis.rules import findings
from pointsman.core.types import Position

PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>é</title>
<style>
a:focus { outline: none; }
</style></head><body>
<p>x</p>
<script>
  if (a == b) { go(); }
</script>
<script type="application/json">{"a": 1, "a": 2}</script>
<script>
  debugger;
</script>
</body></html>
"""


def codes(language: str, source: str) -> dict[str, Position]:
    tree = syntax.parse(source, languages.by_name(language))
    assert tree is not None
    return {finding.code: finding.range.start for finding in findings(tree)}


def test_a_page() -> None:
    assert codes("html", PAGE) == {
        "css/focus-outline": Position(3, 10),
        "javascript/eqeqeq": Position(7, 8),
        "javascript/debugger": Position(11, 2),
    }


@pytest.mark.parametrize(("attribute", "code"), [("", "javascript/eqeqeq"), (' lang="ts"', "typescript/eqeqeq")])
def test_a_component(attribute: str, code: str) -> None:
    source = f"<template><img :src='a'></template>\n<script{attribute}>\nif (a == b) {{ go(); }}\n</script>\n"
    assert codes("vue", source) == {"vue/img-alt": Position(0, 11), code: Position(2, 6)}


def test_silence_reaches_embedded_code() -> None:
    assert codes(
        "html",
        PAGE.replace("  if (a", "  // pointsman: ignore\n  if (a").replace("  debugger", "  // pointsman: ignore\n debugger"),
    ).keys() == {"css/focus-outline"}


def test_svelte_keeps_the_rules_of_html_and_its_short_attributes_count() -> None:
    tree = syntax.parse("<img src={a}>\n<img {alt}>\n<img {...rest}>\n<input {id}>\n", languages.by_name("svelte"))
    assert tree is not None
    assert [(finding.code, finding.range.start.line) for finding in findings(tree)] == [("svelte/img-alt", 0)]


def test_a_component_is_no_element_of_html() -> None:
    source = "<Button onclick={go}>x</Button>\n<Input bind:value={a} />\n<Img src={a} />\n"
    tree = syntax.parse(source, languages.by_name("svelte"))
    assert tree is not None
    assert findings(tree) == ()
