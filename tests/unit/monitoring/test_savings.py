"""What was saved, by hand and under hypothesis: never more sure, and never more, than the record supports."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.monitoring.rows import NOON, PREMIUM, answer, fallback, said

from pointsman.monitoring.report import NOBODY, Material, report
from pointsman.monitoring.rollups import summed
from pointsman.monitoring.savings import ASSUMED, savings

DAY = 86_400


def test_recorded_tokens_at_the_premium_price_less_what_was_spent() -> None:
    found = savings([answer(number) for number in range(50)], PREMIUM)
    assert found is not None and found.share is not None
    # 1,000 tokens in at $2 a million and 100 out at $10: $0.003 each, of which $0.00015 was spent.
    assert (found.always_premium, found.spent, found.saved.value) == (150_000, 7_500, 142_500)
    # All requests are alike, so the interval is the assumed length of answers alone: a third of the cost is output.
    assert 100_000 + 50_000 * ASSUMED[0] - 7_500 - 1 <= found.saved.low < 135_000
    assert 150_000 < found.saved.high <= 100_000 + 50_000 * ASSUMED[1] - 7_500 + 1


def test_what_bought_no_answer_counts_against_it() -> None:
    rows = [
        answer(1),
        answer(2, cancelled=1, source="none", micro_dollars=1_000),
        fallback(3),
        answer(4, source="cache", micro_dollars=0),
    ]
    found = savings(rows, PREMIUM)
    assert found is not None
    assert (found.always_premium, found.saved.value, found.saved.samples) == (3_000, 3_000 - 1_150, 1)


def test_always_premium_saves_nothing_and_is_sure_of_it() -> None:
    found = savings([answer(n, model="claude_4_sonnet", micro_dollars=3_000) for n in range(30)], PREMIUM)
    assert found is not None
    assert (found.saved.value, found.saved.low, found.saved.high) == (0, 0, 0)


def test_where_premium_answered_the_same_task_its_length_is_measured() -> None:
    cheap = [answer(n) for n in range(40)]
    dear = [answer(100 + n, model="claude_4_sonnet", output_tokens=200, micro_dollars=4_000) for n in range(40)]
    found = savings([*cheap, *dear], PREMIUM)
    assert found is not None
    # Premium answers are twice as long here: 40 x (2,000 + 2 x 1,000) and 40 x 4,000.
    assert found.always_premium == 40 * 4_000 + 40 * 4_000
    assert "measured for 1 kinds of task" in found.how


def test_without_any_answer_nothing_is_claimed() -> None:
    assert savings([], PREMIUM) is None
    assert savings([fallback(1), answer(2, cancelled=1, source="none")], PREMIUM) is None


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 3_000), st.integers(0, 50_000)), min_size=1, max_size=40))
def test_the_figure_lies_in_its_interval_and_spent_and_saved_add_up(made: list[tuple[int, int, int]]) -> None:
    rows = [answer(i, input_tokens=a, output_tokens=b, micro_dollars=c) for i, (a, b, c) in enumerate(made)]
    found = savings(rows, PREMIUM)
    assert found is not None
    assert found.saved.low <= found.saved.value <= found.saved.high
    assert found.spent + found.saved.value == found.always_premium
    assert found == savings(rows, PREMIUM)


def test_a_report_by_model_task_domain_source_and_day() -> None:
    rows = [
        answer(1),
        answer(2, model="claude_4_sonnet", task="code_review", domain="frontend", micro_dollars=3_000, at=NOON + DAY),
        fallback(3, at=NOON + DAY), answer(4, cancelled=1, source="none", model="", micro_dollars=9, at=NOON + DAY),
    ]  # fmt: skip
    found = report(Material(NOON - DAY, NOON + 2 * DAY, rows, [], [said("a1", "accepted"), said("a2", "shown")]), PREMIUM)
    assert (found.requests, found.cancelled, found.spent) == (4, 1, 3_159)
    assert [(g.name, g.requests, g.micro_dollars) for g in found.models] == [
        ("claude_4_sonnet", 1, 3_000),
        ("codellama_70b", 1, 150),
    ]
    assert {g.name for g in found.tasks} == {"code_generation", "code_review"}
    assert {g.name for g in found.domains} == {"backend", "frontend"}
    assert {g.name: g.requests for g in found.sources} == {"model": 2, "template": 1, "none": 1}
    assert [day.date for day in found.days] == ["2027-01-15", "2027-01-16", "2027-01-17"]
    assert found.days[1].spent == {"claude_4_sonnet": 3_000, NOBODY: 9}
    assert found.acceptance is not None and found.acceptance.value == 0.5
    assert found.steps == {"1": 2, "template": 1}
    assert found.service_levels == {"full_service": 2, "minimal_service": 1}


def test_days_whose_answers_are_gone_count_from_their_sums_and_no_day_twice() -> None:
    old = [answer(n, at=NOON - 40 * DAY + n) for n in range(5)]
    new = [answer(100 + n, at=NOON + n) for n in range(3)]
    older = summed([*old, *new], {}, "day")
    found = report(Material(NOON - 60 * DAY, NOON + DAY, new, older, []), PREMIUM)
    assert found.requests == 8
    assert found.spent == 8 * 150
    assert found.savings is not None and found.savings.spent == 3 * 150


def test_an_empty_report_says_so() -> None:
    found = report(Material(NOON, NOON + DAY, [], [], []), PREMIUM)
    assert found.empty and found.savings is None and found.days == ()
