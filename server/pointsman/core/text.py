"""The text of one version of a document: immutable, and cheap to edit however large it is.

It is a row of chunks of some 32 thousand code points. An edit rebuilds the chunks that it touches and shares the
others with the version before, so a keystroke costs one chunk and a row of references, not the file, and older
versions stay whole for those who still read them. Nobody needs a tree: 100 MB are about 3,000 chunks.

Lines end as LSP says: at \\n, \\r\\n or a lone \\r. (`str.splitlines` also splits at form feeds and U+2028, which an
editor does not.) No chunk ends between a \\r and its \\n, so that every chunk can count its own lines.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import Final

from pointsman.core.encoding import Encoding
from pointsman.core.types import Position, Range

CHUNK: Final = 32_768
_LINE_END = re.compile(r"\r\n|\n|\r")
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Chunk:
    """A piece of a text and what was counted in it. Counts are made once, and shared by all versions that hold it."""

    __slots__ = ("_starts", "_units", "breaks", "size", "text")

    def __init__(self, text: str) -> None:
        self.text, self.size = text, len(text)
        self.breaks = text.count("\n")
        if "\r" in text:
            self.breaks += text.count("\r") - text.count("\r\n")
        self._starts: array[int] | None = None
        self._units: dict[Encoding, int] = {}

    @property
    def starts(self) -> array[int]:
        """Where the line after each line end begins. Many versions may be alive at once, so this is packed."""
        if self._starts is None:
            self._starts = array("I", [match.end() for match in _LINE_END.finditer(self.text)])
        return self._starts

    def line_end(self, number: int) -> tuple[int, int]:
        """Where the line end `number` of this chunk starts, and where the next line begins."""
        after = self.starts[number]
        return after - (2 if self.text[max(after - 2, 0) : after] == "\r\n" else 1), after

    def units(self, encoding: Encoding) -> int:
        if encoding not in self._units:
            self._units[encoding] = encoding.units(self.text)
        return self._units[encoding]


def _chunks(text: str) -> list[_Chunk]:
    if len(text) <= 2 * CHUNK:
        return [_Chunk(text)] if text else []
    chunks, start = [], 0
    while start < len(text):
        end = start + CHUNK
        if text[end - 1 : end + 1] == "\r\n":
            end += 1
        chunks.append(_Chunk(text[start:end]))
        start = end
    return chunks


class Text:
    """The text of a document, which never changes: `replace` gives a new one.

    Columns and offsets count code points. A position that does not exist means the nearest one before it: past the end
    of a line is its end, past the last line is the end of the text, between a \\r and its \\n is before both.
    """

    __slots__ = ("__dict__", "_chunks")

    def __init__(self, chunks: tuple[_Chunk, ...]) -> None:
        self._chunks = chunks

    @classmethod
    def of(cls, text: str) -> Text:
        """A text that holds exactly `text`."""
        return cls(tuple(_chunks(text)))

    @cached_property
    def _offsets(self) -> list[int]:
        return list(accumulate((chunk.size for chunk in self._chunks), initial=0))

    @cached_property
    def _breaks(self) -> list[int]:
        return list(accumulate((chunk.breaks for chunk in self._chunks), initial=0))

    @cached_property
    def encoded(self) -> bytes:
        """The text in UTF-8; a lone surrogate becomes U+FFFD."""
        text = str(self)
        try:
            return text.encode()
        except UnicodeEncodeError:
            return _SURROGATE.sub("\ufffd", text).encode()

    @property
    def line_count(self) -> int:
        """Line ends and one: a text that ends in a line end has an empty last line."""
        return self._breaks[-1] + 1

    def __str__(self) -> str:
        return self._chunks[0].text if len(self._chunks) == 1 else "".join([chunk.text for chunk in self._chunks])

    def __len__(self) -> int:
        return self._offsets[-1]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and (self is other or (len(self) == len(other) and str(self) == str(other)))

    def __hash__(self) -> int:
        return hash(str(self))

    def __repr__(self) -> str:
        # Never the content: a repr ends up in logs.
        return f"<Text of {len(self)} code points>"

    def line(self, number: int) -> str:
        """Line `number`, from zero, without its end; "" where there is no such line."""
        return self._between(*self._bounds(number)) if 0 <= number < self.line_count else ""

    def offset(self, position: Position) -> int:
        """Code points before `position`."""
        if position.line < 0:
            return 0
        if position.line >= self.line_count:
            return len(self)
        start, end = self._bounds(position.line)
        return min(start + max(position.column, 0), end)

    def position(self, offset: int) -> Position:
        """The position after `offset` code points."""
        if offset <= 0 or not self._chunks:
            return Position(0, 0)
        offset = min(offset, len(self))
        index = min(bisect_right(self._offsets, offset), len(self._chunks)) - 1
        within = offset - self._offsets[index]
        line = self._breaks[index] + bisect_right(self._chunks[index].starts, within)
        start, end = self._bounds(line)
        return Position(line, min(offset, end) - start)

    def slice(self, span: Range) -> str:
        """The text in `span`, whichever of its two ends comes first."""
        first, last = self.offset(span.start), self.offset(span.end)
        return self._between(min(first, last), max(first, last))

    def replace(self, span: Range, text: str) -> Text:
        """This text with `text` in the place of `span`."""
        first, last = sorted((self.offset(span.start), self.offset(span.end)))
        if not self._chunks:
            return Text.of(text)
        offsets, chunks = self._offsets, self._chunks
        low = min(bisect_right(offsets, first), len(chunks)) - 1
        high = max(min(bisect_right(offsets, last), len(chunks)) - 1, low)
        middle = chunks[low].text[: first - offsets[low]] + text + chunks[high].text[last - offsets[high] :]
        high += 1
        # A line end may come to lie across an edge of what was rebuilt, and crumbs must not pile up.
        while low > 0 and (len(middle) < CHUNK // 4 or (middle.startswith("\n") and chunks[low - 1].text.endswith("\r"))):
            low -= 1
            middle = chunks[low].text + middle
        while high < len(chunks) and (
            len(middle) < CHUNK // 4 or (middle.endswith("\r") and chunks[high].text.startswith("\n"))
        ):
            middle += chunks[high].text
            high += 1
        return Text((*chunks[:low], *_chunks(middle), *chunks[high:]))

    def from_units(self, line: int, character: int, encoding: Encoding) -> Position:
        """The position that an editor calls (`line`, `character`) when it counts in `encoding`."""
        if line < 0:
            return Position(0, 0)
        if line >= self.line_count:
            return self.position(len(self))
        start, end = self._bounds(line)
        column = 0
        for piece, units in self._pieces(start, end, encoding):
            if character < units:
                return Position(line, column + encoding.code_points(piece, character))
            character -= units
            column += len(piece)
        return Position(line, column)

    def to_units(self, position: Position, encoding: Encoding) -> tuple[int, int]:
        """What an editor that counts in `encoding` calls `position`: line and character."""
        if position.line < 0:
            return 0, 0
        line = min(position.line, self.line_count - 1)
        start, end = self._bounds(line)
        if position.line == line:
            end = min(start + max(position.column, 0), end)
        return line, sum(units for _, units in self._pieces(start, end, encoding))

    def _bounds(self, line: int) -> tuple[int, int]:
        """Where line `line`, which must exist, starts and where its content ends."""
        start = self._break(line - 1)[1] if line else 0
        return start, self._break(line)[0] if line < self._breaks[-1] else len(self)

    def _break(self, number: int) -> tuple[int, int]:
        index = bisect_right(self._breaks, number) - 1
        start, end = self._chunks[index].line_end(number - self._breaks[index])
        return self._offsets[index] + start, self._offsets[index] + end

    def _between(self, first: int, last: int) -> str:
        low = max(bisect_right(self._offsets, first) - 1, 0)
        pieces = []
        for index, chunk in enumerate(self._chunks[low:], low):
            base = self._offsets[index]
            if base >= last:
                break
            pieces.append(chunk.text[max(first - base, 0) : last - base])
        return "".join(pieces)

    def _pieces(self, first: int, last: int, encoding: Encoding) -> list[tuple[str, int]]:
        """The text between two offsets by chunks, each with its size in units; a whole chunk knows its own."""
        low = max(bisect_right(self._offsets, first) - 1, 0)
        pieces = []
        for index, chunk in enumerate(self._chunks[low:], low):
            base = self._offsets[index]
            if base >= last:
                break
            if base >= first and base + chunk.size <= last:
                pieces.append((chunk.text, chunk.units(encoding)))
            else:
                piece = chunk.text[max(first - base, 0) : last - base]
                pieces.append((piece, encoding.units(piece)))
        return pieces
