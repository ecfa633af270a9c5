"""The requirement's key metrics, by its own groups and names, each with its definition.

A metric that nothing has been measured for is None. `DEFINITIONS` says how each is computed; reports print it beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pointsman.monitoring import histogram, intervals
from pointsman.monitoring.histogram import Histogram
from pointsman.monitoring.intervals import Estimate
from pointsman.monitoring.tally import Tally
from pointsman.storage.figures import Usage

FREQUENCY = {
    "real_time": ("response_time", "error_rate"),
    "minute_intervals": ("throughput", "resource_usage"),
    "hourly_analysis": ("quality_scores", "user_satisfaction"),
    "daily_reports": ("cost_analysis", "performance_trends"),
}
"""What the requirement wants how often. Real time is a window in memory, the rest are the rollups of that period."""

DEFINITIONS = {
    "accuracy": "mean score (0-1) that the automatic checks gave to models' answers",
    "relevance": "share of the suggestions shown that a person took, in whole or in part; needs feedback",
    "completeness": "share of the models' answers that came whole: neither empty, nor cut, nor broken off",
    "satisfaction": "mean of explicit ratings, 1 to 5; needs ratings",
    "first_token_ms": "from the call of the answering model to its first text",
    "total_ms": "from the request to the whole answer, all rungs together",
    "processing_ms": "the part of the total in which no model was at work: decision, money, checks, record",
    "queue_ms": "from the request to the first call of a model",
    "tokens_per_second": "output tokens over the time between the first text and the end of the answer",
    "cost_per_request": "micro-dollars spent, calls that failed included, over requests that somebody waited for",
    "memory_bytes": "largest resident memory of a server process, measured once a minute while it works",
    "cpu_share": "mean share of one core that a server process used in such a minute",
    "success": "share of requests that a model or the cache answered",
    "errors": "share of the calls of models that gave no usable answer",
    "timeouts": "share of the calls of models that ran out of time",
    "availability": "share of requests that somebody waited for which did not end without a model because models were down",
}


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles of a time, in milliseconds."""

    p50: float
    p95: float
    samples: int


@dataclass(frozen=True, slots=True)
class Quality:
    accuracy: float | None
    relevance: Estimate | None
    completeness: Estimate | None
    satisfaction: float | None
    ratings: int


@dataclass(frozen=True, slots=True)
class Times:
    first_token_ms: Spread | None
    total_ms: Spread | None
    processing_ms: Spread | None
    queue_ms: Spread | None


@dataclass(frozen=True, slots=True)
class Efficiency:
    tokens_per_second: float | None
    cost_per_request: float | None
    memory_bytes: int | None
    cpu_share: float | None


@dataclass(frozen=True, slots=True)
class Reliability:
    success: Estimate | None
    errors: Estimate | None
    timeouts: Estimate | None
    availability: Estimate | None


@dataclass(frozen=True, slots=True)
class Metrics:
    """The four groups of `key_metrics`."""

    response_quality: Quality
    response_time: Times
    resource_efficiency: Efficiency
    reliability: Reliability


def metrics(sums: Tally, usage: Sequence[Usage] = ()) -> Metrics:
    """Every metric of the requirement, from sums and from what processes used."""
    broken = sum(sums.faults[fault] for fault in ("cut", "empty"))
    return Metrics(
        Quality(
            accuracy=sums.quality / sums.checked if sums.checked else None,
            relevance=intervals.share(sums.accepted, sums.shown),
            completeness=intervals.share(sums.checked, sums.checked + broken),
            satisfaction=sums.rating_sum / sums.ratings if sums.ratings else None,
            ratings=sums.ratings,
        ),
        Times(spread(sums.first_ms), spread(sums.total_ms), spread(sums.own_ms), spread(sums.queue_ms)),
        Efficiency(
            tokens_per_second=sums.output_tokens / (sums.writing_ms / 1_000) if sums.writing_ms else None,
            cost_per_request=sums.micro_dollars / sums.asked if sums.asked else None,
            memory_bytes=max((each.memory_bytes for each in usage), default=None),
            cpu_share=math.fsum(each.cpu_share for each in usage) / len(usage) if usage else None,
        ),
        Reliability(
            success=intervals.share(sums.served, sums.asked),
            errors=intervals.share(sums.failed_calls, sums.calls),
            timeouts=intervals.share(sums.timeouts, sums.calls),
            availability=intervals.share(sums.asked - sums.without, sums.asked),
        ),
    )


def spread(times: Histogram) -> Spread | None:
    """Median and 95th percentile of a histogram of milliseconds; None when it is empty."""
    if not times:
        return None
    return Spread(histogram.percentile(times, 0.5), histogram.percentile(times, 0.95), sum(times.values()))
