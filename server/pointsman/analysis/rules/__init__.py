"""Deterministic remarks about one file: rules as data, the complexity limit, hidden characters."""

from __future__ import annotations

from pointsman.analysis.rules import book, embedded, hidden, limits, matching, silence
from pointsman.analysis.syntax import SyntaxTree
from pointsman.core.types import Finding

__all__ = ["findings"]


def findings(tree: SyntaxTree, *, complexity_limit: int = 15, path: str | None = None) -> tuple[Finding, ...]:
    """What the rules of the tree's language say about it, sorted by position. Never raises.

    `complexity_limit` is the highest cognitive complexity of a function that is not worth a remark. `path` lets rules that hold
    only for some files (workflows, manifests) look at the file's name. A comment `pointsman: ignore` or
    `pointsman: ignore[code, ...]` on a line, or alone on the line above it, silences that line.
    """
    found = [
        *hidden.findings(tree),
        *limits.findings(tree, complexity_limit),
        *_from_rules(tree, path),
        *embedded.findings(tree, path),
    ]
    # Two patterns of a rule may meet at one place: one remark is enough, and the one that knows a fix is the better.
    found.sort(key=lambda finding: (finding.range, finding.code, finding.fix is None))
    once = {(finding.range, finding.code): finding for finding in reversed(silence.apply(tree, found))}
    return tuple(reversed(once.values()))


def _from_rules(tree: SyntaxTree, path: str | None) -> list[Finding]:
    rules = book.rules(tree.language)
    return matching.findings(tree, rules, path) if rules is not None else []
