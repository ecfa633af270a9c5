"""The report that `pointsman stats` shows: one value, computed once, from which every view is drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pointsman.monitoring import intervals, rollups
from pointsman.monitoring.feedback import receptions
from pointsman.monitoring.intervals import Estimate
from pointsman.monitoring.metrics import Metrics, Spread, metrics, spread
from pointsman.monitoring.savings import Benchmark, Savings, savings
from pointsman.monitoring.tally import Tally, from_json
from pointsman.storage.answers import AnswerRow
from pointsman.storage.figures import Happening, Rollup, Usage

_DAY_S = 86_400
NOBODY = "cancelled or failed"
"""What money is booked under that bought no answer."""


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of one model, task, domain or source."""

    name: str
    requests: int
    micro_dollars: int
    total_ms: Spread | None
    success: Estimate | None
    acceptance: Estimate | None
    quality: float | None
    tokens_per_second: float | None


@dataclass(frozen=True, slots=True)
class Day:
    """One UTC day; `spent` is micro-dollars by model, or by `NOBODY`."""

    date: str
    requests: int
    spent: dict[str, int]
    saved: Savings | None
    total_ms: Spread | None
    quality: float | None
    success: Estimate | None


@dataclass(frozen=True, slots=True)
class Hour:
    """Quality and satisfaction of one hour that began at `start` (ISO 8601, UTC)."""

    start: str
    accuracy: float | None
    satisfaction: float | None
    acceptance: Estimate | None


@dataclass(frozen=True, slots=True)
class Minute:
    """Throughput of one minute that began at `start` (ISO 8601, UTC)."""

    start: str
    requests: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Material:
    """What a report is made of: `recent` answers one by one, and the sums of the `older` days, in [since, until)."""

    since: float
    until: float
    recent: Sequence[AnswerRow]
    older: Sequence[Rollup]
    events: Sequence[Happening]
    usage: Sequence[Usage] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Money in micro-dollars, times in milliseconds, shares in 0..1, days and hours in UTC."""

    since: str
    until: str
    requests: int
    cancelled: int
    spent: int
    savings: Savings | None
    acceptance: Estimate | None
    stood_in: Estimate | None
    cache_hits: Estimate | None
    service_levels: dict[str, int]
    steps: dict[str, int]
    faults: dict[str, int]
    metrics: Metrics
    models: tuple[Group, ...]
    tasks: tuple[Group, ...]
    domains: tuple[Group, ...]
    sources: tuple[Group, ...]
    days: tuple[Day, ...]
    hours: tuple[Hour, ...]
    minutes: tuple[Minute, ...]

    @property
    def empty(self) -> bool:
        return self.requests == 0


def report(material: Material, benchmark: Benchmark, *, seed: int = 1) -> Report:
    """Compute the report. Pure; the same material gives the same figures."""
    received = receptions(material.events)
    recent = rollups.summed(material.recent, received, "day")
    first = min((row.start for row in recent), default=None)
    # A day that is half deleted counts from the sums that were made when it was whole.
    older = [row for row in material.older if first is None or row.start < first]
    all_days = [(row, from_json(row.figures)) for row in (*older, *recent)]
    total = _sum(sums for _, sums in all_days)
    by_day: dict[str, list[AnswerRow]] = defaultdict(list)
    for row in material.recent:
        by_day[_date(row.at)].append(row)

    def groups(name: Callable[[Rollup], str]) -> tuple[Group, ...]:
        found: dict[str, Tally] = defaultdict(Tally)
        for row, sums in all_days:
            if name(row):
                found[name(row)].merge(sums)
        return tuple(sorted((_group(key, sums) for key, sums in found.items()), key=lambda g: (-g.requests, g.name)))

    last_day = [row for row in material.recent if row.at >= material.until - _DAY_S]
    return Report(
        since=_iso(material.since),
        until=_iso(material.until),
        requests=total.requests,
        cancelled=total.cancelled,
        spent=total.micro_dollars,
        savings=savings(material.recent, benchmark, seed=seed),
        acceptance=intervals.share(total.accepted, total.shown),
        stood_in=intervals.share(total.stood_in, total.asked),
        cache_hits=intervals.share(total.cached, total.asked),
        service_levels=dict(total.levels),
        steps=dict(total.steps),
        faults=dict(total.faults),
        metrics=metrics(total, material.usage),
        models=groups(lambda row: row.model),
        tasks=groups(lambda row: row.task),
        domains=groups(lambda row: row.domain),
        sources=groups(lambda row: row.source),
        days=_days(all_days, by_day, benchmark, material, seed),
        hours=tuple(_hours(rollups.summed(last_day, received, "hour"))),
        minutes=tuple(_minutes(rollups.summed([row for row in last_day if row.at >= material.until - 3_600], {}, "minute"))),
    )


def _days(
    rows: Sequence[tuple[Rollup, Tally]],
    answers: dict[str, list[AnswerRow]],
    benchmark: Benchmark,
    material: Material,
    seed: int,
) -> tuple[Day, ...]:
    """Every day of the report, also those on which nothing was asked, from the first on which something was."""
    if not rows:
        return ()
    by_date: dict[str, list[tuple[Rollup, Tally]]] = defaultdict(list)
    for row, sums in rows:
        by_date[_date(row.start)].append((row, sums))
    begin = min(row.start for row, _ in rows)
    dates = [_date(at) for at in range(begin, int(material.until), _DAY_S)] or [_date(begin)]
    return tuple(
        _day(date, by_date.get(date, ()), savings(answers.get(date, ()), benchmark, seed=seed, blocks=40)) for date in dates
    )


def _day(date: str, rows: Sequence[tuple[Rollup, Tally]], saved: Savings | None) -> Day:
    total, spent = _sum(sums for _, sums in rows), defaultdict[str, int](int)
    for row, sums in rows:
        if sums.micro_dollars:
            spent[row.model or NOBODY] += sums.micro_dollars
    quality = total.quality / total.checked if total.checked else None
    return Day(
        date, total.requests, dict(spent), saved, spread(total.total_ms), quality, intervals.share(total.served, total.asked)
    )


def _hours(rows: Sequence[Rollup]) -> Iterable[Hour]:
    for start, sums in _by_start(rows).items():
        yield Hour(
            _iso(start),
            sums.quality / sums.checked if sums.checked else None,
            sums.rating_sum / sums.ratings if sums.ratings else None,
            intervals.share(sums.accepted, sums.shown),
        )


def _minutes(rows: Sequence[Rollup]) -> Iterable[Minute]:
    for start, sums in _by_start(rows).items():
        yield Minute(_iso(start), sums.requests, sums.input_tokens + sums.output_tokens)


def _by_start(rows: Sequence[Rollup]) -> dict[int, Tally]:
    found: dict[int, Tally] = defaultdict(Tally)
    for row in rows:
        found[row.start].merge(from_json(row.figures))
    return found


def _group(name: str, sums: Tally) -> Group:
    return Group(
        name=name,
        requests=sums.requests,
        micro_dollars=sums.micro_dollars,
        total_ms=spread(sums.total_ms),
        success=intervals.share(sums.served, sums.asked),
        acceptance=intervals.share(sums.accepted, sums.shown),
        quality=sums.quality / sums.checked if sums.checked else None,
        tokens_per_second=sums.output_tokens / (sums.writing_ms / 1_000) if sums.writing_ms else None,
    )


def _sum(many: Iterable[Tally]) -> Tally:
    total = Tally()
    for each in many:
        total.merge(each)
    return total


def _date(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
