"""What a model gets to see of a document: the asked range, what surrounds it, and how the file is laid out.

The text of a document is data. It is fenced with a mark that the text does not contain, and prompts say that nothing inside is
an instruction; what a model answers can in any case only become an edit of the asked range (see `features.code_action`).
"""

from __future__ import annotations

import string
from dataclasses import dataclass

from pointsman.core.types import Finding, Position, Range

MAX_CHARACTERS = 24_000
"""About 6,500 tokens: more context costs more than it helps for an edit."""
_SURROUNDING_LINES = 40
_WORD_CHARACTERS = string.ascii_letters + string.digits + "_+/=.~!@#$%^&*-"


@dataclass(frozen=True, slots=True)
class CodeContext:
    """A document at one version, as prompts use it. `lines` have no line ends; `path` is relative or a bare name."""

    path: str
    language: str
    lines: tuple[str, ...]
    range: Range
    outline: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def selected(self) -> str:
        """The asked text, whole lines."""
        return "\n".join(self.lines[self.range.start.line : self.range.end.line + 1])


def whole(path: str, language: str, text: str, **extra: object) -> CodeContext:
    """A context whose asked range is the whole document."""
    lines = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    end = Position(len(lines) - 1, len(lines[-1]))
    return CodeContext(path, language, lines, Range(Position(0, 0), end), **extra)  # type: ignore[arg-type]


def fence_for(text: str) -> str:
    """A fence of backticks that `text` cannot close."""
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return "`" * max(3, longest + 1)


def marked(context: CodeContext) -> str:
    """The asked range with its surroundings, in one fenced block with line numbers left out and the range marked."""
    start, end = context.range.start.line, context.range.end.line
    before = context.lines[max(0, start - _SURROUNDING_LINES) : start]
    after = context.lines[end + 1 : end + 1 + _SURROUNDING_LINES]
    head = clip("\n".join(before), MAX_CHARACTERS // 4, from_end=True)
    body = clip(context.selected, MAX_CHARACTERS // 2, from_end=False)
    tail = clip("\n".join(after), MAX_CHARACTERS // 4, from_end=False)
    text = f"{head}\n>>>>>>> MARKED CODE BEGINS\n{body}\n<<<<<<< MARKED CODE ENDS\n{tail}"
    fence = fence_for(text)
    return f"{fence}{context.language}\n{text}\n{fence}"


def numbered(context: CodeContext) -> str:
    """The asked lines with their one-based numbers, for a review whose findings name lines."""
    start = context.range.start.line
    rows = [f"{start + offset + 1:>5} | {line}" for offset, line in enumerate(context.selected.split("\n"))]
    text = clip("\n".join(rows), MAX_CHARACTERS * 2, from_end=False)
    fence = fence_for(text)
    return f"{fence}\n{text}\n{fence}"


def clip(text: str, limit: int, *, from_end: bool) -> str:
    """At most `limit` characters of `text`, cut between lines; within a line that is longer, not inside of a word.

    A cut through a secret would leave a half that nobody recognizes any more when the prompt leaves the machine.
    """
    if len(text) <= limit:
        return text
    if from_end:
        kept = text[-limit:]
        return kept.partition("\n")[2] or kept.lstrip(_WORD_CHARACTERS)
    kept = text[:limit]
    return kept.rpartition("\n")[0] or kept.rstrip(_WORD_CHARACTERS)
