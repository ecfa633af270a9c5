"""What reviews found, kept beside the text it was found in, so that it moves with its line while somebody edits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pointsman.core.types import Finding, Position, Range

_REACH = 400
"""Lines up and down in which a finding's line is looked for after an edit."""


@dataclass(frozen=True, slots=True)
class _Anchored:
    finding: Finding
    line: str


class ReviewFindings:
    """Findings by document. A finding whose line was rewritten is gone: somebody acted on it."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[_Anchored, ...]] = {}

    def put(self, uri: str, findings: Sequence[Finding], lines: Sequence[str]) -> None:
        """Replace what is kept of a document; `lines` is the text that was reviewed."""
        self._kept[uri] = tuple(_Anchored(f, lines[f.range.start.line].strip()) for f in findings)

    def clear(self, uri: str | None = None) -> tuple[str, ...]:
        """Forget one document's findings, or all; the documents that had any."""
        gone = tuple(self._kept) if uri is None else tuple(u for u in self._kept if u == uri)
        for one in gone:
            del self._kept[one]
        return gone

    def at(self, uri: str, lines: Sequence[str]) -> tuple[Finding, ...]:
        """The findings at their places in the present text."""
        found = []
        for anchored in self._kept.get(uri, ()):
            line = _nearest(anchored, lines)
            if line is not None:
                found.append(_moved(anchored.finding, line, lines))
        return tuple(found)


def _nearest(anchored: _Anchored, lines: Sequence[str]) -> int | None:
    old = anchored.finding.range.start.line
    for distance in range(_REACH):
        for line in (old - distance, old + distance):
            if 0 <= line < len(lines) and lines[line].strip() == anchored.line:
                return line
    return None


def _moved(finding: Finding, line: int, lines: Sequence[str]) -> Finding:
    height = finding.range.end.line - finding.range.start.line
    end = min(line + height, len(lines) - 1)
    start_column = len(lines[line]) - len(lines[line].lstrip())
    return replace(finding, range=Range(Position(line, start_column), Position(end, len(lines[end]))))
