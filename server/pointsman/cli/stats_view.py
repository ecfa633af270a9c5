"""`pointsman stats` in a terminal: the headline first, then models and tasks, then how things went."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from pointsman.cli import stats_words as words
from pointsman.cli.show import console, plain
from pointsman.cli.stats_figures import Stats
from pointsman.monitoring.report import Group, Report

_BAR = 24


def show(stats: Stats) -> None:
    """Print it."""
    report = stats.report
    console.print(Text(f"{report.since[:10]} to {report.until[:10]} (UTC)", "dim"))
    if report.empty:
        console.print(Text("Nothing recorded yet.", "bold"))
        console.print(Text("Ask for something in your editor, or run `pointsman demo`; then look again.", "dim"))
        return
    console.print(plain(words.saying(stats), "bold"))
    console.print()
    console.print(_headline(stats))
    for title, groups in (("Models", report.models), ("Tasks", report.tasks)):
        console.print()
        console.print(_groups(title, groups))
    console.print()
    console.print(_ladder(report))
    for each in stats.recommendations:
        console.print(plain(f"→ {each.text} ({each.evidence})", "yellow"))
    if report.savings is not None:
        console.print()
        console.print(plain(f"Saved: {report.savings.how}.", "dim"), soft_wrap=False)


def _headline(stats: Stats) -> Table:
    report, table = stats.report, _table()
    table.add_column()
    table.add_column(style="bold")
    table.add_column(style="dim", overflow="fold")
    table.add_row("spent", words.dollars(report.spent), f"{report.requests:,} requests, {report.cancelled:,} cancelled")
    found = report.savings
    if found is not None and found.share is not None:
        interval = words.between(words.dollars(found.saved.low), words.dollars(found.saved.high))
        table.add_row(
            "saved", words.dollars(found.saved.value), f"{interval}, {words.percent(found.share.value)} of always-premium"
        )
    taken, reliability = report.acceptance, report.metrics.reliability
    note = (
        f"{words.share_interval(taken)} of {taken.samples:,} shown" if taken else "editors report what people do with answers"
    )
    table.add_row("taken", words.share(taken), note)
    times = report.metrics.response_time
    table.add_row("first text", words.spread(times.first_token_ms), "median · 95th percentile")
    table.add_row("whole answer", words.spread(times.total_ms), "median · 95th percentile")
    table.add_row(
        "served", words.share(reliability.success), f"by a model or the cache; errors {words.share(reliability.errors)}"
    )
    table.add_row("stand-ins", words.share(report.stood_in), "a later rung answered for the first choice")
    return table


def _groups(title: str, groups: Sequence[Group]) -> Table:
    table = _table(header=True)
    for name, side in ((title, "left"), ("requests", "right"), ("spent", "right"), ("p50 · p95", "right"), ("taken", "right")):
        table.add_column(name, justify="left" if side == "left" else "right", no_wrap=True)
    for each in groups[:8]:
        taken = words.percent(each.acceptance.value) if each.acceptance else "–"
        cells = (f"{each.requests:,}", words.dollars(each.micro_dollars), words.spread(each.total_ms), taken)
        table.add_row(plain(each.name), *map(plain, cells))
    return table


def _ladder(report: Report) -> Table:
    table, total = _table(header=True), max(sum(report.steps.values()), 1)
    table.add_column("Answered by")
    table.add_column("", no_wrap=True)
    table.add_column("", justify="right")
    for step, count in sorted(report.steps.items(), key=lambda item: -item[1]):
        bar = "█" * max(round(count / total * _BAR), 1)
        table.add_row(plain(words.rung(step)), Text(bar, "green" if step == "1" else "cyan"), words.percent(count / total))
    return table


def _table(*, header: bool = False) -> Table:
    return Table(box=None, show_header=header, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold dim")
