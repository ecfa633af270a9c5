"""The requirement's metrics: each by hand on a few answers, and the laws of sums and intervals."""

from __future__ import annotations

import math
import tomllib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.monitoring.rows import answer, fallback, said

from pointsman.monitoring import histogram, intervals
from pointsman.monitoring.feedback import receptions
from pointsman.monitoring.metrics import DEFINITIONS, FREQUENCY, metrics
from pointsman.monitoring.percentiles import percentile
from pointsman.monitoring.tally import Tally, as_json, from_json, tally
from pointsman.storage.figures import Usage


def test_quality_is_what_checks_people_and_ratings_say() -> None:
    rows = [answer(1, quality=0.8), answer(2, quality=1.0), fallback(3, fault="cut")]
    events = [said("a1", "shown"), said("a2", "accepted"), said("a1", "rated", rating=4), said("a2", "rated", rating=5)]
    quality = metrics(tally(rows, receptions(events))).response_quality
    assert quality.accuracy == pytest.approx(0.9)
    assert quality.relevance is not None and quality.relevance.value == 0.5
    assert quality.completeness is not None and quality.completeness.value == pytest.approx(2 / 3)
    assert (quality.satisfaction, quality.ratings) == (4.5, 2)


def test_response_times_are_first_text_total_own_part_and_wait() -> None:
    times = metrics(tally([answer(1), answer(2, elapsed_ms=3_000, model_ms=2_900, first_token_ms=500)], {})).response_time
    found = [times.first_token_ms, times.total_ms, times.processing_ms, times.queue_ms]
    expected = [(250, 500), (1_000, 3_000), (50, 100), (10, 10)]
    for each, (p50, p95) in zip(found, expected, strict=True):
        assert each is not None
        assert (each.p50, each.p95) == (pytest.approx(p50, rel=0.03), pytest.approx(p95, rel=0.03))


def test_efficiency_is_speed_money_memory_and_processor() -> None:
    rows = [answer(1), answer(2, cancelled=1, source="none", micro_dollars=50)]
    use = metrics(tally(rows, {}), [Usage(1, 1, 0.1, 2**20), Usage(2, 1, 0.3, 2**21)]).resource_efficiency
    assert use.tokens_per_second == pytest.approx(100 / 0.75)
    assert use.cost_per_request == 200
    assert (use.memory_bytes, use.cpu_share) == (2**21, pytest.approx(0.2))


def test_reliability_counts_calls_and_not_those_that_were_passed_over() -> None:
    tried = [["a", "a", "timeout", 0.5, 0, 0.5], ["b", "b", "overloaded", 0.0, 0, None], ["c", "c", "", 0.5, 9, 0.5]]
    rows = [answer(1, attempts=tried), answer(2), fallback(3), fallback(4, fault="not_configured")]
    reliability = metrics(tally(rows, {})).reliability
    assert reliability.success is not None and reliability.success.value == 0.5
    assert reliability.errors is not None and (reliability.errors.value, reliability.errors.samples) == (3 / 5, 5)
    assert reliability.timeouts is not None and reliability.timeouts.value == 1 / 5
    assert reliability.availability is not None and reliability.availability.value == 3 / 4


def test_who_typed_on_has_neither_failed_nor_succeeded() -> None:
    cancelled = answer(1, source="none", cancelled=1, attempts=[["a", "a", "timeout", 0.1, 7, 0.1]], micro_dollars=7)
    sums = tally([cancelled], {})
    assert (sums.requests, sums.asked, sums.calls, sums.timeouts, sums.micro_dollars) == (1, 0, 0, 0, 7)
    assert metrics(sums).reliability.success is None


def test_nothing_measured_is_none_and_never_zero() -> None:
    empty = metrics(Tally())
    groups = (empty.response_quality, empty.response_time, empty.resource_efficiency, empty.reliability)
    values = [getattr(group, name) for group in groups for name in type(group).__dataclass_fields__ if name != "ratings"]
    assert values == [None] * len(values)


def test_every_metric_has_its_definition_and_every_frequency_its_groups() -> None:
    assert set(FREQUENCY) == {"real_time", "minute_intervals", "hourly_analysis", "daily_reports"}
    groups = type(metrics(Tally())).__dataclass_fields__
    assert list(groups) == ["response_quality", "response_time", "resource_efficiency", "reliability"]
    assert len(DEFINITIONS) == 16 and all(DEFINITIONS.values())


def test_a_word_taken_is_taken_in_part_and_dismissing_the_rest_does_not_undo_it() -> None:
    found = receptions([said("a", "accepted_word"), said("a", "dismissed"), said("b", "dismissed"), said("c", "nonsense")])
    assert (found["a"].accepted, found["a"].part, found["a"].dismissed) == (True, True, False)
    assert (found["b"].shown, found["b"].accepted, found["b"].dismissed) == (True, False, True)
    assert not found["c"].shown


@given(st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(["model", "cache", "template", "none"]), st.booleans())))
def test_sums_add_up_and_survive_the_disk(made: list[tuple[int, str, bool]]) -> None:
    rows = [
        answer(i, elapsed_ms=ms, source=source, cancelled=int(gone))
        if source == "model"
        else fallback(i, source, elapsed_ms=ms)
        for i, (ms, source, gone) in enumerate(made)
    ]
    whole, parts = tally(rows, {}), Tally()
    for part in (rows[::2], rows[1::2]):
        parts.merge(from_json(as_json(tally(part, {}))))
    assert parts.requests == whole.requests == len(rows)
    assert parts.total_ms == whole.total_ms
    assert parts.quality == pytest.approx(whole.quality)
    assert as_json(parts) | {"quality": 0} == as_json(whole) | {"quality": 0}


@given(st.lists(st.floats(1, 1e6), min_size=1), st.floats(0.01, 1))
def test_a_percentile_of_a_histogram_is_the_measured_one_within_its_width(values: list[float], share: float) -> None:
    assert histogram.percentile(histogram.of(values), share) == pytest.approx(percentile(values, share), rel=0.026)


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', "not toml = [", "\x00"])
def test_figures_from_elsewhere_are_left_out(text: str) -> None:
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        plain = {"requests": "many", "faults": [1], "total_ms": {"x": "y"}, "unheard_of": 1}
    assert as_json(from_json(plain)) == {}


def test_wilson_s_interval_is_the_published_one() -> None:
    # Newcombe 1998, table I: 81 of 263 and 15 of 148.
    for count, of, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (29, 29, 0.8830, 1.0),
    ):
        found = intervals.share(count, of)
        assert found is not None
        assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))
    assert intervals.share(0, 0) is None


def test_the_bootstrap_covers_what_it_should() -> None:
    random, hits = Random(3), 0
    for round_ in range(200):
        values = [random.expovariate(1.0) for _ in range(60)]
        found = intervals.mean(values, seed=round_)
        assert found is not None
        hits += found.low <= 1.0 <= found.high
    # 95 % is nominal; the percentile bootstrap of a skewed mean of sixty comes a little short.
    assert 0.88 <= hits / 200 <= 0.99


def test_the_same_values_give_the_same_interval() -> None:
    values = [1.0, 2.0, 5.0, 9.0]
    assert intervals.mean(values, seed=4) == intervals.mean(values, seed=4)
    assert intervals.mean([]) is None
    assert not math.isnan(intervals.mean([1.0]).low)  # type: ignore[union-attr]
