"""Hedged requests: for whom a second model may be asked while the first one is silent."""

from __future__ import annotations

from collections.abc import Iterable

from pointsman.config.table import Table
from pointsman.core.types import ServiceLevel
from pointsman.strategy.rows import Hedging, Strategy
from pointsman.strategy.selection import Choice


def hedged(strategy: Strategy, choice: Choice, level: ServiceLevel) -> bool:
    """Whether this request is worth a second call. At full service alone: a fleet in trouble needs fewer calls and not more."""
    rules = strategy.hedging
    task = choice.task.name if choice.task is not None else ""
    return level is ServiceLevel.FULL and (task in rules.tasks or choice.latency in rules.latencies)


def rules(top: Table, tasks: Iterable[str], latencies: Iterable[str]) -> Hedging:
    """The table `hedging`."""
    row = top.table("hedging")
    return Hedging(
        frozenset(row.words("tasks", among=tasks)),
        frozenset(row.words("latencies", among=latencies)),
        row.number("after_s", least=0.01),
        row.number("least_s", least=0.01),
        row.number("share", most=1.0),
        round(row.number("most_dollars", most=100.0) * 1_000_000),
    )
