"""Code actions: safe fixes at once; fix, explain, refactor, document and test through a model, on demand.

An action that needs a model carries only what it is about. `resolve` asks, judges the answer, and returns edits of that
document at that version and of no other, inside the marked lines (tests go after the last line).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pointsman.core.document import Snapshot
from pointsman.core.types import Finding, Position, Range, Severity
from pointsman.features import ask_edit
from pointsman.features.items import Action, Resolved
from pointsman.features.session import Session
from pointsman.features.study import Study

_KINDS = {
    "quick_fix": "quickfix",
    "refactor": "refactor.rewrite",
    "write_documentation": "refactor.rewrite",
    "write_tests": "refactor.rewrite",
}
_TITLES = {"refactor": "Refactor {what}", "write_documentation": "Document {what}", "write_tests": "Write tests for {what}"}


async def code_actions(
    session: Session, snapshot: Snapshot, range_: Range, findings: tuple[Finding, ...], only: tuple[str, ...]
) -> tuple[Action, ...]:
    """Actions for the diagnostics of the request and for the selection, or for the function around the cursor."""
    study = await session.study(snapshot)
    if study.language is None or study.too_long:
        return ()
    actions = [*_fixes(session, study, findings), *_about_code(session, study, range_)]
    return tuple(action for action in actions if _wanted(action.kind, only))


async def resolve(session: Session, snapshot: Snapshot, data: Mapping[str, object]) -> Resolved:
    """Ask for the edits of an action that was offered at `data["version"]`."""
    request = _read(data)
    if request is None:
        return Resolved((), snapshot.version, "This action is not one of Pointsman's.")
    task, version, range_, finding = request
    if version != snapshot.version:
        return Resolved((), snapshot.version, "The document has changed since; ask for the action again.")
    study = await session.study(snapshot)
    if range_.end.line >= len(study.lines):
        return Resolved((), snapshot.version, "The marked lines are not in this document.")
    return await ask_edit.edits(session, study, task, range_, finding)


def _fixes(session: Session, study: Study, findings: tuple[Finding, ...]) -> list[Action]:
    actions = []
    for index, finding in enumerate(findings):
        known = next((f for f in study.findings if f.code == finding.code and f.range.start == finding.range.start), None)
        if known is not None and known.fix is not None:
            actions.append(Action(known.fix.title, "quickfix", known.fix.edits, finding=index, preferred=True))
        if finding.code == "complexity/cognitive":
            continue
        range_ = _around(study, finding.range)
        title = f"Fix {finding.code}{_by(session, study, 'quick_fix')}"
        actions.append(Action(title, "quickfix", data=_data("quick_fix", study, range_, finding), finding=index))
    return actions


def _about_code(session: Session, study: Study, range_: Range) -> list[Action]:
    selected = range_.start != range_.end
    symbol = study.symbol_at(range_.start)
    if not selected and symbol is None:
        return []
    target = range_ if selected or symbol is None else symbol.range
    what = "selection" if selected or symbol is None else symbol.name
    actions = [
        Action(
            f"Explain {what}",
            "refactor",
            command="pointsman.client.explain",
            arguments=({"uri": study.snapshot.uri, "range": target},),
        )
    ]
    for task, title in _TITLES.items():
        if task == "write_documentation" and symbol is not None and symbol.documentation is not None and not selected:
            continue
        actions.append(
            Action(title.format(what=what) + _by(session, study, task), _KINDS[task], data=_data(task, study, target, None))
        )
    return actions


def _by(session: Session, study: Study, task: str) -> str:
    """Which model would answer, so that nobody is surprised by it or by its price."""
    plan = session.plan(session.profile(study.snapshot, study, task, prompt=ask_edit.usual_prompt(task)))
    if not ask_edit.reachable(session, plan):
        return " (no model: rules and templates)"
    dear = f", about ${plan.estimate.micro_dollars / 1_000_000:.2f}" if plan.estimate.micro_dollars >= 10_000 else ""
    return f" with {plan.model}{dear}"


def _around(study: Study, range_: Range) -> Range:
    """The lines that a fix may change: the finding's own, or the short function around them."""
    symbol = study.symbol_at(range_.start)
    if symbol is not None and symbol.range.end.line - symbol.range.start.line <= 60:
        return symbol.range
    return range_


def _data(task: str, study: Study, range_: Range, finding: Finding | None) -> dict[str, object]:
    data: dict[str, object] = {
        "task": task,
        "uri": study.snapshot.uri,
        "version": study.snapshot.version,
        "range": [*range_.start, *range_.end],
    }
    if finding is not None:
        data["finding"] = {
            "code": finding.code,
            "message": finding.message[:400],
            "range": [*finding.range.start, *finding.range.end],
        }
    return data


def _read(data: Mapping[str, object]) -> tuple[str, int, Range, Finding | None] | None:
    task, version, range_ = data.get("task"), data.get("version"), _range(data.get("range"))
    if not isinstance(task, str) or task not in _KINDS or not isinstance(version, int) or range_ is None:
        return None
    about = data.get("finding")
    finding = None
    if isinstance(about, Mapping):
        where = _range(about.get("range"))
        if where is None:
            return None
        finding = Finding(str(about.get("code", "")), str(about.get("message", "")), Severity.WARNING, where)
    return task, version, range_, finding


def _range(value: object) -> Range | None:
    if not isinstance(value, Sequence) or len(value) != 4 or not all(isinstance(n, int) and n >= 0 for n in value):
        return None
    start, end = Position(value[0], value[1]), Position(value[2], value[3])
    return Range(start, end) if start <= end else None


def _wanted(kind: str, only: tuple[str, ...]) -> bool:
    return not only or any(kind == asked or kind.startswith(asked + ".") for asked in only)
