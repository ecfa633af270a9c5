"""Functions that are too complex to change safely."""

from __future__ import annotations

import re

from pointsman.analysis.complexity import complexity
from pointsman.analysis.syntax import SyntaxTree
from pointsman.core.types import Finding, FunctionReport, Position, Range, Severity

_URL = "https://www.sonarsource.com/docs/CognitiveComplexity.pdf"
_HEADER_LINES = 8
_LINE_END = re.compile(r"\r\n|\r|\n")


def findings(tree: SyntaxTree, limit: int) -> list[Finding]:
    """One finding on the name of each function whose cognitive complexity is above `limit`."""
    heavy = [function for function in complexity(tree).functions if function.cognitive > limit]
    if not heavy:
        return []
    lines = _LINE_END.split(tree.data.decode("utf-8", "replace"))
    return [
        Finding(
            "complexity/cognitive",
            f"`{function.name}` has cognitive complexity {function.cognitive}, limit {limit}",
            Severity.WARNING,
            _name(lines, function),
            _URL,
        )
        for function in heavy
    ]


def _name(lines: list[str], function: FunctionReport) -> Range:
    """Where the function's name stands; a function without a name is marked by its first line."""
    name = function.name.rpartition(".")[2]
    first = max(function.line - 1, 0)
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)") if name else None
    # Decorators and a return type may come before the name, on lines of their own.
    for number in range(first, min(first + _HEADER_LINES, function.end_line, len(lines))):
        found = word.search(lines[number]) if word is not None else None
        if found is not None:
            return Range(Position(number, found.start()), Position(number, found.end()))
    text = lines[first] if first < len(lines) else ""
    start = len(text) - len(text.lstrip())
    return Range(Position(first, start), Position(first, max(len(text.rstrip()), start)))
