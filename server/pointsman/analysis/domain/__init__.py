"""Which of the strategy's domains a file belongs to: a log-linear model over evidence that a person can read."""

from __future__ import annotations

from pointsman.analysis.domain.model import domain

__all__ = ["domain"]
