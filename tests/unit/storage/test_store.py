"""The file: private, never trusted blindly, set aside when bad, and never in anybody's way."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.gateway.scripted import FakeClock

from pointsman.core.errors import BudgetError, StorageError
from pointsman.core.types import Tier
from pointsman.storage import store as store_module
from pointsman.storage.answers import AnswerLog, AnswerRow, AnswerShelf, CachedAnswer
from pointsman.storage.ledger import Ledger, Limits
from pointsman.storage.migrations import VERSION
from pointsman.storage.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "pointsman.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    made = Store(path, clock=FakeClock())
    made.open()
    yield made
    await made.aclose()


def row(number: int = 0) -> AnswerRow:
    return AnswerRow(
        f"id{number}", 1_800_000_000.0 + number, "scope", "agent", "task", "simple", "backend", "model", "m", "d", "single",
        "full_service", 1, 2, 3, 4, 0.5, "p", "a", 6, "[]",
    )  # fmt: skip


async def reserve(store: Store, amount: int = 10, limit: int | None = None) -> None:
    ledger = Ledger(store, store._clock)
    await ledger.reserve(tier=Tier.PREMIUM, user_tier="free", deployment="d", micro_dollars=amount, limits=Limits(user=limit))


async def test_the_file_is_for_its_owner_alone(store: Store, path: Path) -> None:
    await reserve(store)
    modes = {each.name: each.stat().st_mode & 0o777 for each in path.parent.iterdir()}
    assert modes == {"pointsman.db": 0o600, "pointsman.db-wal": 0o600, "pointsman.db-shm": 0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_the_user_made_keeps_its_mode(tmp_path: Path) -> None:
    async def use() -> None:
        made = Store(tmp_path / "pointsman.db", clock=FakeClock())
        await reserve(made)
        await made.aclose()

    tmp_path.chmod(0o755)
    asyncio.run(use())
    assert tmp_path.stat().st_mode & 0o777 == 0o755


async def test_opening_waits_for_nothing(path: Path) -> None:
    made = Store(path, clock=FakeClock())
    began = time.perf_counter()
    made.open()
    assert time.perf_counter() - began < 0.05
    assert made.problem
    await reserve(made)
    assert made.problem == ""
    await made.aclose()


def damage_header(path: Path) -> bytes:
    path.write_bytes(b"this is no database at all" * 400)
    return path.read_bytes()


def damage_pages(path: Path) -> bytes:
    content = bytearray(path.read_bytes())
    content[4_096:] = os.urandom(len(content) - 4_096)
    path.write_bytes(content)
    return path.read_bytes()


def truncate(path: Path) -> bytes:
    path.write_bytes(path.read_bytes()[:5_000])
    return path.read_bytes()


def from_the_future(path: Path) -> bytes:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize("spoil", [damage_header, damage_pages, truncate, from_the_future])
async def test_a_bad_file_is_set_aside_with_one_notice_and_money_waits(path: Path, spoil: Callable[[Path], bytes]) -> None:
    first = Store(path, clock=FakeClock())
    await reserve(first)
    await first.aclose()
    spoiled = spoil(path)
    notices: list[str] = []
    clock = FakeClock()
    made = Store(path, clock=clock, notice=notices.append)
    AnswerLog(made, clock).record(row())
    await made.flush()
    assert [each.id for each in await AnswerLog(made, clock).recent()] == ["id0"]
    (aside,) = path.parent.glob("pointsman.db.bad-*")
    assert aside.read_bytes() == spoiled
    assert len(notices) == 1
    assert aside.name in notices[0]
    with pytest.raises(BudgetError, match="wait until tomorrow"):
        await reserve(made)
    assert (await Ledger(made, clock).totals()).sealed
    clock.advance(24 * 3_600.0)
    await reserve(made)
    await made.aclose()


async def test_a_file_that_is_damaged_while_open_is_set_aside_and_a_new_one_begins(path: Path) -> None:
    clock, notices = FakeClock(), list[str]()
    made = Store(path, clock=clock, notice=notices.append)
    for number in range(50):
        AnswerLog(made, clock).record(row(number))
    await made.flush()
    assert made._writer is not None
    await made.read(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    damage_pages(path)
    failures = 0
    for number in range(20):
        try:
            await made.write(lambda db: db.execute("DELETE FROM answers").rowcount)
            await made.write(lambda db: db.execute("PRAGMA integrity_check(1)").fetchone())
            AnswerLog(made, clock).record(row(100 + number))
            await made.flush()
        except StorageError:
            failures += 1
            clock.advance(10.0)
    assert failures < 20
    assert [each.id for each in await AnswerLog(made, clock).recent(1)] == ["id119"]
    await made.aclose()


async def test_a_file_that_is_deleted_under_us_is_begun_anew(store: Store, path: Path) -> None:
    await reserve(store)
    for each in path.parent.iterdir():
        each.unlink()
    await reserve(store)
    assert sqlite3.connect(path).execute("SELECT count(*) FROM ledger").fetchone() == (1,)


async def test_an_old_file_is_brought_up_and_keeps_its_rows(path: Path) -> None:
    first = Store(path, clock=FakeClock())
    AnswerLog(first, FakeClock()).record(row())
    await first.flush()
    await first.aclose()
    again = Store(path, clock=FakeClock())
    assert len(await AnswerLog(again, FakeClock()).recent()) == 1
    await again.aclose()


async def test_where_nothing_can_be_written_reads_and_writes_say_so_and_records_wait_in_bounded_memory(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    clock = FakeClock()
    made = Store(tmp_path / "data" / "pointsman.db", clock=clock)
    with pytest.raises(StorageError):
        await reserve(made)
    for number in range(store_module._QUEUE_LIMIT + 500):
        AnswerLog(made, clock).record(row(number))
    assert made.dropped == 500
    with pytest.raises(StorageError):
        await made.flush()
    (tmp_path / "data").unlink()
    clock.advance(60.0)
    await made.flush()
    ((count, oldest),) = await made.read(lambda db: db.execute("SELECT count(*), min(at) FROM answers").fetchall())
    assert count == store_module._QUEUE_LIMIT
    assert oldest == 1_800_000_000.0 + 500
    await made.aclose()


async def test_a_full_disk_fails_what_is_written_and_nothing_that_was(store: Store) -> None:
    await reserve(store)
    await store._connection(write=True)
    pages = await store.read(lambda db: db.execute("PRAGMA page_count").fetchone()[0])
    assert store._writer is not None
    await store._run(store._writer, lambda db: db.execute(f"PRAGMA max_page_count = {pages + 1}").fetchall())
    log, refused = AnswerLog(store, FakeClock()), 0
    for number in range(200):
        try:
            await reserve(store)
        except StorageError as error:
            assert "full" in str(error)
            refused += 1
        log.record(row(number))
    assert refused
    totals = await Ledger(store, FakeClock()).totals()
    rows = await store.read(lambda db: db.execute("SELECT count(*) FROM ledger").fetchone()[0])
    assert totals.all == 10 * rows == 10 * (201 - refused)
    await store._run(store._writer, lambda db: db.execute("PRAGMA max_page_count = 100000").fetchall())
    await store.flush()


async def test_a_locked_file_is_an_error_in_time_and_no_lost_record(path: Path) -> None:
    made = Store(path, clock=FakeClock(), busy_ms=50)
    await reserve(made)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="locked"):
        await reserve(made)
    assert (await Ledger(made, FakeClock()).totals()).all == 10
    AnswerLog(made, FakeClock()).record(row())
    with pytest.raises(StorageError):
        await made.flush()
    other.execute("ROLLBACK")
    await made.flush()
    assert len(await AnswerLog(made, FakeClock()).recent()) == 1
    await made.aclose()


class Failing(sqlite3.Connection):
    """Fails at the n-th statement."""

    left = 10**9

    def execute(self, *args: object) -> sqlite3.Cursor:  # type: ignore[override]
        Failing.left -= 1
        if Failing.left == 0:
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(*args)  # type: ignore[arg-type]


async def test_a_failure_at_any_statement_leaves_the_ledger_whole(path: Path) -> None:
    for failing in range(1, 40):
        Failing.left = failing
        clock = FakeClock()
        made = Store(path, clock=clock, factory=Failing)
        ledger, acknowledged = Ledger(made, clock), 0
        for _ in range(4):
            try:
                held = await ledger.reserve(
                    tier=Tier.BUDGET, user_tier="free", deployment="d", micro_dollars=100, limits=Limits()
                )
                acknowledged += 1
                await ledger.settle(held, 40)
            except StorageError:
                clock.advance(10.0)
        Failing.left = 10**9
        assert acknowledged >= 2
        counted, summed = await made.read(
            lambda db: (
                db.execute("SELECT coalesce(sum(coalesce(settled, reserved)), 0) FROM ledger").fetchone()[0],
                db.execute("SELECT coalesce(sum(micro_dollars), 0) FROM totals").fetchone()[0],
            )
        )
        assert counted == summed
        await made.aclose()


async def test_a_cancelled_write_leaves_no_open_transaction(store: Store) -> None:
    await reserve(store)
    for _ in range(50):
        task = asyncio.create_task(reserve(store))
        await asyncio.sleep(0)
        task.cancel()
    await reserve(store)
    rows = await store.read(lambda db: db.execute("SELECT count(*) FROM ledger").fetchone()[0])
    assert (await Ledger(store, FakeClock()).totals()).all == 10 * rows


async def test_forget_leaves_no_byte_of_an_answer_and_the_ledger_as_it_was(store: Store, path: Path) -> None:
    await reserve(store)
    clock = FakeClock()
    AnswerShelf(store, clock).put(CachedAnswer("k", "r", clock.wall(), "m", "d", "canary_text " * 50, 1.0))
    AnswerLog(store, clock).record(row())
    await store.flush()
    await AnswerLog(store, clock).forget()
    assert await AnswerShelf(store, clock).by_recipe("r") == []
    assert (await Ledger(store, clock).totals()).all == 10
    await store.aclose()
    assert all(b"canary_text" not in each.read_bytes() for each in path.parent.iterdir())


async def test_cached_answers_are_bounded_in_age_and_number(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pointsman.storage.answers.CACHE_ROWS", 10)
    clock = FakeClock()
    shelf = AnswerShelf(store, clock)
    for number in range(30):
        shelf.put(CachedAnswer(f"k{number}", "r", clock.wall(), "m", "d", "text", 1.0))
        clock.advance(1.0)
    await store.flush()
    count = await store.read(lambda db: db.execute("SELECT count(*) FROM cache").fetchone()[0])
    assert count == 10
    assert [row.key for row in await shelf.by_recipe("r")] == [f"k{number}" for number in range(29, 21, -1)]
    clock.set_wall(clock.wall() - 3_600.0)
    assert await shelf.by_recipe("r") == [], "an answer from the future has no known age"


def test_closing_is_bounded_also_when_the_disk_hangs(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async def use() -> float:
        made = Store(path, clock=FakeClock())
        await reserve(made)
        made.write_soon(lambda _: time.sleep(2))
        await asyncio.sleep(0.05)
        began = time.monotonic()
        await made.aclose(limit_s=0.4)
        return time.monotonic() - began

    began = time.monotonic()
    assert asyncio.run(use()) < 1.0
    assert time.monotonic() - began < 1.8
    time.sleep(2)
    assert "Traceback" not in capfd.readouterr().err


def test_a_forgotten_database_does_not_keep_the_process_alive(path: Path) -> None:
    code = (
        "import asyncio, sys, pathlib\n"
        "from pointsman.core.clock import SystemClock\n"
        "from pointsman.storage.store import Store\n"
        "async def main():\n"
        "    store = Store(pathlib.Path(sys.argv[1]), clock=SystemClock())\n"
        "    await store.write(lambda db: db.execute('SELECT 1').fetchall())\n"
        "    store.write_soon(lambda db: __import__('time').sleep(30))\n"
        "    await asyncio.sleep(0.1)\n"
        "asyncio.run(main())\n"
    )
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", code, str(path)], timeout=15, check=True)
    assert time.monotonic() - began < 10
