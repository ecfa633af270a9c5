"""The database as a file: created private, judged before use, moved aside when it cannot be trusted."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from pointsman.storage.migrations import VERSION, migrate

_SIDE_FILES = ("", "-wal", "-shm")


class BadFileError(Exception):
    """The file is damaged, is no database, or was written by a newer version; the message says which."""


def create_private(path: Path) -> None:
    """Make the folder (0700) and the file (0600) unless they are there; SQLite gives its side files the file's own mode.

    An existing folder keeps its mode: it may be one that the user shares on purpose.
    """
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


def connect(path: Path, *, busy_ms: int, factory: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    """Open one connection in autocommit mode, so that this code and not the driver says where a transaction starts."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=busy_ms / 1000, check_same_thread=False, factory=factory)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def prepare(path: Path, *, busy_ms: int, factory: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    """Open, check and migrate the file for writing.

    Raises `BadFileError` where the file itself is at fault, and sqlite3.Error or OSError where it cannot be used now (locked,
    disk full, no permission): those may pass, so the file stays where it is.
    """
    create_private(path)
    connection = connect(path, busy_ms=busy_ms, factory=factory)
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > VERSION:
            raise BadFileError(f"it was written by a newer Pointsman (format {version}, this one knows {VERSION})")
        verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        if verdict != "ok":
            raise BadFileError("it is damaged")
        # NORMAL in WAL: a killed process loses nothing that was committed; only a power cut may lose the last moments.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        migrate(connection)
    except sqlite3.DatabaseError as error:
        connection.close()
        if is_damage(error):
            raise BadFileError("it is damaged or is no database") from error
        raise
    except BaseException:
        connection.close()
        raise
    return connection


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file's content, not the moment, is at fault."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of the file, or None when there is none: tells that it was deleted or replaced under us."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def set_aside(path: Path, stamp: str, judged: tuple[int, int] | None) -> Path | None:
    """Move a bad file and its side files out of the way; returns its new place.

    None when the file is no longer the one that was `judged`: another process was quicker, and its new file must stay.
    """
    if judged is None or identity(path) != judged:
        return None
    target = path.with_name(f"{path.name}.bad-{stamp}")
    serial = 0
    while target.exists():
        serial += 1
        target = path.with_name(f"{path.name}.bad-{stamp}-{serial}")
    for suffix in _SIDE_FILES:
        source = path.with_name(path.name + suffix)
        if source.exists():
            source.replace(target.with_name(target.name + suffix))
    return target
