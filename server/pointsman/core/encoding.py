"""Columns in the units that an editor counts in, and in code points, which the rest of Pointsman counts in.

A lone surrogate (legal in JSON, not in UTF-8) counts as one unit of UTF-16 and three of UTF-8, as its
replacement character does, so that no count depends on whether it was replaced.
"""

from __future__ import annotations

import re
from enum import StrEnum

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


class Encoding(StrEnum):
    """A position encoding of LSP 3.17, by its wire name."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"

    def units(self, text: str) -> int:
        """How many units `text` takes."""
        if self is Encoding.UTF32 or text.isascii():
            return len(text)
        if self is Encoding.UTF8:
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text.encode("utf-16-le", "surrogatepass")) // 2

    def code_points(self, text: str, units: int) -> int:
        """How many whole code points of `text` fit into its first `units`; a position inside one goes to its start."""
        if units <= 0:
            return 0
        if self is Encoding.UTF32 or text.isascii():
            return min(units, len(text))
        if self is Encoding.UTF8:
            encoded = text.encode("utf-8", "surrogatepass")
            while units < len(encoded) and encoded[units] & 0xC0 == 0x80:
                units -= 1
            return len(encoded[:units].decode("utf-8", "surrogatepass"))
        pairs = 0
        for astral in _ASTRAL.finditer(text):
            start = astral.start() + pairs
            if start >= units:
                break
            if start + 1 == units:
                return astral.start()
            pairs += 1
        return min(units - pairs, len(text))
