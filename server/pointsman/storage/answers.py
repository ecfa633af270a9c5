"""What is remembered of answers: a record of counts and hashes, and for a bounded time the answers themselves.

No prompt and no code of the user is stored. A cached answer is a model's text; it leaves the file after `CACHE_AGE_S`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from functools import partial

from pointsman.core.clock import Clock
from pointsman.storage.store import Store

CACHE_AGE_S = 7 * 24 * 3_600.0
CACHE_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer in figures. `scope` and the hashes are hex digests.

    `attempts` is a JSON list of [slot, deployment, fault or "", seconds, micro-dollars, seconds in the model's hands or null
    when it was passed over]. `first_token_ms` and `estimated_micro_dollars` are None where there was nothing to measure: no
    model spoke, or another model answered than the one that the estimate was for.
    """

    id: str
    at: float
    scope: str
    agent: str
    task: str
    complexity: str
    domain: str
    source: str
    model: str
    deployment: str
    method: str
    service_level: str
    micro_dollars: int
    input_tokens: int
    output_tokens: int
    elapsed_ms: int
    quality: float
    prompt_sha256: str
    answer_sha256: str
    answer_chars: int
    attempts: str
    first_token_ms: int | None = None
    queue_ms: int = 0
    model_ms: int = 0
    prompt_chars: int = 0
    cached_tokens: int = 0
    usage_reported: int = 0
    estimated_micro_dollars: int | None = None
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """A model's answer as it may be used, with the wall time at which it was given."""

    key: str
    recipe: str
    at: float
    model: str
    deployment: str
    text: str
    quality: float


class AnswerLog:
    """Rows about answers and events: written in the background, read for reports."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def record(self, row: AnswerRow) -> None:
        """Queue one row; never raises and never waits."""
        self._store.write_soon(partial(_insert, table="answers", names=_names(AnswerRow), values=astuple(row)))

    def event(self, kind: str, detail: Mapping[str, str | int | float]) -> None:
        """Queue one event, such as a change of the service level. `detail` holds names and figures, never text of the user."""
        values = (self._clock.wall(), kind, json.dumps(dict(detail)))
        self._store.write_soon(partial(_insert, table="events", names=("at", "kind", "detail"), values=values))

    async def recent(self, limit: int = 100) -> list[AnswerRow]:
        """The latest rows, newest first. Raises StorageError."""
        names = ", ".join(_names(AnswerRow))
        query = f"SELECT {names} FROM answers ORDER BY at DESC, rowid DESC LIMIT ?"  # noqa: S608 - names are ours
        rows = await self._store.read(lambda connection: connection.execute(query, (limit,)).fetchall())
        return [AnswerRow(*row) for row in rows]

    async def forget(self) -> None:
        """Delete cached answers, the record with all that was summed up from it, and the events, and overwrite their bytes.

        The ledger stays: forgetting resets no limit. Raises StorageError.
        """
        await self._store.write(_forget)
        # The old bytes live on in the write-ahead log until it is emptied.
        await self._store.read(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())


class AnswerShelf:
    """Cached answers on disk."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def put(self, answer: CachedAnswer) -> None:
        """Queue one answer, and the removal of what is too old or too much."""
        self._store.write_soon(partial(_put, answer=answer, oldest=self._clock.wall() - CACHE_AGE_S))

    async def by_recipe(self, recipe: str) -> list[CachedAnswer]:
        """The latest answers to the same question about the same document, one a model, newest first. Raises StorageError."""
        now = self._clock.wall()
        names = ", ".join(_names(CachedAnswer))
        # A row from the future means that the clock was set back: its age is not known, so it is not served.
        query = f"SELECT {names} FROM cache WHERE recipe = ? AND at BETWEEN ? AND ? ORDER BY at DESC LIMIT 8"  # noqa: S608 - names are ours
        bounds = (recipe, now - CACHE_AGE_S, now + 1.0)
        rows = await self._store.read(lambda connection: connection.execute(query, bounds).fetchall())
        return [CachedAnswer(*row) for row in rows]


def _names(row: type[AnswerRow | CachedAnswer]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(row))


def _insert(connection: sqlite3.Connection, table: str, names: tuple[str, ...], values: tuple[object, ...]) -> None:
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) VALUES ({marks})", values)  # noqa: S608 - names are ours


def _put(connection: sqlite3.Connection, answer: CachedAnswer, oldest: float) -> None:
    _insert(connection, "cache", _names(CachedAnswer), astuple(answer))
    connection.execute("DELETE FROM cache WHERE at < ?", (oldest,))
    connection.execute(
        "DELETE FROM cache WHERE at < (SELECT at FROM cache ORDER BY at DESC LIMIT 1 OFFSET ?)", (CACHE_ROWS - 1,)
    )


def _forget(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA secure_delete = ON")
    for table in ("cache", "answers", "events", "rollups", "resources"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names are ours
