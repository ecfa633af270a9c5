"""Reading what models answer: code out of a fence, findings out of JSON. An unreadable answer is None, never an error."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from pointsman.core.types import Severity
from pointsman.security.output import clean

_FENCE = re.compile(r"^[ \t]*(?P<ticks>`{3,}|~{3,})[^\n`]*\n", re.M)
_MARKS = re.compile(r"^(?:>>>>>>> MARKED CODE BEGINS|<<<<<<< MARKED CODE ENDS)[ \t]*\n?", re.M)
_SEVERITIES = {
    "error": Severity.ERROR,
    "critical": Severity.ERROR,
    "high": Severity.ERROR,
    "warning": Severity.WARNING,
    "medium": Severity.WARNING,
    "information": Severity.INFORMATION,
    "info": Severity.INFORMATION,
    "low": Severity.INFORMATION,
    "hint": Severity.HINT,
}
MAX_REMARKS = 30
MAX_MESSAGE = 600


@dataclass(frozen=True, slots=True)
class Remark:
    """One finding of a model: one-based inclusive lines, as the prompt numbered them."""

    line: int
    end_line: int
    severity: Severity
    message: str


def code(text: str) -> str | None:
    """The code of an answer: the longest fenced block, or the whole text when it has no fence and is not prose."""
    blocks = list(_blocks(text))
    if blocks:
        return _MARKS.sub("", max(blocks, key=len))
    if _FENCE.search(text) or not text.strip() or _looks_like_prose(text):
        return None
    return _MARKS.sub("", text.strip("\n"))


def remarks(text: str, *, first: int, last: int) -> tuple[Remark, ...] | None:
    """The findings of a review answer whose lines lie in first..last; None when the answer is no list of findings."""
    rows = _json_array(text)
    if rows is None:
        return None
    found = []
    for row in rows[:MAX_REMARKS]:
        remark = _remark(row, first, last)
        if remark is not None:
            found.append(remark)
    if rows and not found:
        return None
    return tuple(found)


def _blocks(text: str) -> list[str]:
    blocks, position = [], 0
    while opening := _FENCE.search(text, position):
        ticks = opening["ticks"]
        closing = re.compile(rf"^[ \t]*{re.escape(ticks[0])}{{{len(ticks)},}}[ \t]*$", re.M).search(text, opening.end())
        if closing is None:
            break
        blocks.append(text[opening.end() : closing.start()].removesuffix("\n"))
        position = closing.end()
    return blocks


def _looks_like_prose(text: str) -> bool:
    first = text.strip().partition("\n")[0]
    return bool(
        re.match(r"(?:Here(?:'s| is| are)|Sure|Certainly|I |I'm|Sorry|The |This |To |As an? )", first)
    ) and not first.endswith((";", "{", ":", ")"))


def _json_array(text: str) -> list[object] | None:
    decoder = json.JSONDecoder()
    for start in (m.start() for m in re.finditer(r"[\[{]", text[:4_000])):
        try:
            value, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            value = value.get("findings", value.get("issues"))
        if isinstance(value, list):
            return value
    return None


def _remark(row: object, first: int, last: int) -> Remark | None:
    read = _reader()(row)
    if read is None or not first <= read.line <= last:
        return None
    end = read.end_line if read.end_line is not None and read.line <= read.end_line <= last else read.line
    severity = _SEVERITIES.get(read.severity.lower(), Severity.INFORMATION)
    # Cleaned here too: what was an escape in the JSON text, `\\u001b`, is a character only now.
    message = " ".join(clean(read.message).split())
    return Remark(read.line, end, severity, message[:MAX_MESSAGE]) if message else None


class _Row(Protocol):
    line: int
    end_line: int | None
    severity: str
    message: str


@cache
def _reader() -> Callable[[object], _Row | None]:
    """What one finding must look like. pydantic is imported by the first review, not by the start of the server."""
    from pydantic import AliasChoices, BaseModel, Field, ValidationError

    class Row(BaseModel):
        line: int
        end_line: int | None = None
        severity: str = ""
        message: str = Field(min_length=1, pattern=r"\S", validation_alias=AliasChoices("message", "description"))

    def read(row: object) -> _Row | None:
        try:
            return Row.model_validate(row)
        except ValidationError:
            return None

    return read
