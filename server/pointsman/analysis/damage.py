"""Whether an edit breaks the syntax: the gate that every proposed change passes."""

from __future__ import annotations

from pointsman.analysis.languages import Language
from pointsman.analysis.syntax import attempt

BUDGET_S = 0.5
UNREADABLE = 1_000
"""Errors that count for a text which cannot be parsed at all while the other can."""


def damage(before: str, after: str, language: Language) -> int:
    """How many more syntax errors `after` has than `before`: at most 0 means that it still parses as well.

    The same text, or two texts that cannot be parsed, give 0.
    """
    if before == after:
        return 0
    old, new = (attempt(text, language, budget_s=BUDGET_S).tree for text in (before, after))
    if old is None and new is None:
        return 0
    return (new.errors if new is not None else UNREADABLE) - (old.errors if old is not None else UNREADABLE)
