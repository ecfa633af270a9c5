"""Sums on disk: whole periods, the same from two processes, kept as long as the page says, begun by answers alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.gateway.scripted import FakeClock
from tests.unit.monitoring.rows import NOON, answer

from pointsman.monitoring.monitor import Monitor
from pointsman.monitoring.rollups import KEEPS, SECONDS, merged, roll_up
from pointsman.storage.answers import AnswerLog
from pointsman.storage.figures import Figures, Usage
from pointsman.storage.store import Store

DAY = 86_400.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(wall=NOON)


@pytest.fixture
async def store(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Store]:
    made = Store(tmp_path / "pointsman.db", clock=clock)
    made.open()
    yield made
    await made.aclose()


async def record(store: Store, clock: FakeClock, *ats: float) -> None:
    log = AnswerLog(store, clock)
    for number, at in enumerate(ats):
        log.record(answer(round(at), at=at, id=f"{at}-{number}", model=("m", "n")[number % 2]))
    await store.flush()


@pytest.mark.parametrize("period", SECONDS)
async def test_only_whole_periods_are_summed_up(store: Store, clock: FakeClock, period: str) -> None:
    figures, seconds = Figures(store, clock), SECONDS[period]
    begin = NOON // seconds * seconds
    await record(store, clock, begin + 1, begin + 2, begin + 3)
    clock.set_wall(begin + seconds - 1)
    assert await roll_up(figures, clock, period) == 0
    clock.set_wall(begin + seconds)
    assert await roll_up(figures, clock, period) == 2
    rows = await figures.rollups(period, 0, 10**11)
    assert [(row.start, row.model) for row in rows] == [(begin, "m"), (begin, "n")]
    assert merged(rows).requests == 3


async def test_summed_up_again_nothing_counts_twice_and_what_came_late_counts(store: Store, clock: FakeClock) -> None:
    figures = Figures(store, clock)
    await record(store, clock, NOON + 1, NOON + 2)
    clock.set_wall(NOON + 61)
    await roll_up(figures, clock, "minute")
    await record(store, clock, NOON + 3.5)
    AnswerLog(store, clock).event("feedback", {"answer": f"{NOON + 3.5}-0", "event": "accepted"})
    await store.flush()
    clock.set_wall(NOON + 130)
    await roll_up(figures, clock, "minute")
    await roll_up(Figures(store, clock), clock, "minute")
    total = merged(await figures.rollups("minute", 0, 10**11))
    assert (total.requests, total.accepted) == (3, 1)


async def test_each_kind_of_row_is_kept_as_long_as_the_table_says(store: Store, clock: FakeClock) -> None:
    figures = Figures(store, clock)
    await record(store, clock, NOON, NOON + 1)
    figures.keep_usage(Usage(NOON, 1, 0.5, 1_000))
    clock.advance(1.5 * DAY)
    for period in SECONDS:
        await roll_up(figures, clock, period)
    seen = {}
    for days in (1.5, 3, 31, 91, 3_650):
        clock.set_wall(NOON + days * DAY)
        await figures.prune(KEEPS)
        kept = [len(await figures.rollups(period, 0, 10**11)) for period in SECONDS]
        seen[days] = (len(await figures.answers(0, 10**11)), len(await figures.resources(0, 10**11)), *kept)
    assert seen == {
        1.5: (2, 1, 2, 2, 2), 3: (2, 0, 0, 2, 2), 31: (0, 0, 0, 2, 2), 91: (0, 0, 0, 0, 2), 3_650: (0, 0, 0, 0, 2),
    }  # fmt: skip


async def test_a_day_half_deleted_keeps_the_sums_of_when_it_was_whole(store: Store, clock: FakeClock) -> None:
    figures, day = Figures(store, clock), NOON // DAY * DAY
    await record(store, clock, *(day + hour * 3_600 for hour in range(24)))
    clock.set_wall(day + DAY + 10)
    await roll_up(figures, clock, "day")
    clock.set_wall(day + KEEPS["raw"] + 12 * 3_600)
    await figures.prune(KEEPS)
    await roll_up(figures, clock, "day")
    assert merged(await figures.rollups("day", 0, 10**11)).requests == 24


async def test_the_monitor_works_when_answers_come_and_at_its_frequencies(store: Store, clock: FakeClock) -> None:
    monitor, figures = Monitor(store, clock), Figures(store, clock)
    for second in range(0, 3_700, 20):
        clock.set_wall(NOON + second)
        clock.advance(20)
        await record(store, clock, NOON + second)
        monitor.answered(0.5, served=second % 40 == 0)
        await monitor.settle()
    await store.flush()
    usage = await figures.resources(0, 10**11)
    assert 60 <= len(usage) <= 62
    assert all(each.memory_bytes >= 0 and each.cpu_share >= 0 for each in usage)
    assert 59 <= len(await figures.rollups("minute", NOON, 10**11)) <= 61
    assert len(await figures.rollups("hour", NOON, 10**11)) == 1
    assert monitor.live.p50_ms == 500
    assert monitor.live.error_rate == pytest.approx(0.5, abs=0.04)
    await monitor.aclose()


async def test_a_broken_disk_costs_no_answer(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "here").write_text("a file, so that no folder can be made")
    store = Store(tmp_path / "here" / "pointsman.db", clock=clock)
    monitor = Monitor(store, clock)
    monitor.answered(0.1, served=True)
    await monitor.settle()
    assert monitor.live.answers == 1
    await monitor.aclose()
    await store.aclose()


async def test_forgetting_leaves_no_sums(store: Store, clock: FakeClock) -> None:
    figures = Figures(store, clock)
    await record(store, clock, NOON)
    figures.keep_usage(Usage(NOON, 1, 0.5, 1_000))
    clock.advance(DAY)
    await roll_up(figures, clock, "minute")
    await AnswerLog(store, clock).forget()
    assert await figures.rollups("minute", 0, 10**11) == []
    assert await figures.resources(0, 10**11) == []
    assert await figures.first_answer() is None
