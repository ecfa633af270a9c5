"""Code lenses: the file's domain and agent at the top, each function's complexity above it."""

from __future__ import annotations

from pointsman.core.document import Snapshot
from pointsman.core.types import FunctionReport, Position, Range
from pointsman.features.items import Lens
from pointsman.features.session import Session
from pointsman.features.study import Study

_QUIET_BELOW = 4
"""Functions less complex than this get no lens: a lens on every getter is noise."""


async def lenses(session: Session, snapshot: Snapshot) -> tuple[Lens, ...]:
    """One lens for the file, one for each function that is worth a look."""
    if not session.settings.code_lens_enabled:
        return ()
    study = await session.study(snapshot)
    if study.language is None or study.too_long:
        return ()
    limit = session.settings.complexity_limit
    above = [_function_lens(report, limit) for report in study.complexity.functions if report.cognitive >= _QUIET_BELOW]
    return (_file_lens(study), *above)


def _file_lens(study: Study) -> Lens:
    domain, level = study.domain, study.complexity.level
    title = f"{domain.label} · {str(level).replace('_', ' ')}"
    top = Position(0, 0)
    return Lens(Range(top, top), title, domain_markdown(study))


def _function_lens(report: FunctionReport, limit: int) -> Lens:
    over = f" (limit {limit})" if report.cognitive > limit else ""
    at = Position(report.line - 1, 0)
    return Lens(Range(at, at), f"complexity {report.cognitive}{over}", function_markdown(report, limit))


def domain_markdown(study: Study) -> str:
    """Why the file counts as its domain, for a hover or a click."""
    domain = study.domain
    ranked = sorted(domain.scores.items(), key=lambda item: -item[1])[:3]
    shares = ", ".join(f"{label} {score:.0%}" for label, score in ranked if score >= 0.01)
    evidence = "".join(f"\n- {line}" for line in domain.evidence[:4])
    return f"**{domain.label}** ({shares}), so the {study.agent.name} agent answers.{evidence}"


def function_markdown(report: FunctionReport, limit: int) -> str:
    """A function's scores, in words."""
    verdict = "over the limit of" if report.cognitive > limit else "within the limit of"
    return (
        f"**{report.name}**: cognitive complexity {report.cognitive}, {verdict} {limit}.\n\n"
        f"Cyclomatic {report.cyclomatic}, nested {report.max_nesting} deep, {report.parameters} parameters, "
        f"{report.end_line - report.line + 1} lines."
    )
