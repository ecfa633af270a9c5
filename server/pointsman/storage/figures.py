"""Queries for reports: rows between two times, what people did with answers, sums by period, and what may be deleted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

from pointsman.core.clock import Clock
from pointsman.storage.answers import AnswerRow
from pointsman.storage.store import Store

Keeps = Mapping[str, float]
"""Seconds for which rows are kept: "raw", "resources", and each period of the rollups; a name that is missing is kept."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One row of the events: wall time, kind, and names and figures."""

    at: float
    kind: str
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Rollup:
    """The sums of one group in one period that began at `start` (seconds since the epoch, UTC); `figures` is plain JSON."""

    period: str
    start: int
    model: str
    task: str
    domain: str
    source: str
    figures: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process used in the minute before `at`: a share of one core, and bytes of memory."""

    at: float
    process: int
    cpu_share: float
    memory_bytes: int


class Figures:
    """Reads for reports, and the writes of what they are summed up to."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def answers(self, since: float, until: float) -> list[AnswerRow]:
        """The answers that were given in [since, until), oldest first. Raises StorageError."""
        names = ", ".join(each.name for each in fields(AnswerRow))
        query = f"SELECT {names} FROM answers WHERE at >= ? AND at < ? ORDER BY at, rowid"  # noqa: S608 - names are ours
        return [AnswerRow(*row) for row in await self._rows(query, (since, until))]

    async def events(self, since: float, until: float, kind: str = "") -> list[Happening]:
        """What happened in [since, until), oldest first, of one kind or of all. Raises StorageError."""
        query = "SELECT at, kind, detail FROM events WHERE at >= ? AND at < ? AND (? = '' OR kind = ?) ORDER BY at, rowid"
        return [
            Happening(at, what, _mapping(detail)) for at, what, detail in await self._rows(query, (since, until, kind, kind))
        ]

    async def rollups(self, period: str, since: float, until: float) -> list[Rollup]:
        """The sums of the periods that began in [since, until), oldest first. Raises StorageError."""
        query = (
            "SELECT start, model, task, domain, source, figures FROM rollups"
            " WHERE period = ? AND start >= ? AND start < ? ORDER BY start"
        )
        rows = await self._rows(query, (period, since, until))
        return [
            Rollup(period, start, model, task, domain, source, _mapping(text))
            for start, model, task, domain, source, text in rows
        ]

    async def last_start(self, period: str) -> int | None:
        """When the latest period that was summed up began, or None. Raises StorageError."""
        rows = await self._rows("SELECT MAX(start) FROM rollups WHERE period = ?", (period,))
        return None if rows[0][0] is None else int(rows[0][0])

    async def first_answer(self) -> float | None:
        """When the oldest answer that is still recorded was given, or None. Raises StorageError."""
        rows = await self._rows("SELECT MIN(at) FROM answers", ())
        return None if rows[0][0] is None else float(rows[0][0])

    async def resources(self, since: float, until: float) -> list[Usage]:
        """What processes used in [since, until), oldest first. Raises StorageError."""
        query = "SELECT at, process, cpu_share, memory_bytes FROM resources WHERE at >= ? AND at < ? ORDER BY at"
        return [Usage(*row) for row in await self._rows(query, (since, until))]

    def keep_usage(self, usage: Usage) -> None:
        """Queue one measurement; never raises and never waits."""
        values = (usage.at, usage.process, usage.cpu_share, usage.memory_bytes)
        self._store.write_soon(lambda connection: connection.execute("INSERT INTO resources VALUES (?, ?, ?, ?)", values))

    async def keep_rollups(self, rows: Sequence[Rollup]) -> None:
        """Write sums in one transaction. Written again, they replace what was there. Raises StorageError."""
        values = [
            (r.period, r.start, r.model, r.task, r.domain, r.source, json.dumps(dict(r.figures), sort_keys=True)) for r in rows
        ]
        statement = "INSERT OR REPLACE INTO rollups VALUES (?, ?, ?, ?, ?, ?, ?)"
        await self._store.write(lambda connection: connection.executemany(statement, values) and None)

    async def prune(self, keeps: Keeps) -> None:
        """Delete what is older than `keeps` says. Raises StorageError."""
        await self._store.write(partial(_prune, keeps=keeps, now=self._clock.wall()))

    async def _rows(self, query: str, values: tuple[object, ...]) -> list[Any]:
        return await self._store.read(lambda connection: connection.execute(query, values).fetchall())


def _prune(connection: sqlite3.Connection, keeps: Keeps, now: float) -> None:
    for name, seconds in keeps.items():
        oldest = now - seconds
        if name == "raw":
            connection.execute("DELETE FROM answers WHERE at < ?", (oldest,))
            connection.execute("DELETE FROM events WHERE at < ?", (oldest,))
        elif name == "resources":
            connection.execute("DELETE FROM resources WHERE at < ?", (oldest,))
        else:
            connection.execute("DELETE FROM rollups WHERE period = ? AND start < ?", (name, oldest))


def _mapping(text: object) -> Mapping[str, object]:
    try:
        value = json.loads(str(text))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
