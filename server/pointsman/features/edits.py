"""Edits of one document: whole lines in, the smallest edit out."""

from __future__ import annotations

from collections.abc import Sequence

from pointsman.core.types import Position, Range, TextEdit


def replace_lines(lines: Sequence[str], range_: Range, text: str) -> tuple[TextEdit, ...]:
    """Edits that turn the whole lines of `range_` into `text`, leaving equal lines at both ends alone."""
    old = list(lines[range_.start.line : range_.end.line + 1])
    new = text.split("\n")
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    gone, put = old[head : len(old) - tail], new[head : len(new) - tail]
    first = range_.start.line + head
    if not gone and not put:
        return ()
    if not gone:
        if first < len(lines):
            at = Position(first, 0)
            return (TextEdit(Range(at, at), "\n".join(put) + "\n"),)
        at = Position(len(lines) - 1, len(lines[-1]))
        return (TextEdit(Range(at, at), "\n" + "\n".join(put)),)
    last = first + len(gone) - 1
    if not put:
        if last + 1 < len(lines):
            return (TextEdit(Range(Position(first, 0), Position(last + 1, 0)), ""),)
        # The last lines go with the line end before them.
        return (TextEdit(Range(Position(first - 1, len(lines[first - 1])), Position(last, len(lines[last]))), ""),)
    return (TextEdit(Range(Position(first, 0), Position(last, len(lines[last]))), "\n".join(put)),)


def append(lines: Sequence[str], text: str) -> tuple[TextEdit, ...]:
    """Put `text` after the document's last line of text, two blank lines away."""
    last = len(lines) - 1
    while last > 0 and not lines[last].strip():
        last -= 1
    end = Position(len(lines) - 1, len(lines[-1]))
    return (TextEdit(Range(Position(last, len(lines[last])), end), f"\n\n\n{text.rstrip()}\n"),)


def applied(lines: Sequence[str], edits: Sequence[TextEdit]) -> list[str]:
    """The lines after `edits`, which must not overlap."""
    text = "\n".join(lines)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for edit in sorted(edits, key=lambda e: e.range.start, reverse=True):
        start = starts[edit.range.start.line] + edit.range.start.column
        end = min(starts[edit.range.end.line] + edit.range.end.column, len(text))
        text = text[:start] + edit.text + text[end:]
    return text.split("\n")
