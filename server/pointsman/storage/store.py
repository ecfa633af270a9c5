"""One file, one writer: opening, transactions, quarantine, and a way out that cannot hang."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TypeVar

import aiosqlite

from pointsman.core.clock import Clock
from pointsman.core.errors import StorageError
from pointsman.storage import file

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

_log = logging.getLogger(__name__)
_QUEUE_LIMIT = 2_000
_REOPEN_AFTER_S = 5.0


class Store:
    """The database of one process, shared as a file with every other Pointsman of the same user.

    `open` returns at once and the work happens in the background; `read` and `write` wait for it. Whenever the file cannot be
    used they raise `StorageError`, and what `write_soon` was given waits in bounded memory (the oldest is dropped first). A
    damaged or newer file is moved aside, `notice` is called once with one line for people, and a new file begins. The threads
    are daemons: a forgotten `aclose` cannot keep the process alive.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        notice: Callable[[str], None] | None = None,
        busy_ms: int = 5_000,
        factory: type[sqlite3.Connection] = sqlite3.Connection,
    ) -> None:
        self.path = path
        self.dropped = 0
        """How many background writes were lost to a full queue or a failing disk."""
        self._clock, self._notice, self._busy_ms, self._factory = clock, notice, busy_ms, factory
        self._writer: aiosqlite.Connection | None = None
        self._reader: aiosqlite.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._opening: asyncio.Task[None] | None = None
        self._failed_at: float | None = None
        self._problem = "it is not open yet"
        self._noticed = False
        self._queue: deque[Work[object]] = deque()
        self._draining: asyncio.Task[str] | None = None
        self._closed = False

    @property
    def problem(self) -> str:
        """What keeps the database from being used, or "" when it works."""
        return self._problem

    def open(self) -> None:
        """Begin to open in the background. Needs a running event loop; harmless when repeated."""
        if self._opening is None and self._writer is None and not self._closed:
            self._opening = asyncio.get_running_loop().create_task(self._open(), name="storage-open")

    async def write(self, work: Work[T]) -> T:
        """Run `work` as one transaction that no other process can interleave, off the event loop.

        The transaction is whole even when the awaiting task is cancelled: it then commits or rolls back in the background.
        Raises StorageError; any other exception of `work` rolls back and passes through.
        """
        writer = await self._connection(write=True)
        return await self._run(writer, partial(_transaction, work=work))

    async def read(self, work: Work[T]) -> T:
        """Run `work` on a connection of its own, so that a reader never waits for a writer. Raises StorageError."""
        reader = await self._connection(write=False)
        return await self._run(reader, work)

    def write_soon(self, work: Work[object]) -> None:
        """Queue `work` for the next background transaction. Never raises; for records that an answer must not wait for."""
        if self._closed:
            self.dropped += 1
            return
        if len(self._queue) >= _QUEUE_LIMIT:
            self._queue.popleft()
            self.dropped += 1
        self._queue.append(work)
        self._drain_soon()

    async def flush(self) -> None:
        """Return when all that was queued so far is committed, or raise StorageError when it cannot be now."""
        while self._queue or (self._draining is not None and not self._draining.done()):
            failure = await asyncio.shield(self._drain_soon())
            if failure:
                raise StorageError(failure)

    async def aclose(self, *, limit_s: float = 1.0) -> None:
        """Write what is queued and close, within `limit_s` whatever the disk does. Idempotent."""
        if self._closed:
            return
        with contextlib.suppress(TimeoutError, StorageError):
            async with asyncio.timeout(limit_s / 2):
                if self._queue or self._draining is not None:
                    await self.flush()
        self._closed = True
        running: tuple[asyncio.Task[str] | asyncio.Task[None] | None, ...] = (self._draining, self._opening)
        tasks = [task for task in running if task is not None and not task.done()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=limit_s / 4)
        await self._drop_connections(limit_s / 4)
        self._problem = "it is closed"

    async def _connection(self, *, write: bool) -> aiosqlite.Connection:
        if self._closed:
            raise StorageError("the database is closed")
        if self._writer is not None and write and file.identity(self.path) != self._identity:
            # Deleted or replaced by somebody: what we would write to the old inode, nobody would ever read.
            await self._drop_connections(0.2)
            self._problem = "the file was removed while it was open"
        if self._writer is None:
            self._reopen()
            if self._opening is not None:
                await asyncio.shield(self._opening)
        connection = self._writer if write else self._reader
        if connection is None:
            raise StorageError(f"the database cannot be used: {self._problem}")
        return connection

    def _reopen(self) -> None:
        """Try again to open, at most every few seconds: a failing disk must not turn each request into a new attempt."""
        if self._opening is not None:
            return
        if self._failed_at is not None and self._clock.monotonic() - self._failed_at < _REOPEN_AFTER_S:
            return
        self.open()

    async def _open(self) -> None:
        try:
            self._writer = await self._open_writer()
            self._reader = await _in_daemon_thread(partial(file.connect, self.path, busy_ms=self._busy_ms))
            self._identity = file.identity(self.path)
            self._problem, self._failed_at = "", None
        except (sqlite3.Error, OSError, file.BadFileError) as error:
            self._problem, self._failed_at = _reason(error), self._clock.monotonic()
            _log.warning("the database cannot be opened: %s", self._problem)
            await self._drop_connections(0.2)
        finally:
            self._opening = None
            if self._queue and not self._closed and not self._problem:
                self._drain_soon()

    async def _open_writer(self) -> aiosqlite.Connection:
        prepare = partial(file.prepare, self.path, busy_ms=self._busy_ms, factory=self._factory)
        judged = file.identity(self.path)
        try:
            return await _in_daemon_thread(prepare)
        except file.BadFileError as error:
            now = datetime.fromtimestamp(self._clock.wall(), UTC)
            moved = file.set_aside(self.path, now.strftime("%Y%m%dT%H%M%S"), judged)
            writer = await _in_daemon_thread(prepare)
            if moved is not None:
                await self._seal(writer, now, f"{moved.name} was set aside: {error}")
                self._tell(
                    f"The database was set aside as {moved.name}: {error}. A new one begins. What was spent today is unknown, "
                    f"so calls that cost money wait until tomorrow (UTC); to allow them at once, delete {self.path.name}."
                )
            return writer

    async def _seal(self, writer: aiosqlite.Connection, now: datetime, reason: str) -> None:
        """Refuse paid calls for the rest of the day: what the lost ledger had counted must not be spent twice."""
        day = now.strftime("%Y-%m-%d")
        statement = "INSERT OR IGNORE INTO sealed (day, reason) VALUES (?, ?)"
        await self._run(writer, lambda connection: connection.execute(statement, (day, reason)) and None)

    def _tell(self, line: str) -> None:
        if not self._noticed and self._notice is not None:
            self._noticed = True
            self._notice(line)

    async def _run(self, connection: aiosqlite.Connection, work: Work[T]) -> T:
        try:
            # The driver's own methods take one thread hop a statement, and a cancelled task between two of them would leave a
            # transaction open for the next one to fall into. One hop for the whole of `work` has neither fault.
            return await connection._execute(work, connection._conn)  # type: ignore[no-any-return, no-untyped-call]
        except sqlite3.Error as error:
            if is_damage := file.is_damage(error):
                await self._drop_connections(0.2)
                self._problem = "it is damaged"
            _log.warning("the database failed: %s%s", _reason(error), " (it will be set aside)" if is_damage else "")
            raise StorageError(f"the database cannot be used: {_reason(error)}") from None
        except ValueError as error:
            if "onnection" in str(error):
                raise StorageError("the database was closed") from None
            raise

    def _drain_soon(self) -> asyncio.Task[str]:
        if self._draining is None or self._draining.done():
            self._draining = asyncio.get_running_loop().create_task(self._drain(), name="storage-drain")
        return self._draining

    async def _drain(self) -> str:
        """Write what is queued; returns why that failed, or ""."""
        while self._queue and not self._closed:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), 200))]
            try:
                await self.write(partial(_each, batch=batch))
            except StorageError as error:
                # Kept for later, newest preferred, as far as the bound allows; a next write or a reopening tries again.
                room = _QUEUE_LIMIT - len(self._queue)
                self.dropped += max(len(batch) - room, 0)
                self._queue.extendleft(reversed(batch[-room:] if room > 0 else []))
                return str(error)
            except Exception:
                self.dropped += len(batch)
                _log.exception("a background write failed and was dropped")
        return ""

    async def _drop_connections(self, limit_s: float) -> None:
        connections = [each for each in (self._writer, self._reader) if each is not None]
        self._writer = self._reader = None
        # `close` would wait for its thread even after it was cancelled; `stop` leaves the waiting to us.
        endings = [future for each in connections if (future := each.stop()) is not None]
        if endings:
            done, _ = await asyncio.wait(endings, timeout=limit_s)
            for ending in done:
                ending.exception()


def _transaction(connection: sqlite3.Connection, work: Work[T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        # SQLite may have rolled back by itself already (disk full); a second one would hide the real error.
        with contextlib.suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        raise
    return result


def _each(connection: sqlite3.Connection, batch: list[Work[object]]) -> None:
    for work in batch:
        work(connection)


async def _in_daemon_thread(connector: Callable[[], sqlite3.Connection]) -> aiosqlite.Connection:
    connection = aiosqlite.Connection(connector, iter_chunk_size=64)
    # The library's thread would keep the interpreter alive for ever when nobody closes it, and dies with a traceback on stderr
    # when the disk answers after the event loop is gone.
    connection._thread = Thread(target=partial(_until_the_loop_ends, connection._thread.run), daemon=True)
    return await connection


def _until_the_loop_ends(run: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):
        run()


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError):
        return (error.strerror or type(error).__name__).lower()
    return str(error) or type(error).__name__
