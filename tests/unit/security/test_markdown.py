"""Markdown that fetches nothing, shown by another renderer than the one that it was written for (T5)."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pointsman.security.markdown import sanitise

BAIT = [
    "![i](https://evil.example/x.png)", "[t](https://evil.example)", "[t](command:run)", "<img src=x onerror=y>",
    "<https://evil.example>",
    "https://evil.example/?q=1", "www.evil.example", "[t][r]\n\n[r]: https://evil.example", "![i][r]", "<a href='x'>",
    "<!-- x -->",
    "a@evil.example", "[![i](http://a.example)](http://b.example)", "\\![i](http://a.example)", "!\\[i](http://a.example)",
    "``` mermaid\ngraph TD\n```", "&lt;img&gt;", "&#91;x&#93;(http://a.example)", "[x](<http://a.example>)",
    "[x]( http://a.example 't')",
    "`code`", "``a`b``", "`", "```", "~~~", "\n", "\n\n", "    ", "> ", "- ", "\\", "\\\\", "\\`", "*", "_", "|", "#",
    "$", "1. ", "\t", "]", "[", "(",
    ")", "!", "<", ">", "&", "text", " ", "\u200b", "\u2028", "\r", "[x](javascript:alert)", "http:&#47;/evil.example",
    "ftp://evil.example",
    "a | b\n---|---\n", "\n-|-\n", "\n|---\n", "`x | ", "\\|", "~~~`", "- ~~~\n", "- ```\n", "1. ~~~`\n  ",
    "\n===\n", "# ", "> ~~~\n", "\n-\n",
    "[a]:", "http://evil.example", "x://y", "```py\nx = '[a](http://in.code)'\n```", "file:///etc/passwd",
    "<svg/onload=x>", "[^1]", ": ",
]  # fmt: skip
LINK = re.compile(
    r"<(a|img|script|iframe|svg|style|link|object|embed|video|audio|source|form|input|base|meta)\b", re.IGNORECASE
)


def _renderers() -> list[MarkdownIt]:
    # Once as VS Code renders (no HTML, with links made of bare addresses), once as laxly as can be.
    lax = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return [MarkdownIt("commonmark", {"html": False}).enable("table"), lax]


def _rendered(text: str) -> list[str]:
    return [renderer.render(text) for renderer in _renderers()]


def _outside_code(html: str) -> str:
    return re.sub(r"<code[^>]*>.*?</code>", "", html, flags=re.DOTALL)


def check(text: str) -> None:
    safe = sanitise(text)
    for html in _rendered(safe):
        assert not LINK.search(html), html
        assert "<!--" not in html
        assert not re.search(r"(?i)[a-z]://|\bwww\.", _outside_code(html)), html
    assert sanitise(safe) == safe


@given(st.lists(st.sampled_from(BAIT), max_size=14).map("".join))
def test_no_mix_of_bait_makes_a_link_an_image_or_html(text: str) -> None:
    check(text)


@given(st.text(alphabet="[]()!<>`~\\:/.\n abhtpw&#;*_-|\"'@", max_size=120))
def test_no_run_of_marks_does(text: str) -> None:
    check(text)


@given(st.text(max_size=300))
def test_no_text_at_all_does(text: str) -> None:
    check(text)


TRAPS = [
    "a | b\n---|---\n`x | ![i](http://evil.example)` | y",
    "a\n-|-\n`x \\| ![i](http://evil.example)`",
    "a\n-|-\n`x \\\\| ![i](http://evil.example)`",
    "~~~`\n```\n~~~\n![i](http://evil.example)\n```",
    "- ~~~\n\n```\n~~~\n![i](http://evil.example)\n```",
    "\\``![i](http://evil.example)``",
    "`a``![i](http://evil.example)`",
    "```\n````\n![i](http://evil.example)",
    "> ```\n![i](http://evil.example)\n> ```",
]
"""Places where two renderers may disagree on what is code."""


@pytest.mark.parametrize("bait", [*BAIT, *TRAPS])
def test_each_bait_alone(bait: str) -> None:
    check(bait)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain *text* with `code`", "plain *text* with `code`"),
        ("# Head\n\n- one\n- two", "# Head\n\n- one\n- two"),
        ("[docs](https://a.example/x)", "docs (`https://a.example/x`)"),
        ("![chart](https://a.example/x.png)", "chart (`https://a.example/x.png`)"),
        ("see https://a.example/x.", "see `https://a.example/x`."),
        ("a < b && c[0]", "a &lt; b &amp;&amp; c\\[0\\]"),
        ("```python\nx = a[0] < b\n```", "```python\nx = a[0] < b\n```"),
        ("```mermaid\ngraph\n```", "```\ngraph\n```"),
        ("```py\nno end", "```py\nno end\n```"),
        ("a | b\n---|---\n1 | 2", "a | b\n---|---\n1 | 2"),
    ],
)
def test_what_a_person_reads_stays(text: str, expected: str) -> None:
    assert sanitise(text) == expected


@pytest.mark.parametrize(
    "piece", ["[", "![a](", "`", "``", "<", "\\", "www.", "http://", "a@b.", "```\n", "> ", "&lt;", "[a](b"]
)
def test_it_takes_time_linear_in_the_text(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    started = time.process_time()
    sanitise(text)
    assert time.process_time() - started < 3
