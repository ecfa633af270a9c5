"""`pointsman stats`: what was spent and saved, how fast and how well it went, and how sure that is."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path

from pointsman.cli.stats_figures import Stats
from pointsman.config.environment import environment
from pointsman.config.load import load
from pointsman.config.settings import Settings
from pointsman.core.clock import Clock, SystemClock
from pointsman.core.errors import PointsmanError
from pointsman.core.types import Tier
from pointsman.monitoring.feedback import receptions
from pointsman.monitoring.metrics import DEFINITIONS, FREQUENCY
from pointsman.monitoring.report import Material, report
from pointsman.monitoring.rollups import KEEPS
from pointsman.monitoring.savings import Benchmark
from pointsman.storage.figures import Figures
from pointsman.storage.store import Store
from pointsman.strategy import catalog, pricing, recommendations, return_on_investment
from pointsman.strategy.rows import Strategy

_DAY_S = 86_400.0


class BadDays(PointsmanError):  # noqa: N818  (named as people read it)
    """`--days` that make no period."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser("stats", help="what was spent and saved, how fast and how well it went")
    parser.add_argument("--days", type=int, default=30, metavar="N", help="how far back to look (30)")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write one self-contained page")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show the figures. Nothing recorded is a report too, and exit status 0."""
    if not 1 <= arguments.days <= 3_650:
        raise BadDays("--days: between 1 and 3650")
    settings = load(environment())
    strategy = catalog.usable(settings.strategy)
    for notice in (*settings.notices, *strategy.notices):
        print(f"pointsman: {notice}", file=sys.stderr)
    stats = asyncio.run(gather(settings, strategy, arguments.days, SystemClock()))
    if arguments.html is not None:
        from pointsman.cli.stats_page import page

        _write(arguments.html, page(stats))
    if arguments.json:
        print(json.dumps(as_json(stats), allow_nan=False))
    elif arguments.html is None:
        from pointsman.cli.stats_view import show

        show(stats)
    else:
        print(f"Wrote {arguments.html}.")
    return 0


async def gather(settings: Settings, strategy: Strategy, days: int, clock: Clock) -> Stats:
    """Read the record and compute. Raises StorageError when there is a record and it cannot be read."""
    until = clock.wall() + 1.0
    material = Material(until - days * _DAY_S, until, (), (), ())
    # Looking must leave no trace: without a record none is begun.
    if settings.places.database.exists():
        store = Store(settings.places.database, clock=clock, notice=lambda line: print(f"pointsman: {line}", file=sys.stderr))
        try:
            material = await _material(Figures(store, clock), material.since, until)
        finally:
            await store.aclose()
    against = benchmark(settings, strategy)
    answers = return_on_investment.judged(material.recent, receptions(material.events))
    return Stats(
        report(material, against),
        against.name,
        return_on_investment.figures(answers),
        return_on_investment.features(answers),
        recommendations.recommendations(answers, strategy.slots),
    )


def benchmark(settings: Settings, strategy: Strategy) -> Benchmark:
    """The premium ladder's first model, at the price of its deployment here, else at the strategy's."""
    name = strategy.ladders[Tier.PREMIUM].rungs[0]
    slot = strategy.slots[name]
    bound = next((each for each in settings.deployments if each.slot == name and each.model), None)
    price = pricing.price_of(bound, slot) if bound is not None else slot.price
    return Benchmark(name, price, {each.name for each in strategy.slots.values() if each.tier is Tier.PREMIUM})


def as_json(stats: Stats) -> dict[str, object]:
    """The whole of it as plain data, with what each figure means."""
    return {
        **plain(stats.report),
        "compared_with": stats.benchmark,
        "return_on_investment": [plain(each) for each in stats.value],
        "features": [plain(each) for each in stats.features],
        "recommendations": [plain(each) for each in stats.recommendations],
        "definitions": DEFINITIONS,
        "monitoring_frequency": {name: list(groups) for name, groups in FREQUENCY.items()},
        "kept_for_days": {name: seconds / _DAY_S for name, seconds in KEEPS.items()} | {"day": None},
    }


def plain(value: object) -> dict[str, object]:
    """A dataclass as JSON knows it: no NaN."""
    found = _finite(dataclasses.asdict(value))  # type: ignore[call-overload]
    assert isinstance(found, dict)  # noqa: S101 - asdict gives a dict
    return found


def _finite(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


async def _material(figures: Figures, since: float, until: float) -> Material:
    return Material(
        since,
        until,
        await figures.answers(since, until),
        await figures.rollups("day", since, until),
        await figures.events(since, until + _DAY_S, "feedback"),
        await figures.resources(since, until),
    )


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PointsmanError(f"{path}: cannot be written ({error.strerror or error})") from error
