"""Judging answers before anybody sees them. Pure: text in, verdict out.

Each check starts at 1 and takes away for what it finds; the strategy's threshold (0.7) decides whether the gateway moves on.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pointsman.agents import answers
from pointsman.agents.context import CodeContext
from pointsman.analysis import rules, syntax
from pointsman.analysis.complexity import complexity
from pointsman.analysis.damage import damage
from pointsman.analysis.languages import Language
from pointsman.core.types import Finding
from pointsman.gateway.answer import Verdict
from pointsman.security.output import clean, new_urls

Check = Callable[[str], Verdict]
_OMISSION = re.compile(
    r"(?:#|//|/\*|--|<!--)[ \t]*(?:\.\.\.|…)"
    r"|\b(?:rest of (?:the |your )?(?:code|file)|existing code|remains? unchanged|same as before)\b",
    re.I,
)
_ASSERTION = re.compile(r"\b(?:assert\w*|expect|should|raises|toThrow|XCTAssert\w*|require|t\.(?:Error|Fatal)\w*)\b")
_WORD = re.compile(r"[^\W\d]\w{2,}")


def splice(context: CodeContext, code: str) -> str:
    """The document's text with the asked lines replaced by `code`."""
    before = context.lines[: context.range.start.line]
    after = context.lines[context.range.end.line + 1 :]
    return "\n".join((*before, code, *after))


def aligned(code: str, original: str) -> str:
    """`code` moved to the indentation of `original`: models like to answer from column 0."""
    want, have = _indentation(original), _indentation(code)
    if want == have:
        return code
    lines = code.split("\n")
    return "\n".join(want + line.removeprefix(have) if line.strip() else "" for line in lines)


def edit_check(task: str, context: CodeContext, language: Language | None, *, mends: Finding | None = None) -> Check:
    """A check for answers that replace the asked lines (or, for `write_tests`, follow them)."""

    def check(answer: str) -> Verdict:
        code = answers.code(clean(answer))
        if code is None or not code.strip():
            return Verdict(0.0, "", ("no code in the answer",))
        appended = task == "write_tests"
        code = code.strip("\n") if appended else aligned(code.strip("\n"), context.selected)
        after = splice(context, context.selected + "\n\n\n" + code if appended else code)
        lost = list(_lost(task, context, language, code, after, mends))
        return Verdict(max(0.0, 1.0 - sum(cost for cost, _ in lost)), code, tuple(reason for _, reason in lost))

    return check


def _lost(
    task: str, context: CodeContext, language: Language | None, code: str, after: str, mends: Finding | None
) -> list[tuple[float, str]]:
    before = "\n".join(context.lines)
    lost: list[tuple[float, str]] = []
    if code == context.selected:
        lost.append((0.6, "nothing was changed"))
    if _OMISSION.search(code) and not _OMISSION.search(context.selected):
        lost.append((0.6, "code was left out"))
    if new_urls(before, after):
        lost.append((0.6, "a new address was put into the code"))
    if task == "write_documentation" and not _keeps_lines(context.selected, code):
        lost.append((0.5, "documentation changed the code itself"))
    if task == "write_tests" and not _ASSERTION.search(code):
        lost.append((0.5, "the tests assert nothing"))
    if language is not None:
        if damage(before, after, language) > 0:
            lost.append((0.6, "the file would not parse any more"))
        lost += _lost_by_analysis(task, before, after, language, mends)
    return lost


def _lost_by_analysis(task: str, before: str, after: str, language: Language, mends: Finding | None) -> list[tuple[float, str]]:
    old, new = syntax.parse(before, language), syntax.parse(after, language)
    if old is None or new is None:
        return []
    if mends is not None and mends.agent is None and _count(new, mends.code) >= _count(old, mends.code) > 0:
        return [(0.6, f"{mends.code} is still there")]
    if task == "refactor" and complexity(new).cognitive > complexity(old).cognitive:
        return [(0.6, "the code became more complex")]
    return []


def _count(tree: syntax.SyntaxTree, code: str) -> int:
    return sum(1 for finding in rules.findings(tree) if finding.code == code)


def prose_check(context: CodeContext) -> Check:
    """A check for explanations: long enough, and about this code."""
    words = {word.lower() for word in _WORD.findall(context.selected)}

    def check(answer: str) -> Verdict:
        text = clean(answer).strip()
        if len(text) < 20:
            return Verdict(0.2 if text else 0.0, text, ("too short to help",))
        related = words & {word.lower() for word in _WORD.findall(text)}
        return Verdict(1.0, text) if related or not words else Verdict(0.5, text, ("names nothing of the code",))

    return check


def review_check(context: CodeContext) -> Check:
    """A check for reviews: a list of findings on lines that were shown."""
    first, last = context.range.start.line + 1, context.range.end.line + 1

    def check(answer: str) -> Verdict:
        text = clean(answer)
        found = answers.remarks(text, first=first, last=last)
        return Verdict(0.2, text, ("no list of findings",)) if found is None else Verdict(1.0, text)

    return check


def _keeps_lines(original: str, changed: str) -> bool:
    rest = iter(line.strip() for line in changed.split("\n"))
    return all(line.strip() in rest for line in original.split("\n") if line.strip())


def _indentation(text: str) -> str:
    rows = [line for line in text.split("\n") if line.strip()]
    first = rows[0] if rows else ""
    return first[: len(first) - len(first.lstrip(" \t"))]
