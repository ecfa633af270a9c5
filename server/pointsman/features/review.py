"""Review: an agent reads a file or a selection; what it finds becomes diagnostics that name it and its model."""

from __future__ import annotations

import json
from collections.abc import Callable

from pointsman.agents import answers
from pointsman.agents.checks import review_check
from pointsman.agents.context import CodeContext
from pointsman.agents.prompts import review_prompt
from pointsman.agents.roster import task as task_of
from pointsman.core.document import Snapshot
from pointsman.core.types import Finding, Position, Range, Source
from pointsman.features.ask_edit import told
from pointsman.features.items import Review
from pointsman.features.session import Session
from pointsman.features.study import Study
from pointsman.gateway.answer import Answer, Ask, Fallback
from pointsman.providers.rules import remarks as rule_remarks

Progress = Callable[[str, int | None], None]


async def review(session: Session, snapshot: Snapshot, range_: Range | None, progress: Progress) -> Review:
    """Review the marked lines, or the whole document, and keep the findings for the diagnostics of that document."""
    progress("reading", 5)
    study = await session.study(snapshot)
    if study.too_long:
        return Review((), snapshot.version, f"The document is not reviewed: {study.problem}.", degraded=True)
    last = len(study.lines) - 1
    context = study.context(range_ or Range(Position(0, 0), Position(last, len(study.lines[last]))), session.name_of(snapshot))
    ask = _ask(session, study, context, "review_selection" if range_ else "review_file")
    plan = session.plan(ask.profile)
    session.warn_of_cost(plan)
    progress(f"{study.agent.name} agent asks {plan.model}", 20)
    answer = await session.ask(ask, on_text=lambda text: progress(f"{plan.model} is writing", min(90, 30 + len(text) // 40)))
    progress("checking the findings", 95)
    findings = _findings(study, context, answer)
    session.reviews.put(snapshot.uri, findings, study.lines)
    session.on_findings_changed(snapshot.uri)
    return Review(findings, snapshot.version, _message(study, answer, len(findings)), answer.degraded)


def _ask(session: Session, study: Study, context: CodeContext, task: str) -> Ask:
    prompt = review_prompt(study.agent, task_of(task), context)
    first, last = context.range.start.line + 1, context.range.end.line + 1

    def from_rules() -> Fallback:
        found = rule_remarks(study.complexity, study.findings, first=first, last=last)
        rows = [{"line": r.line, "end_line": r.end_line, "severity": r.severity, "message": r.message} for r in found]
        return Fallback(json.dumps(rows), Source.RULE, "read by rules")

    return Ask(
        agent=study.agent.name,
        profile=session.profile(study.snapshot, study, task, prompt=prompt),
        prompt=prompt,
        check=review_check(context),
        scope=session.scope,
        document=study.snapshot.uri,
        offline=(from_rules,),
    )


def _findings(study: Study, context: CodeContext, answer: Answer) -> tuple[Finding, ...]:
    first, last = context.range.start.line + 1, context.range.end.line + 1
    by = answer.model if answer.source in (Source.MODEL, Source.CACHE) else "rules"
    found = []
    for remark in answers.remarks(answer.text, first=first, last=last) or ():
        text, end = study.lines[remark.line - 1], study.lines[remark.end_line - 1]
        start = Position(remark.line - 1, len(text) - len(text.lstrip()))
        where = Range(start, Position(remark.end_line - 1, max(len(end), start.column)))
        code = f"review/{study.agent.name}"
        found.append(Finding(code, remark.message, remark.severity, where, agent=study.agent.name, model=by))
    return tuple(found)


def _message(study: Study, answer: Answer, count: int) -> str:
    if answer.source is Source.NONE:
        return answer.message or "No answer."
    remarks = f"{'1 finding' if count == 1 else f'{count} findings'} by the {study.agent.name} agent"
    by_model = answer.source in (Source.MODEL, Source.CACHE)
    return f"{remarks}; {told(answer)}" if by_model else f"{remarks}, without a model: {answer.message}"
