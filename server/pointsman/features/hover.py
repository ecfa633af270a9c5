"""Hover: the complexity of the function under the cursor, and the domain of the file."""

from __future__ import annotations

from pointsman.core.document import Snapshot
from pointsman.core.types import FunctionReport, Position
from pointsman.features.code_lens import domain_markdown, function_markdown
from pointsman.features.items import Hover
from pointsman.features.session import Session
from pointsman.features.study import Study


async def hover(session: Session, snapshot: Snapshot, position: Position) -> Hover | None:
    """Scores of the function whose name is under the cursor; None elsewhere, so that other servers' hovers stay readable."""
    study = await session.study(snapshot)
    symbol = study.symbol_at(position)
    if symbol is None or not symbol.name_range.start <= position <= symbol.name_range.end:
        return None
    report = report_of(study, symbol.name_range.start.line)
    if report is None:
        return None
    text = function_markdown(report, session.settings.complexity_limit)
    return Hover(symbol.name_range, f"{text}\n\n{domain_markdown(study)}")


def report_of(study: Study, line: int) -> FunctionReport | None:
    """The scores of the innermost function around a zero-based line."""
    around = [r for r in study.complexity.functions if r.line - 1 <= line <= r.end_line - 1]
    return max(around, key=lambda r: r.line, default=None)
