"""Asking for an edit of some lines: prompt, check, offline rungs, and the edit that comes of the answer."""

from __future__ import annotations

from collections.abc import Callable

from pointsman.agents.checks import edit_check
from pointsman.agents.context import CodeContext
from pointsman.agents.prompts import detail_for, edit_prompt
from pointsman.agents.roster import task as task_of
from pointsman.core.types import Finding, Range, ServiceLevel, Source
from pointsman.features.edits import append, applied, replace_lines
from pointsman.features.items import Resolved
from pointsman.features.session import Session
from pointsman.features.study import Study
from pointsman.gateway.answer import Answer, Ask, Fallback
from pointsman.providers import templates
from pointsman.providers.base import Prompt
from pointsman.strategy.plan import Plan


def usual_prompt(task: str) -> Prompt:
    """A prompt of a usual size, to say about what a request will cost before it is made."""
    return Prompt(prefix=" " * 5_000, max_output_tokens=task_of(task).output_tokens)


async def edits(session: Session, study: Study, task: str, range_: Range, finding: Finding | None) -> Resolved:
    """Ask for one edit. Without one, `message` says why."""
    context = study.context(range_, session.name_of(study.snapshot))
    answer = await session.ask(_ask(session, study, task, context, finding))
    if not answer.text:
        return Resolved((), study.snapshot.version, answer.message or "No answer.")
    if task == "write_tests":
        changes = append(context.lines, answer.text)
    else:
        changes = replace_lines(context.lines, context.range, answer.text)
    if not changes:
        return Resolved((), study.snapshot.version, "The code needs no change.")
    return Resolved(changes, study.snapshot.version, told(answer) if answer.degraded else "")


def told(answer: Answer) -> str:
    """One line on who answered, with the truth about a degraded answer."""
    if answer.source in (Source.MODEL, Source.CACHE):
        return f"{answer.model} answered" + (" (from cache)" if answer.source is Source.CACHE else "")
    return f"answered without a model: {answer.message}"


def reachable(session: Session, plan: Plan) -> bool:
    """Whether a model of the plan can be asked at all now."""
    return session.service_level() is not ServiceLevel.EMERGENCY and bool(plan.chain)


def _ask(session: Session, study: Study, task: str, context: CodeContext, finding: Finding | None) -> Ask:
    settings = session.settings
    detail = f"{finding.message} ({finding.code}, line {finding.range.start.line + 1})" if finding else ""
    prompt = edit_prompt(study.agent, task_of(task), context, detail=detail or detail_for(settings.experience, settings.style))
    return Ask(
        agent=study.agent.name,
        profile=session.profile(study.snapshot, study, task, prompt=prompt),
        prompt=prompt,
        check=edit_check(task, context, study.language, mends=finding),
        scope=session.scope,
        document=study.snapshot.uri,
        offline=(_offline(study, task, context, finding),),
    )


def _offline(study: Study, task: str, context: CodeContext, finding: Finding | None) -> Callable[[], Fallback | None]:
    def answer() -> Fallback | None:
        if task in ("quick_fix", "refactor"):
            return _safe_fixes(study, context, finding)
        symbol = study.symbol_at(context.range.start) or study.symbol_at(context.range.end)
        if symbol is None:
            return None
        if task == "write_tests":
            text = templates.tests(symbol, study.language_name)
        else:
            text = templates.documentation(symbol, context.lines, study.language_name)
            if text is not None:
                text = _widened(context, symbol.range, text)
        return Fallback(text, Source.TEMPLATE, f"a template for {symbol.name}") if text else None

    return answer


def _safe_fixes(study: Study, context: CodeContext, finding: Finding | None) -> Fallback | None:
    first, last = context.range.start.line, context.range.end.line
    fixes = [
        f
        for f in study.findings
        if f.fix is not None
        and (finding is None or (f.code == finding.code and f.range == finding.range))
        and all(first <= e.range.start.line and e.range.end.line <= last for e in f.fix.edits)
    ]
    taken: list[Finding] = []
    for one in fixes:
        if not taken or one.range.start >= taken[-1].range.end:
            taken.append(one)
    if not taken:
        return None
    after = applied(context.lines, [edit for one in taken for edit in (one.fix.edits if one.fix else ())])
    last += len(after) - len(context.lines)
    text = "\n".join(after[first : last + 1])
    return Fallback(text, Source.RULE, "safe fixes: " + ", ".join(sorted({one.code for one in taken})))


def _widened(context: CodeContext, inner: Range, text: str) -> str | None:
    """`text` replaces the lines of `inner`; put it among the other asked lines."""
    first, last = context.range.start.line, context.range.end.line
    if not first <= inner.start.line <= inner.end.line <= last:
        return None
    return "\n".join((*context.lines[first : inner.start.line], text, *context.lines[inner.end.line + 1 : last + 1]))
