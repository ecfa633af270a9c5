"""Sums over answers that can be added to each other: what a minute, an hour, a day or a report is made of.

A request that was cancelled (the person typed on) counts as cancelled and as nothing else: it neither failed nor succeeded.
Milliseconds, micro-dollars and seconds since the epoch throughout.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from pointsman.core.types import Source
from pointsman.monitoring import histogram
from pointsman.monitoring.attempts import tried
from pointsman.monitoring.feedback import Reception
from pointsman.monitoring.histogram import Histogram
from pointsman.storage.answers import AnswerRow

SERVED = (Source.MODEL.value, Source.CACHE.value)
"""The sources that are whole service."""

_NEVER = Reception()


@dataclass(slots=True)
class Tally:
    """Counts, sums and histograms of one group of answers.

    `served` were answered by a model or the cache; `degraded` by a rung below every model; `refused` not at all. `without`
    ended below the models because models were down. `calls` are the calls of models, `failed_calls` those that gave no usable
    answer. `checked` and `quality` count and sum the scores of automatic checks. `steps` counts which rung answered: "1" is
    the first one that was tried, and below the models stands the source's name.
    """

    requests: int = 0
    cancelled: int = 0
    served: int = 0
    cached: int = 0
    degraded: int = 0
    refused: int = 0
    stood_in: int = 0
    without: int = 0
    calls: int = 0
    failed_calls: int = 0
    timeouts: int = 0
    down: int = 0
    micro_dollars: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    writing_ms: int = 0
    checked: int = 0
    quality: float = 0.0
    shown: int = 0
    accepted: int = 0
    kept: int = 0
    edited: int = 0
    dismissed: int = 0
    ratings: int = 0
    rating_sum: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    total_ms: Histogram = field(default_factory=Counter)
    first_ms: Histogram = field(default_factory=Counter)
    queue_ms: Histogram = field(default_factory=Counter)
    own_ms: Histogram = field(default_factory=Counter)

    def add(self, row: AnswerRow, reception: Reception = _NEVER) -> None:
        """Count one answer."""
        self.requests += 1
        self.micro_dollars += row.micro_dollars
        if row.cancelled:
            self.cancelled += 1
            return
        self._add_source(row)
        self._add_attempts(row)
        self._add_times(row)
        self._add_reception(reception)
        self.levels[row.service_level] += 1

    def merge(self, other: Tally) -> None:
        """Add another's figures to this."""
        for each in fields(self):
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            if isinstance(mine, Counter):
                mine.update(theirs)
            else:
                setattr(self, each.name, mine + theirs)

    @property
    def asked(self) -> int:
        """Requests that somebody waited for."""
        return self.requests - self.cancelled

    def _add_source(self, row: AnswerRow) -> None:
        self.served += row.source in SERVED
        self.cached += row.source == Source.CACHE
        self.refused += row.source == Source.NONE
        self.degraded += row.source not in (*SERVED, Source.NONE)
        self.input_tokens += row.input_tokens
        self.output_tokens += row.output_tokens
        if row.source == Source.MODEL:
            self.checked += 1
            self.quality += row.quality

    def _add_attempts(self, row: AnswerRow) -> None:
        rungs = tried(row.attempts)
        answering = next((place for place, rung in enumerate(rungs, 1) if not rung.fault), 1)
        self.steps[str(answering) if row.source == Source.MODEL else row.source] += 1
        self.stood_in += row.source == Source.MODEL and any(rung.fault for rung in rungs)
        self.without += row.source not in SERVED and any(rung.was_down for rung in rungs)
        for rung in rungs:
            self.calls += rung.called
            self.down += rung.was_down
            if rung.fault:
                self.faults[rung.fault] += 1
                self.failed_calls += rung.called
                self.timeouts += rung.called and rung.fault == "timeout"

    def _add_times(self, row: AnswerRow) -> None:
        self.total_ms.update(histogram.of([row.elapsed_ms]))
        self.own_ms.update(histogram.of([max(row.elapsed_ms - row.model_ms, 0)]))
        if row.model_ms:
            self.queue_ms.update(histogram.of([row.queue_ms]))
        if row.first_token_ms is not None:
            self.first_ms.update(histogram.of([row.first_token_ms]))
            answering = next((rung.called_s or 0.0 for rung in tried(row.attempts) if not rung.fault), 0.0)
            self.writing_ms += max(round(answering * 1_000) - row.first_token_ms, 0)

    def _add_reception(self, reception: Reception) -> None:
        self.shown += reception.shown
        self.accepted += reception.accepted
        self.kept += reception.kept
        self.edited += reception.edited
        self.dismissed += reception.dismissed
        if reception.rating is not None:
            self.ratings += 1
            self.rating_sum += reception.rating


def tally(rows: Iterable[AnswerRow], received: Mapping[str, Reception]) -> Tally:
    """The sums of `rows`; `received` is by the answer's id."""
    found = Tally()
    for row in rows:
        found.add(row, received.get(row.id, _NEVER))
    return found


def as_json(sums: Tally) -> dict[str, object]:
    """Plain data that `from_json` reads; what is zero or empty is left out."""
    plain: dict[str, object] = {}
    for each in fields(sums):
        value = getattr(sums, each.name)
        if value:
            plain[each.name] = {str(key): count for key, count in value.items()} if isinstance(value, Counter) else value
    return plain


def from_json(plain: Mapping[str, object]) -> Tally:
    """What `as_json` wrote. Figures of a later version are left out, and so is what is no figure."""
    found = Tally()
    for each in fields(found):
        value = plain.get(each.name)
        if each.name.endswith("_ms") and isinstance(getattr(found, each.name), Counter):
            setattr(found, each.name, histogram.from_json(value))
        elif isinstance(getattr(found, each.name), Counter):
            setattr(found, each.name, Counter(value) if isinstance(value, dict) else Counter())
        elif isinstance(value, int | float):
            setattr(found, each.name, value)
    return found
