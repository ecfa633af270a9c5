"""Sums by minute, hour and day (UTC), by model, task, domain and source.

Only whole periods are summed up. The last one is summed up again each time: feedback comes after the answer, and another
process may write a moment late. Written again it replaces what was there, so that two servers on one file do not disagree.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

from pointsman.core.clock import Clock
from pointsman.monitoring.feedback import Reception, receptions
from pointsman.monitoring.tally import Tally, as_json, from_json
from pointsman.storage.answers import AnswerRow
from pointsman.storage.figures import Figures, Rollup

SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}

KEEPS = {"raw": 30 * 86_400.0, "resources": 2 * 86_400.0, "minute": 2 * 86_400.0, "hour": 90 * 86_400.0}
"""Seconds for which rows are kept: single answers and events a month, minutes two days, hours a quarter, days for ever."""

_FEEDBACK_S = 600.0
"""How long after a period what people did with its answers still counts for it."""


async def roll_up(figures: Figures, clock: Clock, period: str) -> int:
    """Sum up every whole period since the last one that was, and that one again; returns how many rows were written.

    Raises StorageError.
    """
    seconds, now = SECONDS[period], clock.wall()
    end = int(now // seconds) * seconds
    first = await figures.first_answer()
    if first is None:
        return 0
    last = await figures.last_start(period)
    # Never a period of which a part is or may soon be deleted: written again it would lose that part.
    whole = int(-(-(now - KEEPS["raw"]) // seconds)) * seconds
    wanted = int((now - KEEPS.get(period, KEEPS["raw"])) // seconds) * seconds
    begin = max(int(first // seconds) * seconds, wanted) if last is None else max(last, whole)
    if begin >= end:
        return 0
    answers = await figures.answers(begin, end)
    received = receptions(await figures.events(begin, end + _FEEDBACK_S, "feedback"))
    # Off the event loop: after a long pause this is a day of answers.
    rows = await asyncio.to_thread(summed, answers, received, period)
    if rows:
        await figures.keep_rollups(rows)
    return len(rows)


def summed(answers: Sequence[AnswerRow], received: Mapping[str, Reception], period: str) -> list[Rollup]:
    """The sums of `answers` by period and group. Pure."""
    seconds = SECONDS[period]
    groups: dict[tuple[int, str, str, str, str], Tally] = defaultdict(Tally)
    for row in answers:
        key = (int(row.at // seconds) * seconds, row.model, row.task, row.domain, row.source)
        groups[key].add(row, received.get(row.id, Reception()))
    return [Rollup(period, *key, figures=as_json(sums)) for key, sums in sorted(groups.items())]


def merged(rows: Sequence[Rollup]) -> Tally:
    """All of `rows` as one sum."""
    total = Tally()
    for row in rows:
        total.merge(from_json(row.figures))
    return total
