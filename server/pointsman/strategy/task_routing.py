"""Which model a task prefers: the agents' specialised tasks, the requirement's task rows, the editor's everyday tasks.

A word may also be a use case or a capability of a model, or a use case of an ensemble: then it prefers that model or ensemble.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pointsman.config.table import Table
from pointsman.core.types import Domain
from pointsman.strategy.rows import ENSEMBLE, Agent, Ensemble, Slot, Strategy, TaskRow

SPECIALIZED, TASK, EVERYDAY = KINDS = ("specialized_task", "task", "everyday_task")
"""The three names under which a task counts in `[combination]`."""


def row_for(strategy: Strategy, task: str, domain: Domain | None) -> TaskRow | None:
    """The row that holds for a task, that of the domain's own agent where several agents have it; None for an unknown word."""
    rows = strategy.tasks.get(task)
    if not rows:
        return None
    if domain is not None and len(rows) > 1:
        for row in rows:
            if row.agent and strategy.agents.get(domain.value) is not None and strategy.agents[domain.value].name == row.agent:
                return row
    return rows[0]


def tasks(
    top: Table,
    slots: Mapping[str, Slot],
    agents: tuple[Agent, ...],
    ensembles: Mapping[str, Ensemble],
    latencies: tuple[str, ...],
    deadlines: tuple[str, ...],
) -> dict[str, tuple[TaskRow, ...]]:
    """Every word that a request may name as its task, with its rows, the most specific first."""
    found: dict[str, list[TaskRow]] = {}
    for row in (*_specialized(agents), *_routed(top, slots), *_of_ensembles(ensembles), *_of_slots(slots)):
        found.setdefault(row.name, []).append(row)
    for name, table in top.table("everyday_tasks").tables():
        like = table.text("like", among=found)
        firm = table.flag("firm")
        everyday = replace(
            found[like][0],
            name=name,
            kind=TASK if firm else EVERYDAY,
            latency=table.text("latency", "", among=("", *latencies)),
            deadline=table.text("deadline", "", among=("", *deadlines)),
        )
        found.setdefault(name, []).insert(0, everyday)
    return {name: tuple(rows) for name, rows in found.items()}


def _specialized(agents: tuple[Agent, ...]) -> Iterator[TaskRow]:
    for agent in agents:
        for task, model in agent.specialized_tasks.items():
            yield TaskRow(task, SPECIALIZED, model, agent.fallbacks, f"the {agent.name} asks it for this", agent.name)


def _routed(top: Table, slots: Mapping[str, Slot]) -> Iterator[TaskRow]:
    for _, group in top.table("task_routing").tables():
        for task, row in group.tables():
            preferred, fallback = row.text("preferred_model", among=slots), row.text("fallback", among=slots)
            yield TaskRow(task, TASK, preferred, (fallback,), row.text("reasoning", ""))


def _of_ensembles(ensembles: Mapping[str, Ensemble]) -> Iterator[TaskRow]:
    for ensemble in ensembles.values():
        for task in ensemble.use_cases:
            yield TaskRow(task, TASK, ENSEMBLE, (), f"a use case of {ensemble.name}", ensemble=ensemble.name)


def _of_slots(slots: Mapping[str, Slot]) -> Iterator[TaskRow]:
    for slot in slots.values():
        for task in slot.use_cases:
            yield TaskRow(task, TASK, slot.name, (), f"a use case of {slot.name}")
    for slot in slots.values():
        for task in slot.capabilities:
            yield TaskRow(task, TASK, slot.name, (), f"a capability of {slot.name}")
