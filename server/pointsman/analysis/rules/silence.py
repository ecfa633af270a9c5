"""Comments that silence a line: `pointsman: ignore` or `pointsman: ignore[code, ...]`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pointsman.analysis.syntax import SyntaxTree
from pointsman.core.types import Finding

_IGNORE = re.compile(r"(?:#|//|/\*|<!--|--)\s*pointsman:\s*ignore(?:\[([^\]]*)\])?")
_LINE_END = re.compile(r"\r\n|\r|\n")
_ALL = frozenset({"*"})


def apply(tree: SyntaxTree, found: Iterable[Finding]) -> list[Finding]:
    """The findings that no comment silences. A code may be given in full (`tsx/img-alt`) or by its last part (`img-alt`)."""
    if b"pointsman:" not in tree.data:
        return list(found)
    silenced = _silenced(tree.data.decode("utf-8", "replace"))
    return [finding for finding in found if not _covers(silenced.get(finding.range.start.line), finding.code)]


def _silenced(text: str) -> dict[int, frozenset[str]]:
    lines: dict[int, frozenset[str]] = {}
    for number, line in enumerate(_LINE_END.split(text)):
        comment = _IGNORE.search(line)
        if comment is None:
            continue
        codes = _ALL if comment[1] is None else frozenset(code.strip() for code in comment[1].split(","))
        # A comment alone on its line speaks of the next one; JSX needs braces around it.
        alone = not line[: comment.start()].strip(" \t{")
        target = number + 1 if alone else number
        lines[target] = lines.get(target, frozenset()) | codes
    return lines


def _covers(codes: frozenset[str] | None, code: str) -> bool:
    return codes is not None and not codes.isdisjoint({"*", code, code.rpartition("/")[2]})
