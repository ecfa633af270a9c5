"""`pointsman stats --html`: one page that needs nothing but itself. Every name that goes into it is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from string import Template

from pointsman.cli import stats_charts as charts
from pointsman.cli import stats_words as words
from pointsman.cli.stats_figures import Stats
from pointsman.monitoring.metrics import DEFINITIONS
from pointsman.monitoring.report import Day, Group, Report
from pointsman.security.terminal import printable

_SERIES = 6
_BAD = ("none", "emergency_mode")


def page(stats: Stats) -> str:
    """The whole page as HTML."""
    report = stats.report
    parts = [_nothing()] if report.empty else [_cards(stats), _charts(stats), _tables(stats)]
    return Template((files("pointsman.cli") / "stats_page.html").read_text("utf-8")).substitute(
        period=f"{report.since[:10]} to {report.until[:10]} (UTC)",
        headline="Nothing recorded yet." if report.empty else _text(words.saying(stats)),
        body="\n".join(parts),
        footer="Made on this machine from counts and times alone: no prompt and no code is in the record or on this page. "
        f"Written {report.until[:16].replace('T', ' ')} UTC by <code>pointsman stats --html</code>.",
    )


def _nothing() -> str:
    return (
        '<section><p class="nothing">Ask for something in your editor, or run <code>pointsman demo</code>; '
        "then write this page again.</p></section>"
    )


def _cards(stats: Stats) -> str:
    report, times = stats.report, stats.report.metrics.response_time
    cards = [_card("Spent", words.dollars(report.spent), f"{report.requests:,} requests, {report.cancelled:,} cancelled")]
    found = report.savings
    if found is not None and found.share is not None:
        interval = words.between(words.dollars(found.saved.low), words.dollars(found.saved.high))
        sure = f"95 % sure: {interval}, {words.percent(found.share.value)} of always-premium"
        cards.append(_card("Saved", words.dollars(found.saved.value), sure, "saved" if found.saved.value >= 0 else "lost"))
    else:
        cards.append(_card("Saved", "–", "no answer of a model to compare yet"))
    taken = report.acceptance
    shown = f"{words.share_interval(taken)} of {taken.samples:,} shown" if taken else "no editor has reported yet"
    cards.append(_card("Taken", words.percent(taken.value) if taken else "–", shown))
    whole = times.total_ms
    slow = f"95 % within {words.milliseconds(whole.p95)}" if whole else "nothing measured yet"
    cards.append(_card("Median answer", words.milliseconds(whole.p50) if whole else "–", slow))
    return f'<dl class="cards">{"".join(cards)}</dl>'


def _card(name: str, figure: str, more: str, kind: str = "") -> str:
    lines = f'<dt>{name}</dt><dd class="figure">{_text(figure)}</dd><dd class="more">{_text(more)}</dd>'
    return f'<div class="card {kind}">{lines}</div>'


def _charts(stats: Stats) -> str:
    report = stats.report
    days = [day.date for day in report.days]
    saved = [day.saved.saved if day.saved else None for day in report.days]
    latency = [(day.total_ms.p50, day.total_ms.p95) if day.total_ms else None for day in report.days]
    taken = [(task.name, task.acceptance) for task in report.tasks if task.acceptance is not None][:7]
    acceptance = charts.shares(taken, words.percent, "Share of suggestions taken, by task") if taken else ""
    return '<div class="grid">' + "".join(
        (
            _section("Spent a day, by model", "", _spending(report.days)),
            _section(
                "Saved a day against always-premium",
                "Bars: at the recorded tokens. Whiskers: 95 % interval.",
                charts.intervals(days, saved, words.dollars, words.dollar_ticks, f"Saved a day against {stats.benchmark} alone")
                if any(saved)
                else _missing("no answer of a model yet"),
            ),
            _section(
                "Time to a whole answer",
                "Solid: median. Dashed: 95 % were at least that fast.",
                charts.band(days, latency, words.milliseconds, words.time_ticks, "Response time by day, median and 95 %"),
            ),
            _section(
                "Taken, by task",
                "Share of the suggestions shown that a person took, with its 95 % interval.",
                acceptance or _missing("no editor has reported what people did with an answer"),
            ),
            _section("Who answered", "Steps of the ladder, from the first choice down.", _steps(report.steps)),
            _section("Service level", "As it was at each answer.", _steps(report.service_levels)),
        )
    ) + "</div>"  # fmt: skip


def _section(title: str, note: str, body: str, kind: str = "") -> str:
    said = f'<p class="note">{note}</p>' if note else ""
    return f'<section class="{kind}"><h2>{title}</h2>{said}{body}</section>'


def _spending(days: Sequence[Day]) -> str:
    totals: dict[str, int] = {}
    for day in days:
        for name, spent in day.spent.items():
            totals[name] = totals.get(name, 0) + spent
    if not totals:
        return _missing("nothing was spent: local models and the cache cost nothing")
    names = sorted(totals, key=lambda name: (-totals[name], name))
    shown = names if len(names) <= _SERIES else names[: _SERIES - 1]
    series = [(name, [float(day.spent.get(name, 0)) for day in days]) for name in shown]
    if len(names) > len(shown):
        rest = names[len(shown) :]
        series.append(("others", [float(sum(day.spent.get(name, 0) for name in rest)) for day in days]))
    legend = _legend([(name, words.dollars(sum(values))) for name, values in series])
    return (
        charts.stacked([day.date for day in days], series, words.dollars, words.dollar_ticks, "Spent a day by model") + legend
    )


def _steps(counts: dict[str, int]) -> str:
    """One bar in parts, the numbered steps first in their order."""
    ordered = sorted(counts.items(), key=lambda item: (not item[0].isdigit(), item[0] if item[0].isdigit() else "", -item[1]))
    total = sum(counts.values())
    if not total:
        return _missing("nothing measured yet")
    kinds = ["bad" if name in _BAD else f"c{i % _SERIES + 1}" for i, (name, _) in enumerate(ordered)]
    bar = "".join(f'<span class="{kind}" style="flex:{n}"></span>' for kind, (_, n) in zip(kinds, ordered, strict=True))
    named = [(words.rung(name).replace("_", " "), words.percent(n / total)) for name, n in ordered]
    legend = _legend(named, kinds)
    return f'<div class="steps" aria-hidden="true">{bar}</div>{legend}'


def _legend(rows: Sequence[tuple[str, str]], kinds: Sequence[str] = ()) -> str:
    kinds = kinds or [f"c{i % _SERIES + 1}" for i in range(len(rows))]
    items = (
        f'<li class="{k}">{_text(name)} <b>{_text(figure)}</b></li>' for k, (name, figure) in zip(kinds, rows, strict=True)
    )
    return f'<ul class="legend">{"".join(items)}</ul>'


def _tables(stats: Stats) -> str:
    report = stats.report
    advice = "".join(
        f'<li>{_text(each.text)} <span class="quiet">({_text(each.evidence)})</span></li>' for each in stats.recommendations
    )
    value = [(each.name, words.measured(each.value, each.unit), each.how) for each in stats.value]
    worth = [
        (f.task, f"{f.answers:,}", words.dollars(f.micro_dollars), words.measured(f.acceptance, "share"),
         words.measured(f.cost_per_accepted, "micro_dollars"))
        for f in stats.features
    ]  # fmt: skip
    nothing = "Nothing that the record supports beyond chance."
    return '<div class="grid" style="margin-top:16px">' + "".join(
        (
            _section("Models", "", _groups(report.models), "wide"),
            _section("What it was worth", "", _table(("", "", "how it was computed"), value, numbers=(1,)), "wide"),
            _section("What each task costs", "Cost: all answers over those that were taken.", _table(
                ("task", "answers", "spent", "taken", "for each one taken"), worth, numbers=(1, 2, 3, 4)), "wide"),
            _section("Recommended", "", f'<ul class="advice">{advice}</ul>' if advice else _missing(nothing), "wide"),
        )
    ) + f"</div>{_metrics(report)}{_how(stats)}"  # fmt: skip


def _groups(groups: Sequence[Group]) -> str:
    rows = [
        (
            each.name,
            f"{each.requests:,}",
            words.dollars(each.micro_dollars),
            words.spread(each.total_ms),
            f"{each.tokens_per_second:,.0f}" if each.tokens_per_second else "–",
            f"{each.quality:.2f}" if each.quality is not None else "–",
            words.percent(each.acceptance.value) if each.acceptance else "–",
        )
        for each in groups
    ]
    head = ("model", "requests", "spent", "median · 95 %", "tokens/s", "check score", "taken")
    return _table(head, rows, numbers=(1, 2, 3, 4, 5, 6)) if rows else _missing("no model has answered yet")


def _metrics(report: Report) -> str:
    found = report.metrics
    quality, times, use, sure = found.response_quality, found.response_time, found.resource_efficiency, found.reliability
    rows = [
        ("accuracy", f"{quality.accuracy:.2f}" if quality.accuracy is not None else None),
        ("relevance", words.measured(quality.relevance, "share") if quality.relevance else None),
        ("completeness", words.measured(quality.completeness, "share") if quality.completeness else None),
        ("satisfaction", f"{quality.satisfaction:.1f} of 5" if quality.satisfaction is not None else None),
        ("first_token_ms", words.spread(times.first_token_ms) if times.first_token_ms else None),
        ("total_ms", words.spread(times.total_ms) if times.total_ms else None),
        ("processing_ms", words.spread(times.processing_ms) if times.processing_ms else None),
        ("queue_ms", words.spread(times.queue_ms) if times.queue_ms else None),
        ("tokens_per_second", f"{use.tokens_per_second:,.0f}" if use.tokens_per_second else None),
        ("cost_per_request", words.dollars(use.cost_per_request) if use.cost_per_request is not None else None),
        ("memory_bytes", f"{use.memory_bytes / 2**20:,.0f} MiB" if use.memory_bytes else None),
        ("cpu_share", words.percent(use.cpu_share) if use.cpu_share is not None else None),
        *((name, words.measured(getattr(sure, name), "share") if getattr(sure, name) else None)
          for name in ("success", "errors", "timeouts", "availability")),
    ]  # fmt: skip
    names = {"first_token_ms": "first text", "total_ms": "whole answer", "processing_ms": "Pointsman's own part",
             "queue_ms": "wait before a model"}  # fmt: skip
    cells = [
        (names.get(name, name.replace("_bytes", "").replace("_", " ")), figure or "not measured yet", DEFINITIONS[name])
        for name, figure in rows
    ]
    table = _table(("", "", ""), cells, (1,))
    return f"<details><summary>All metrics, with their definitions</summary><section>{table}</section></details>"


def _how(stats: Stats) -> str:
    found = stats.report.savings
    return (
        f'<details open><summary>How “saved” was computed</summary><p class="note">{_text(found.how)}.</p></details>'
        if found
        else ""
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    def cell(i: int, text: str, tag: str) -> str:
        kind = ' class="n"' if i in numbers else ""
        return f"<{tag}{kind}>{_text(text)}</{tag}>"

    top = "".join(cell(i, text, "th") for i, text in enumerate(head))
    body = "".join(f"<tr>{''.join(cell(i, text, 'td' if i else 'th') for i, text in enumerate(row))}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _missing(why: str) -> str:
    return f'<p class="nothing">{_text(why[0].upper() + why[1:])}.</p>'.replace("..", ".")


def _text(text: str) -> str:
    return escape(printable(text))
