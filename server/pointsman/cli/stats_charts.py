"""Charts as SVG text: no script, colours and type from the page's style, a label for who cannot see them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

from pointsman.monitoring.intervals import Estimate
from pointsman.security.terminal import printable

Words = Callable[[float], str]
Ticks = Callable[[float, float], str]
"""From a value and the step between ticks to words."""

_WIDTH, _HEIGHT = 500, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 54, 8, 12, 26
_COLOURS = 6
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def stacked(days: Sequence[str], series: Sequence[tuple[str, Sequence[float]]], say: Words, ticks: Ticks, label: str) -> str:
    """One bar a day, one segment a series, the first at the foot. `series` values are in the order of `days`."""
    tops = [sum(values[i] for _, values in series) for i in range(len(days))]
    scale = _Scale(0.0, max(tops, default=0.0))
    parts, slot = [scale.grid(ticks)], _slot(len(days))
    for i, day in enumerate(days):
        foot = 0.0
        for number, (name, values) in enumerate(series):
            if values[i] > 0:
                top = foot + values[i]
                hint = f"{_date(day)}: {name} {say(values[i])}"
                parts.append(_bar(_x(i, len(days)), slot, scale.y(top), scale.y(foot), f"c{number % _COLOURS + 1}", hint))
                foot = top
    return _svg([*parts, _dates(days)], label)


def intervals(days: Sequence[str], values: Sequence[Estimate | None], say: Words, ticks: Ticks, label: str) -> str:
    """One bar a day from zero, with its 95 % interval as a whisker; days without a figure stay empty."""
    known = [each for each in values if each is not None]
    scale = _Scale(min((min(e.low, 0) for e in known), default=0.0), max((max(e.high, 0) for e in known), default=0.0))
    parts, slot = [scale.grid(ticks)], _slot(len(days))
    for i, (day, each) in enumerate(zip(days, values, strict=True)):
        if each is not None:
            x, high, low = _x(i, len(days)), scale.y(max(each.value, 0.0)), scale.y(min(each.value, 0.0))
            hint = f"{_date(day)}: {say(each.value)} ({say(each.low)} to {say(each.high)})"
            parts.append(_bar(x, slot, high, low, "good" if each.value >= 0 else "bad", hint))
            parts.append(f'<path class="whisker" d="M{x:.1f} {scale.y(each.low):.1f}V{scale.y(each.high):.1f}"/>')
    return _svg([*parts, _dates(days)], label)


def band(days: Sequence[str], values: Sequence[tuple[float, float] | None], say: Words, ticks: Ticks, label: str) -> str:
    """A line for the lower and one for the upper value of each day, and the band between; gaps stay gaps."""
    scale = _Scale(0.0, max((each[1] for each in values if each is not None), default=0.0))
    parts = [scale.grid(ticks)]
    for run in _runs(values):
        lower = [(_x(i, len(days)), scale.y(low)) for i, (low, _) in run]
        upper = [(_x(i, len(days)), scale.y(high)) for i, (_, high) in run]
        parts.append(f'<path class="band" d="M{_points(upper)}L{_points(lower[::-1])}Z"/>')
        parts += [f'<path class="line {name}" d="M{_points(line)}"/>' for name, line in (("upper", upper), ("lower", lower))]
        for (i, (low, high)), (x, y), (_, top) in zip(run, lower, upper, strict=True):
            hint = f"<title>{_date(days[i])}: median {_safe(say(low))}, 95th percentile {_safe(say(high))}</title>"
            parts.append(f'<circle class="dot lower" cx="{x:.1f}" cy="{y:.1f}" r="2.5">{hint}</circle>')
            parts.append(f'<circle class="dot upper" cx="{x:.1f}" cy="{top:.1f}" r="2.5">{hint}</circle>')
    return _svg([*parts, _dates(days)], label)


def shares(rows: Sequence[tuple[str, Estimate]], say: Words, label: str) -> str:
    """One line a name: its share as a bar, the interval as a whisker, the figure at the end."""
    left, right, line = 158, 96, 30
    width = _WIDTH - left - right
    parts = []
    for i, (name, each) in enumerate(rows):
        y = _TOP + i * line
        low, high = left + each.low * width, left + each.high * width
        hint = f"<title>{_safe(name)}: {_safe(say(each.value))} of {each.samples:,}</title>"
        parts.append(f'<text class="name" x="{left - 10}" y="{y + 14}" text-anchor="end">{_safe(_short(name))}</text>')
        parts.append(f'<rect class="track" x="{left}" y="{y + 3}" width="{width}" height="14" rx="3"/>')
        parts.append(
            f'<rect class="c1" x="{left}" y="{y + 3}" width="{each.value * width:.1f}" height="14" rx="3">{hint}</rect>'
        )
        parts.append(f'<path class="whisker" d="M{low:.1f} {y + 10}H{high:.1f}M{low:.1f} {y + 6}v8M{high:.1f} {y + 6}v8"/>')
        parts.append(f'<text class="value" x="{_WIDTH - right + 10}" y="{y + 14}">{_safe(say(each.value))}')
        parts.append(f'<tspan class="axis" dx="5">of {each.samples:,}</tspan></text>')
    return _svg(parts, label, height=_TOP + len(rows) * line)


class _Scale:
    """From values to vertical places, with ticks at round values."""

    def __init__(self, low: float, high: float) -> None:
        self.step = _round_step(max(high - low, 1e-9) / 4)
        self.low = math.floor(low / self.step) * self.step
        self.high = max(math.ceil(high / self.step), 1) * self.step

    def y(self, value: float) -> float:
        room = _HEIGHT - _TOP - _BOTTOM
        return _TOP + room * (1 - (value - self.low) / (self.high - self.low))

    def grid(self, ticks: Ticks) -> str:
        parts = []
        for number in range(round((self.high - self.low) / self.step) + 1):
            value = self.low + number * self.step
            value, y = (0.0 if abs(value) < self.step / 1e6 else value), self.y(value)
            kind = "base" if value == 0 else "grid"
            parts.append(f'<path class="{kind}" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>')
            parts.append(
                f'<text class="axis" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_safe(ticks(value, self.step))}</text>'
            )
        return "".join(parts)


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * each for each in (1, 2, 2.5, 5, 10) if power * each >= rough * 0.999)


def _slot(count: int) -> float:
    """The width of a bar: thin where there are many, never a slab where there is one."""
    return min((_WIDTH - _LEFT - _RIGHT) / max(count, 1) * 0.72, 30.0)


def _x(i: int, count: int) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (i + 0.5) / count


def _bar(x: float, width: float, top: float, foot: float, name: str, hint: str) -> str:
    size = f'x="{x - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" height="{max(foot - top, 0.5):.1f}"'
    return f'<rect class="{name}" {size}><title>{_safe(hint)}</title></rect>'


def _dates(days: Sequence[str]) -> str:
    """The first and last day, and some between where there is room."""
    every = max(-(-len(days) // 6), 1)
    shown = [i for i in range(len(days)) if i % every == 0]
    return "".join(
        f'<text class="axis" x="{_x(i, len(days)):.1f}" y="{_HEIGHT - 6}" text-anchor="middle">{_date(days[i])}</text>'
        for i in shown
    )


def _date(day: str) -> str:
    """2026-11-03 as 3 Nov."""
    return f"{int(day[8:10])} {_MONTHS[int(day[5:7]) - 1]}"


def _runs(values: Sequence[tuple[float, float] | None]) -> list[list[tuple[int, tuple[float, float]]]]:
    runs: list[list[tuple[int, tuple[float, float]]]] = [[]]
    for i, each in enumerate(values):
        if each is None:
            runs.append([])
        else:
            runs[-1].append((i, each))
    return [run for run in runs if run]


def _points(points: Sequence[tuple[float, float]]) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _safe(text: str) -> str:
    return escape(printable(text))


def _short(name: str) -> str:
    return name if len(name) <= 22 else name[:21] + "…"


def _svg(parts: Sequence[str], label: str, *, height: float = _HEIGHT) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{_safe(label)}">{"".join(parts)}</svg>'
