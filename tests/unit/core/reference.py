"""A document as the specification describes it, written to be read and not to be fast."""

from __future__ import annotations

import random

LINE_ENDS = ("\r\n", "\n", "\r")
NOT_LINE_ENDS = ("\x0c", "\v", "\x1e", "\x85", "\u2028", "\u2029")
PIECES = ("a", "bc", " ", "é", "ß", "漢", "😀", "👩‍💻", "\t", "\0", *LINE_ENDS, *NOT_LINE_ENDS)


def units(character: str, encoding: str) -> int:
    """How many units one character takes."""
    code = ord(character)
    if encoding == "utf-16":
        return 1 if code < 0x10000 else 2
    if encoding == "utf-8":
        return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4
    return 1


def lines(text: str) -> list[tuple[int, int]]:
    """Where each line starts, and where its content ends."""
    result, start, at = [], 0, 0
    while at < len(text):
        end = next((end for end in LINE_ENDS if text.startswith(end, at)), None)
        if end is None:
            at += 1
            continue
        result.append((start, at))
        at += len(end)
        start = at
    return [*result, (start, len(text))]


def offset(text: str, line: int, character: int, encoding: str) -> int:
    """Where a position of an editor lies, in code points."""
    rows = lines(text)
    if line >= len(rows):
        return len(text)
    at, end = rows[line]
    while at < end and character >= units(text[at], encoding):
        character -= units(text[at], encoding)
        at += 1
    return at


def replace(text: str, start: tuple[int, int], end: tuple[int, int], new: str, encoding: str) -> str:
    """One incremental edit."""
    first, last = offset(text, *start, encoding), offset(text, *end, encoding)
    return text[: min(first, last)] + new + text[max(first, last) :]


def random_text(source: random.Random, most: int) -> str:
    """Up to `most` pieces of the kind that editors and servers disagree about."""
    return "".join(source.choices(PIECES, k=source.randrange(most)))


def random_position(source: random.Random, text: str) -> tuple[int, int]:
    """A position that mostly exists; sometimes past a line, past the file, or inside a character."""
    rows = lines(text)
    line = source.randrange(len(rows) + (source.random() < 0.05))
    width = rows[line][1] - rows[line][0] if line < len(rows) else 0
    return line, source.randrange(width * 2 + 2) if source.random() < 0.9 else 10_000
