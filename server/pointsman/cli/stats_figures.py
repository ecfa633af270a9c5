"""What `pointsman stats` found out, for each of its views."""

from __future__ import annotations

from dataclasses import dataclass

from pointsman.monitoring.report import Report
from pointsman.strategy.recommendations import Recommendation
from pointsman.strategy.return_on_investment import Feature, Figure


@dataclass(frozen=True, slots=True)
class Stats:
    """All that the views show."""

    report: Report
    benchmark: str
    value: tuple[Figure, ...]
    features: tuple[Feature, ...]
    recommendations: tuple[Recommendation, ...]
