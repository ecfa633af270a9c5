"""Diagnostics: the rules, the complexity limit, and what the last review found."""

from __future__ import annotations

from pointsman.core.document import Snapshot
from pointsman.core.types import Finding
from pointsman.features.session import Session


async def diagnostics(session: Session, snapshot: Snapshot) -> tuple[Finding, ...]:
    """All findings of this version of the document, by position."""
    study = await session.study(snapshot)
    kept = session.reviews.at(snapshot.uri, study.lines)
    rules = study.findings if session.settings.diagnostics_enabled else ()
    return tuple(sorted((*rules, *kept), key=lambda finding: finding.range))
