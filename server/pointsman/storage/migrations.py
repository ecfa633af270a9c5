"""The schema, as a list of steps that is only ever appended to.

A step that has been released is never edited: databases out there have run it. `PRAGMA user_version` counts the steps
that a file has seen; a file with a higher count was written by a newer Pointsman and is set aside, not guessed at.
"""

from __future__ import annotations

import sqlite3

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # `settled` stays NULL while a call runs, and for ever when its process died: such a row counts in full (see ledger.py).
        """CREATE TABLE ledger (
            id TEXT PRIMARY KEY, day TEXT NOT NULL, at REAL NOT NULL, tier TEXT NOT NULL, user_tier TEXT NOT NULL,
            deployment TEXT NOT NULL, reserved INTEGER NOT NULL CHECK (reserved >= 0),
            settled INTEGER CHECK (settled >= 0)) STRICT""",
        "CREATE INDEX ledger_day ON ledger (day)",
        # Sums of the ledger, kept in the same transaction: a reservation costs the same on a day's first and millionth call.
        """CREATE TABLE totals (
            day TEXT NOT NULL, tier TEXT NOT NULL, micro_dollars INTEGER NOT NULL,
            PRIMARY KEY (day, tier)) STRICT, WITHOUT ROWID""",
        # Days of which some spending is not known, because a damaged file was set aside: no paid call on them.
        "CREATE TABLE sealed (day TEXT PRIMARY KEY, reason TEXT NOT NULL) STRICT, WITHOUT ROWID",
        """CREATE TABLE answers (
            id TEXT PRIMARY KEY, at REAL NOT NULL, scope TEXT NOT NULL, agent TEXT NOT NULL, task TEXT NOT NULL,
            complexity TEXT NOT NULL, domain TEXT NOT NULL, source TEXT NOT NULL, model TEXT NOT NULL, deployment TEXT NOT NULL,
            method TEXT NOT NULL, service_level TEXT NOT NULL, micro_dollars INTEGER NOT NULL, input_tokens INTEGER NOT NULL,
            output_tokens INTEGER NOT NULL, elapsed_ms INTEGER NOT NULL, quality REAL NOT NULL, prompt_sha256 TEXT NOT NULL,
            answer_sha256 TEXT NOT NULL, answer_chars INTEGER NOT NULL, attempts TEXT NOT NULL) STRICT""",
        "CREATE INDEX answers_at ON answers (at)",
        """CREATE TABLE cache (
            key TEXT PRIMARY KEY, recipe TEXT NOT NULL, at REAL NOT NULL, model TEXT NOT NULL, deployment TEXT NOT NULL,
            text TEXT NOT NULL, quality REAL NOT NULL) STRICT, WITHOUT ROWID""",
        "CREATE INDEX cache_recipe ON cache (recipe, at)",
        "CREATE INDEX cache_at ON cache (at)",
        "CREATE TABLE events (at REAL NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL) STRICT",
        "CREATE INDEX events_at ON events (at)",
    ),
    (
        "ALTER TABLE answers ADD COLUMN first_token_ms INTEGER",
        "ALTER TABLE answers ADD COLUMN queue_ms INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE answers ADD COLUMN model_ms INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE answers ADD COLUMN prompt_chars INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE answers ADD COLUMN cached_tokens INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE answers ADD COLUMN usage_reported INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE answers ADD COLUMN estimated_micro_dollars INTEGER",
        "ALTER TABLE answers ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0",
        # `figures` is JSON of sums and of histograms: what is summed up may grow without a new column.
        """CREATE TABLE rollups (
            period TEXT NOT NULL, start INTEGER NOT NULL, model TEXT NOT NULL, task TEXT NOT NULL, domain TEXT NOT NULL,
            source TEXT NOT NULL, figures TEXT NOT NULL,
            PRIMARY KEY (period, start, model, task, domain, source)) STRICT, WITHOUT ROWID""",
        """CREATE TABLE resources (
            at REAL NOT NULL, process INTEGER NOT NULL, cpu_share REAL NOT NULL, memory_bytes INTEGER NOT NULL) STRICT""",
        "CREATE INDEX resources_at ON resources (at)",
    ),
)

VERSION = len(MIGRATIONS)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a file up to `VERSION` in one transaction; a second process that waited for it finds nothing left to do.

    Raises sqlite3.Error. The caller has made sure that the file is not newer than `VERSION`.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        seen = int(connection.execute("PRAGMA user_version").fetchone()[0])
        for step in MIGRATIONS[seen:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {max(seen, VERSION)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
