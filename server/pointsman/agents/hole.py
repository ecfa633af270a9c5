"""Fitting a completion into its hole: no doubled line, no doubled suffix, no stray bracket, no half-open prose.

A pure function of (answer, prefix, suffix). Its steps are the complaints that people write into the trackers of completion
plugins, each taken away where it is certain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from pointsman.analysis.damage import damage
from pointsman.analysis.languages import Language
from pointsman.gateway.answer import Verdict
from pointsman.security.output import clean, new_urls

_SPECIAL = re.compile(
    r"<\|[a-z_▁]+\|>|<｜[^｜>]{1,40}｜>|▁?<(?:PRE|SUF|MID|EOT|END)>|<fim_[a-z]+>|\[(?:PREFIX|SUFFIX|MIDDLE)\]|</s>"
)
_FENCE = re.compile(r"\A\s*```[^\n]*\n(?P<code>.*?)(?:\n```.*)?\Z", re.S)
_PAIRS = {")": "(", "]": "[", "}": "{"}
_OPENING = "([{"
_OPENS_BLOCK = re.compile(r"(?:[:{(\[]|=>|->|\bthen|\bdo)\s*\Z")
MAX_LINES = 24


def wants_block(prefix: str, suffix: str) -> bool:
    """Whether several lines should be asked for: the cursor ends its line and stands where a block begins."""
    if suffix.partition("\n")[0].strip():
        return False
    line = prefix.rpartition("\n")[2]
    if line.strip():
        return bool(_OPENS_BLOCK.search(line))
    above = prefix.rstrip().rpartition("\n")[2]
    return bool(_OPENS_BLOCK.search(above)) or above.endswith(('"""', "*/"))


def fit(answer: str, prefix: str, suffix: str, *, block: bool) -> str:
    """The part of `answer` that can be inserted between `prefix` and `suffix`; "" when nothing of it can."""
    text = clean(answer).replace("\r\n", "\n").replace("\r", "\n")
    fenced = _FENCE.match(text)
    text = fenced["code"] if fenced else text
    special = _SPECIAL.search(text)
    text = text[: special.start()] if special else text
    text = _without_line_prefix(text, prefix)
    text = _first_block(text, prefix) if block else text.partition("\n")[0]
    text = _without_suffix_lines(text, suffix)
    text = _without_line_suffix(text, suffix)
    text = _balanced(text, prefix, suffix)
    text = text.rstrip(" \t\n") if not suffix.partition("\n")[0].strip() else text.rstrip("\n")
    return "" if not text.strip() or _repeats_neighbour(text, prefix, suffix) else text


def hole_check(prefix: str, suffix: str, *, block: bool, language: Language | None) -> Callable[[str], Verdict]:
    """A check for completions. `prefix` and `suffix` may be windows on a longer document: what is judged is the difference."""

    def check(answer: str) -> Verdict:
        text = fit(answer, prefix, suffix, block=block)
        if not text:
            return Verdict(0.0, "", ("nothing in the answer fits here",))
        if new_urls(prefix + suffix, text):
            return Verdict(0.3, text, ("a new address was put into the code",))
        if language is not None and damage(prefix + suffix, prefix + text + suffix, language) > 2:
            return Verdict(0.4, text, ("the file would parse worse",))
        return Verdict(1.0, text)

    return check


def _without_line_prefix(text: str, prefix: str) -> str:
    line = prefix.rpartition("\n")[2]
    bare = line.strip()
    if len(bare) >= 3 and text.lstrip().startswith(bare):
        return text.lstrip()[len(bare) :]
    if line and line.isspace() and text.startswith(line):
        return text[len(line) :]
    return text


def _first_block(text: str, prefix: str) -> str:
    """Lines until the block that begins at the cursor has ended."""
    line = prefix.rpartition("\n")[2]
    base = _width(line) if line.strip() else max(_width(line), 1) - 1
    kept: list[str] = []
    for number, row in enumerate(text.split("\n")[:MAX_LINES]):
        if number and row.strip() and _width(row) <= base:
            if line.strip() and _width(row) == base and row.strip()[0] in ")]}":
                kept.append(row)
            break
        kept.append(row)
    return "\n".join(kept).rstrip("\n")


def _without_suffix_lines(text: str, suffix: str) -> str:
    following = [row.strip() for row in suffix.split("\n")[1:] if row.strip()][:2]
    if not following:
        return text
    rows = text.split("\n")
    for number, row in enumerate(rows[1:], 1):
        if row.strip() == following[0] and (len(following[0]) > 2 or number == len(rows) - 1):
            return "\n".join(rows[:number])
    return text


def _without_line_suffix(text: str, suffix: str) -> str:
    rest = suffix.partition("\n")[0].rstrip()
    if not rest.strip():
        return text
    first, newline, _ = text.partition("\n")
    if newline:
        text = first
    for length in range(min(len(rest), len(text)), 0, -1):
        shared = rest[:length]
        splits_word = length < len(rest) and shared[-1].isalnum() and rest[length].isalnum()
        if shared.strip() and not splits_word and text.endswith(shared):
            return text[: len(text) - length]
    return text


def _balanced(text: str, prefix: str, suffix: str) -> str:
    """Cut before the first closing bracket that neither the text nor the code before it opened."""
    owed: list[str] = []
    for _, bracket in _brackets(prefix[-4_000:]):
        if bracket in _OPENING:
            owed.append(bracket)
        elif owed and owed[-1] == _PAIRS[bracket]:
            owed.pop()
    for _, bracket in _brackets(suffix.partition("\n")[0]):
        if owed and owed[-1] == _PAIRS.get(bracket):
            owed.pop()
    for at, bracket in _brackets(text):
        if bracket in _OPENING:
            owed.append(bracket)
        elif not owed or owed.pop() != _PAIRS[bracket]:
            return text[:at]
    return text


def _brackets(text: str) -> Iterator[tuple[int, str]]:
    """Brackets outside of quotes; a quote ends with its line, so that an apostrophe in a comment does no lasting harm."""
    quote = ""
    for at, character in enumerate(text):
        if quote:
            if character == "\n" or (character == quote and text[at - 1 : at] != "\\"):
                quote = ""
        elif character in "\"'`":
            quote = character
        elif character in _OPENING or character in _PAIRS:
            yield at, character


def _repeats_neighbour(text: str, prefix: str, suffix: str) -> bool:
    line = prefix.rpartition("\n")[2]
    filled = (line + text.partition("\n")[0]).strip()
    if "\n" in text or len(filled) < 4:
        return False
    above = prefix.rpartition("\n")[0].rstrip().rpartition("\n")[2].strip()
    below = next((row.strip() for row in suffix.split("\n")[1:] if row.strip()), "")
    return filled in (above, below)


def _width(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
