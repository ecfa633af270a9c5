"""Explain: what a piece of code does, in words."""

from __future__ import annotations

from pointsman.agents.checks import prose_check
from pointsman.agents.prompts import detail_for, edit_prompt
from pointsman.agents.roster import task as task_of
from pointsman.core.document import Snapshot
from pointsman.core.types import Range, Source
from pointsman.features.hover import report_of
from pointsman.features.items import Explanation
from pointsman.features.session import Session
from pointsman.gateway.answer import Ask, Fallback
from pointsman.providers.templates import explanation
from pointsman.security.markdown import sanitise


async def explain(session: Session, snapshot: Snapshot, range_: Range) -> Explanation:
    """An explanation of the marked lines as safe Markdown; from the syntax tree alone where no model answers."""
    study = await session.study(snapshot)
    if study.too_long:
        return Explanation("", f"The document is not read: {study.problem}.", degraded=True)
    symbol = study.symbol_at(range_.start)
    if range_.start == range_.end and symbol is not None:
        range_ = symbol.range
    context = study.context(range_, session.name_of(snapshot))
    settings = session.settings
    prompt = edit_prompt(study.agent, task_of("explain"), context, detail=detail_for(settings.experience, settings.style))

    def from_tree() -> Fallback:
        remarks = tuple(f"line {f.range.start.line + 1}: {f.message}" for f in context.findings)
        text = explanation(symbol, report_of(study, range_.start.line), domain=study.domain.label, remarks=remarks)
        return Fallback(text, Source.TEMPLATE, "read off the syntax tree")

    answer = await session.ask(
        Ask(
            agent=study.agent.name,
            profile=session.profile(snapshot, study, "explain", prompt=prompt),
            prompt=prompt,
            check=prose_check(context),
            scope=session.scope,
            document=snapshot.uri,
            offline=(from_tree,),
        )
    )
    return Explanation(sanitise(answer.text), answer.message, answer.degraded)
