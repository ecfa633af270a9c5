"""Money, times and shares in the words that both views use."""

from __future__ import annotations

import math

from pointsman.cli.stats_figures import Stats
from pointsman.monitoring.intervals import Estimate
from pointsman.monitoring.metrics import Spread


def dollars(micro_dollars: float) -> str:
    """As few digits as still say something: $12.30, $0.042, $0."""
    amount = abs(micro_dollars) / 1_000_000
    sign = "−" if micro_dollars < 0 else ""
    if amount == 0:
        return "$0"
    if amount >= 0.995:
        return f"{sign}${amount:,.2f}"
    return f"{sign}${amount:.3f}" if amount >= 0.0095 else f"{sign}${amount:.5f}".rstrip("0")


def dollar_ticks(value: float, step: float) -> str:
    """Micro-dollars at a chart's edge: the same digits at every tick, as many as the steps need."""
    power = math.floor(math.log10(step))
    digits = 6 - power + (round(step / 10**power, 6) == 2.5)
    return (
        "$0" if value == 0 else f"{'−' if value < 0 else ''}${abs(value) / 1_000_000:,.{max(digits, 2) if digits > 0 else 0}f}"
    )


def time_ticks(value: float, step: float) -> str:
    if value == 0:
        return "0"
    return f"{value:g} ms" if step < 500 else f"{value / 1_000:g} s"


def milliseconds(value: float) -> str:
    if value < 995:
        return f"{value:.0f} ms"
    return f"{value / 1_000:.1f} s" if value < 99_500 else f"{value / 60_000:.0f} min"


def seconds(value: float) -> str:
    if value < 90:
        return f"{value:.0f} s"
    return f"{value / 60:.0f} min" if value < 5_400 else f"{value / 3_600:.1f} h"


def percent(value: float) -> str:
    """Never 100 % or 0 % of what is only nearly all or nothing."""
    if 0 < value < 0.001 or 0.999 < value < 1:
        return "< 0.1 %" if value < 0.5 else "> 99.9 %"
    return f"{value * 100:.1f} %" if 0 < value < 0.0995 or 0.9 < value < 1 else f"{value * 100:.0f} %"


def share(estimate: Estimate | None) -> str:
    return "no data yet" if estimate is None else percent(estimate.value)


def between(low: str, high: str) -> str:
    """An interval in words; one value where rounding makes both the same."""
    return low if low == high else f"{low} to {high}"


def share_interval(estimate: Estimate) -> str:
    return between(percent(estimate.low), percent(estimate.high))


def spread(times: Spread | None) -> str:
    return "no data yet" if times is None else f"{milliseconds(times.p50)} · {milliseconds(times.p95)}"


def measured(value: Estimate | None, unit: str) -> str:
    """A figure with its interval, in its unit: s, share, score or micro_dollars."""
    if value is None:
        return "not measured"
    say = {"s": seconds, "share": percent, "micro_dollars": dollars}.get(unit, "{:.2f}".format)
    return f"{say(value.value)} ({between(say(value.low), say(value.high))})"


def saying(stats: Stats) -> str:
    """The whole in one or two sentences."""
    report, found = stats.report, stats.report.savings
    said = f"{report.requests:,} requests cost {dollars(report.spent)}."
    if found is None or found.share is None:
        return said
    always, saved = f"Always asking {stats.benchmark} would have cost about {dollars(found.always_premium)}", found.saved
    if found.spent != report.spent:
        always = f"{dollars(found.spent)} of it are from the last 30 days. {always}"
    if saved.high <= 0:
        return f"{said} {always}: nothing was saved."
    interval = between(dollars(saved.low), dollars(saved.high))
    sure = "" if saved.low > 0 else ", so it may be nothing"
    return f"{said} {always}: {dollars(saved.value)} saved ({interval}{sure})."


def rung(step: str) -> str:
    """The rungs of the ladder by their number among those tried, and what stands below the models."""
    names = {"1": "first choice", "2": "second rung", "3": "third rung", "none": "no answer"}
    return names.get(step, f"rung {step}" if step.isdigit() else step)
