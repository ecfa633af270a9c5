"""From numbers to the strategy's words, as data.

A file is as hard as its hardest function: routing asks which model can hold the worst part, not how long the file is. Sonar's
own limit for a function is a cognitive complexity of 15, McCabe's a cyclomatic complexity of 10; NIST 500-235 allows 15 with
good reasons and calls more than 50 untestable. A file without a hard function still grows hard by its sheer sum.
"""

from __future__ import annotations

from collections.abc import Iterable

from pointsman.core.types import FunctionReport, Level

LEVELS: tuple[tuple[Level, int, int, int], ...] = (
    (Level.EXPERT, 40, 50, 500),
    (Level.COMPLEX, 16, 21, 150),
    (Level.MODERATE, 6, 11, 40),
)
"""Lowest cognitive and cyclomatic score of the worst function, and cognitive score of the file; one is enough for a level."""


def level(functions: Iterable[FunctionReport], cyclomatic: int, cognitive: int) -> Level:
    """The level of a file with these functions and sums. Code outside functions counts as one function more."""
    worst_cognitive = worst_cyclomatic = 0
    outside_cyclomatic = cyclomatic
    for function in functions:
        worst_cognitive = max(worst_cognitive, function.cognitive)
        worst_cyclomatic = max(worst_cyclomatic, function.cyclomatic)
        outside_cyclomatic -= function.cyclomatic
    worst_cyclomatic = max(worst_cyclomatic, outside_cyclomatic)
    for name, function_cognitive, function_cyclomatic, file_cognitive in LEVELS:
        if worst_cognitive >= function_cognitive or worst_cyclomatic >= function_cyclomatic or cognitive >= file_cognitive:
            return name
    return Level.SIMPLE
