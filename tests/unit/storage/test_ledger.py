"""The ledger is exact: among a thousand callers, several processes, kills and jumps of the clock."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.gateway.scripted import FakeClock
from tests.unit.storage.spender import AMOUNT

from pointsman.core.errors import BudgetError
from pointsman.core.types import Tier
from pointsman.storage.ledger import Ledger, Limits
from pointsman.storage.store import Store

KILLS = int(os.environ.get("KILLS", "30"))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = Store(tmp_path / "pointsman.db", clock=FakeClock())
    yield made
    await made.aclose()


def spender(path: Path, limit: int, count: int, log: Path | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.unit.storage.spender", str(path), str(limit), str(count)]
    if log is None:
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with log.open("w") as out:
        return subprocess.Popen(command, stdout=out, text=True)


def counted(path: Path) -> tuple[int, int, int]:
    """What the rows sum up to, what the totals say, and how many rows there are; checks the file's integrity on the way."""
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    rows, number = db.execute("SELECT coalesce(sum(coalesce(settled, reserved)), 0), count(*) FROM ledger").fetchone()
    totals = db.execute("SELECT coalesce(sum(micro_dollars), 0) FROM totals").fetchone()[0]
    db.close()
    return rows, totals, number


async def test_a_thousand_at_once_never_pass_the_limit(store: Store) -> None:
    ledger, used, limits = Ledger(store, FakeClock()), 0, Limits(60_000, 100_000)

    async def one(number: int) -> None:
        nonlocal used
        try:
            held = await ledger.reserve(
                tier=list(Tier)[number % 3],
                user_tier="free",
                deployment="d",
                micro_dollars=number,
                limits=limits,
            )
        except BudgetError:
            return
        assert held.totals.all <= 100_000
        assert held.totals.by_tier[held.tier] <= 60_000
        await ledger.settle(held, number // 2)
        used += number // 2

    await asyncio.gather(*(one(number) for number in range(1_000)))
    assert (await ledger.totals()).all == used


async def test_refusals_name_the_limit_that_holds(store: Store) -> None:
    ledger = Ledger(store, FakeClock())

    async def reserve(amount: int, limits: Limits) -> None:
        await ledger.reserve(tier=Tier.PREMIUM, user_tier="free", deployment="d", micro_dollars=amount, limits=limits)

    await reserve(700_000, Limits(1_000_000, None))
    with pytest.raises(BudgetError, match=r"limit of \$1.00 for premium models leaves \$0.30"):
        await reserve(300_001, Limits(1_000_000, None))
    with pytest.raises(BudgetError, match=r"limit of \$0.70 for free users leaves \$0.00"):
        await reserve(1, Limits(None, 700_000))
    await reserve(300_000, Limits(1_000_000, None))


async def test_settling_twice_is_settling_once(store: Store) -> None:
    ledger = Ledger(store, FakeClock())
    held = await ledger.reserve(tier=Tier.BUDGET, user_tier="free", deployment="d", micro_dollars=50, limits=Limits())
    for amount in (20, 30, 0):
        await ledger.settle(held, amount)
    assert (await ledger.totals()).all == 20


async def test_a_day_is_a_utc_day_and_a_call_belongs_to_the_day_that_it_began_on(store: Store) -> None:
    clock = FakeClock(wall=1_800_000_000.0)
    ledger = Ledger(store, clock)
    held = await ledger.reserve(tier=Tier.BUDGET, user_tier="free", deployment="d", micro_dollars=50, limits=Limits(user=50))
    clock.set_wall(clock.wall() + 24 * 3_600)
    await ledger.reserve(tier=Tier.BUDGET, user_tier="free", deployment="d", micro_dollars=50, limits=Limits(user=50))
    await ledger.settle(held, 10)
    assert (await ledger.totals()).all == 50
    clock.set_wall(clock.wall() - 24 * 3_600)
    assert (await ledger.totals()).all == 10


async def test_a_clock_set_forth_and_back_opens_no_second_budget_for_a_day(store: Store) -> None:
    clock = FakeClock(wall=1_800_000_000.0)
    ledger = Ledger(store, clock)
    granted: dict[str, int] = {}
    for hours in (0, 24, 0, -24, 0, 24, 1, -1):
        clock.set_wall(1_800_000_000.0 + hours * 3_600)
        for _ in range(3):
            try:
                await ledger.reserve(
                    tier=Tier.BUDGET, user_tier="free", deployment="d", micro_dollars=30, limits=Limits(user=100)
                )
                granted[ledger.day()] = granted.get(ledger.day(), 0) + 30
            except BudgetError:
                pass
    assert all(amount <= 100 for amount in granted.values())


def test_two_processes_share_one_limit_to_the_micro_dollar(tmp_path: Path) -> None:
    path, limit = tmp_path / "pointsman.db", 120 * AMOUNT
    children = [spender(path, limit, 400) for _ in range(2)]
    outputs = [child.communicate(timeout=60) for child in children]
    assert [child.returncode for child in children] == [0, 0], outputs
    assert "locked" not in "".join(error for _, error in outputs)
    lines = [line.split() for out, _ in outputs for line in out.splitlines()]
    settled = sum(int(parts[2]) for parts in lines if parts[0] == "s")
    rows, totals, number = counted(path)
    assert rows == totals == settled <= limit
    assert number == sum(parts[0] == "r" for parts in lines)


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "pointsman.db"
    chance = random.Random(4)
    reserved: set[str] = set()
    settled: dict[str, int] = {}
    for turn in range(KILLS // 2):
        # Into files: a pipe that is read in two ways loses what lies in its buffer.
        logs = [tmp_path / f"round-{turn}-{each}.log" for each in range(2)]
        children = [spender(path, 10**12, 10**6, log) for log in logs]
        while not all(log.stat().st_size for log in logs):
            assert all(child.poll() is None for child in children)
            time.sleep(0.005)
        time.sleep(chance.random() * 0.15)
        for child in children:
            child.kill()
            child.wait(30)
        # The last line may be half a line: it was not acknowledged.
        for line in (each for log in logs for each in log.read_text().split("\n")[:-1]):
            kind, identifier, *amount = line.split()
            if kind == "r":
                reserved.add(identifier)
            else:
                settled[identifier] = int(amount[0])
        if turn % 25 == 0:
            rows, totals, _ = counted(path)
            assert rows == totals
    rows, totals, _ = counted(path)
    assert rows == totals
    db = sqlite3.connect(path)
    found = dict(db.execute("SELECT id, settled FROM ledger").fetchall())
    db.close()
    assert len(reserved) > KILLS
    assert reserved <= found.keys()
    assert all(found[identifier] == amount for identifier, amount in settled.items())

    async def reopen() -> float:
        began = time.monotonic()
        store = Store(path, clock=FakeClock())
        await Ledger(store, FakeClock()).totals()
        took = time.monotonic() - began
        await store.aclose()
        return took

    assert asyncio.run(reopen()) < 1.0
