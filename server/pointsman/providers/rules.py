"""A review by rules alone, for when no model can be asked: shape and size of functions beyond what diagnostics already say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pointsman.core.types import ComplexityReport, Finding, FunctionReport, Severity

_LONG, _DEEP, _WIDE, _BRANCHY = 60, 4, 6, 10


@dataclass(frozen=True, slots=True)
class RuleRemark:
    """One remark, with one-based inclusive lines."""

    line: int
    end_line: int
    severity: Severity
    message: str


def remarks(report: ComplexityReport, findings: Sequence[Finding], *, first: int, last: int) -> tuple[RuleRemark, ...]:
    """Remarks on functions and on clusters of findings within the lines first..last, gravest first."""
    found = [r for function in report.functions if first <= function.line <= last for r in _function(function)]
    found += _clusters(report, [f for f in findings if first <= f.range.start.line + 1 <= last])
    return tuple(sorted(found, key=lambda r: (r.severity is not Severity.WARNING, r.line)))


def _function(f: FunctionReport) -> list[RuleRemark]:
    length = f.end_line - f.line + 1
    found = []
    if f.max_nesting >= _DEEP:
        advice = "return early, or move the inner block into a function with a name"
        found.append(RuleRemark(f.line, f.line, Severity.WARNING, f"`{f.name}` is nested {f.max_nesting} deep: {advice}."))
    if length > _LONG:
        found.append(
            RuleRemark(f.line, f.line, Severity.INFORMATION, f"`{f.name}` has {length} lines: split it by what it does.")
        )
    if f.parameters > _WIDE:
        advice = "group those that travel together into a value"
        found.append(RuleRemark(f.line, f.line, Severity.INFORMATION, f"`{f.name}` takes {f.parameters} parameters: {advice}."))
    if f.cyclomatic > _BRANCHY:
        text = f"`{f.name}` has {f.cyclomatic} paths, so it needs at least as many tests to be trusted."
        found.append(RuleRemark(f.line, f.line, Severity.INFORMATION, text))
    return found


def _clusters(report: ComplexityReport, findings: Sequence[Finding]) -> list[RuleRemark]:
    owners: Counter[tuple[str, int]] = Counter()
    for finding in findings:
        line = finding.range.start.line + 1
        around = [f for f in report.functions if f.line <= line <= f.end_line]
        if around and not finding.code.startswith("complexity/"):
            owner = max(around, key=lambda f: f.line)
            owners[owner.name, owner.line] += 1
    return [
        RuleRemark(line, line, Severity.WARNING, f"`{name}` gathers {count} findings of the rules: begin the repair here.")
        for (name, line), count in owners.items()
        if count >= 3
    ]
