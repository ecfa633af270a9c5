"""Cleans what a model wrote: nothing in it may be invisible, move the cursor of a terminal, or fetch by itself (T5, T12)."""

from __future__ import annotations

import re
import unicodedata

_PLAIN = re.compile(r"[\n\t\x20-\x7e]*")
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-?]+[ -/]*[@-~]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]")

_FLAG = "\U0001f3f4"
_FLAGS = tuple(_FLAG + "".join(chr(0xE0000 + ord(c)) for c in code) + "\U000e007f" for code in ("gbeng", "gbsct", "gbwls"))
"""The three flags that Unicode recommends for interchange; any other run of tags is a hidden message."""

_JOINER, _TEXT_STYLE, _EMOJI_STYLE = "\u200d", "\ufe0e", "\ufe0f"
_PICTURE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b55"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_EMOJI = re.compile(
    f"{'|'.join(_FLAGS)}"
    f"|{_PICTURE}[{_TEXT_STYLE}{_EMOJI_STYLE}]?(?:{_JOINER}{_PICTURE}{_EMOJI_STYLE}?)*"
    f"|[0-9#*]{_EMOJI_STYLE}\u20e3"
)
"""An emoji with what may stand in it: one style, skin tones (pictures themselves), joiners between pictures."""

# Visible format characters of Arabic, Syriac and Kaithi: signs that enclose a number.
_VISIBLE = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2065") | frozenset(map(chr, range(0x180B, 0x1810)))
_KEPT_CONTROLS = frozenset("\n\t")

_URL = re.compile(
    r"(?i)(?:\b[a-z][a-z0-9+.-]{1,20}:|(?<=[\"'`(=\s]))//[^\s\"'`<>()\[\]{}|\\^]{1,2048}|\bwww\.[^\s\"'`<>()\[\]{}|\\^]{3,2048}"
)


def clean(text: str) -> str:
    """`text` without hidden Unicode, terminal escapes, lone surrogates and control characters.

    Of the last, line feeds, tabs and a carriage return before a line feed stay. Emoji keep their joiners, styles and flags.
    Idempotent; ASCII that prints comes back as it is.
    """
    if _PLAIN.fullmatch(text):
        return text
    text = _ESCAPES.sub("", text)
    kept: list[str] = []
    at = 0
    for emoji in _EMOJI.finditer(text):
        kept += _visible(text, at, emoji.start())
        kept.append(emoji.group())
        at = emoji.end()
    kept += _visible(text, at, len(text))
    return "".join(kept)


def hidden(text: str) -> tuple[int, ...]:
    """Where in `text` a character stands that `clean` would take out, in code points; for a remark on the user's own file."""
    if _PLAIN.fullmatch(text):
        return ()
    inside = [emoji.span() for emoji in _EMOJI.finditer(text)]
    found, at = [], 0
    for start, end in [*inside, (len(text), len(text))]:
        found += [index for index in range(at, start) if not _shown(text, index)]
        at = end
    return tuple(found)


def new_urls(before: str, after: str) -> tuple[str, ...]:
    """The addresses in `after` that do not occur in `before`, in order, each once; also those without a scheme."""
    hosts = {_host(url) for url in _urls(before)}
    # The host is looked at by itself: https://example.co is not known because https://example.com is.
    return tuple(url for url in _urls(after) if url not in before or _host(url) not in hosts)


def _urls(text: str) -> dict[str, None]:
    return dict.fromkeys(match.group().rstrip(".,;:!?*_") for match in _URL.finditer(text))


def _host(url: str) -> str:
    return re.split(r"[/?#\\]", url.partition("//")[2] or url, maxsplit=1)[0].lower()


def _visible(text: str, start: int, end: int) -> list[str]:
    part = text[start:end]
    if _PLAIN.fullmatch(part):
        return [part]
    return [text[index] for index in range(start, end) if _shown(text, index)]


def _shown(text: str, index: int) -> bool:
    char = text[index]
    if char in _KEPT_CONTROLS:
        return True
    if char == "\r":
        return text[index + 1 : index + 2] == "\n"
    code = ord(char)
    if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        # A variant of a Chinese character; elsewhere, or in a row, it carries hidden bytes.
        return index > 0 and "\u3400" <= text[index - 1] <= "\u9fff"
    if char in _BLANK or 0xE0000 <= code <= 0xE0FFF or 0xFFF0 <= code <= 0xFFFB:
        return False
    if char in _VISIBLE:
        return True
    # What is not a character (U+FFFE, U+FDD0) has the category of what is not assigned yet; the latter may be newer than us.
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs") and code & 0xFFFE != 0xFFFE and not 0xFDD0 <= code <= 0xFDEF
