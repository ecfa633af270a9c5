"""Figures of value: by hand, with their interval, or honestly none; and advice that chance alone never gives."""

from __future__ import annotations

from random import Random

import pytest
from tests.unit.monitoring.rows import answer, fallback, said
from tests.unit.strategy.conftest import SHIPPED

from pointsman.monitoring.feedback import receptions
from pointsman.storage.answers import AnswerRow
from pointsman.strategy.recommendations import recommendations
from pointsman.strategy.return_on_investment import FEW, Figure, cost_per_accepted, features, figures, judged


def named(rows: list[AnswerRow], events: list = ()) -> dict[str, Figure]:  # type: ignore[assignment, type-arg]
    return {each.name: each for each in figures(judged(rows, receptions(events)))}


def taken(rows: list[AnswerRow], share: float = 1.0) -> list:  # type: ignore[type-arg]
    return [said(row.id, "accepted" if number < share * len(rows) else "shown") for number, row in enumerate(rows)]


def test_without_feedback_nothing_is_invented() -> None:
    found = named([answer(n) for n in range(200)])
    assert [name for name, figure in found.items() if figure.value is not None] == ["Error reduction rates"]
    assert all(figure.how for figure in found.values())
    assert all("not measured" in figure.how for figure in found.values() if figure.value is None)


def test_time_saved_is_typing_less_the_wait_from_fast_to_slow_typists() -> None:
    rows = [answer(n) for n in range(20)]
    found = named(rows, taken(rows))
    # 400 characters at 200 a minute are 120 s, less 1 s of waiting.
    each, all_ = found["Time saved per task"].value, found["Development time reduction"].value
    assert each is not None and all_ is not None
    assert (each.value, all_.value) == (119, 20 * 119)
    assert each.low == pytest.approx(400 * 60 / 350 - 1)
    assert each.high == pytest.approx(400 * 60 / 150 - 1)


def test_what_is_only_read_saves_no_typing() -> None:
    rows = [answer(n, task="code_review") for n in range(20)]
    found = named(rows, taken(rows))
    assert found["Time saved per task"].value is None
    assert found["Code review automation"].value is not None


def test_fixes_and_documentation_have_their_own_figures() -> None:
    fixes = [answer(n, task="simple_bug_fixes") for n in range(20)]
    documents = [answer(100 + n, task="api_documentation") for n in range(20)]
    found = named([*fixes, *documents], [*taken(fixes, 0.5), *taken(documents)])
    fixed, written = found["Bug fix efficiency"].value, found["Documentation generation savings"].value
    assert fixed is not None and (fixed.value, fixed.samples) == (0.5, 20)
    assert written is not None and written.value == 20 * 119


def test_errors_held_back_are_a_share_of_calls_with_its_interval() -> None:
    tried = [["a", "a", "malformed", 1.0, 5, 1.0], ["b", "b", "", 1.0, 5, 1.0]]
    found = named([answer(n, attempts=tried) for n in range(10)])
    held = found["Error reduction rates"].value
    assert held is not None and held.value == 0.5 and held.low < 0.5 < held.high
    assert found["Quality improvement scores"].value is not None


def test_cost_for_each_accepted_counts_what_nobody_took() -> None:
    rows = [answer(n) for n in range(40)]
    found = cost_per_accepted(judged(rows, receptions(taken(rows, 0.5))))
    assert found is not None
    assert found.value == 300
    assert found.low < 300 < found.high
    few = rows[: FEW - 1]
    assert cost_per_accepted(judged(few, receptions(taken(few)))) is None


def test_fallbacks_and_cancelled_requests_are_nobody_s_merit() -> None:
    rows = [fallback(1), answer(2, cancelled=1), answer(3)]
    assert [each.row.id for each in judged(rows, {})] == ["a3"]


def test_features_are_by_task_the_most_used_first() -> None:
    rows = [answer(1, task="api_design"), answer(2, task="code_review"), answer(3, task="code_review")]
    assert [(f.task, f.answers, f.micro_dollars) for f in features(judged(rows, {}))] == [
        ("code_review", 2, 300),
        ("api_design", 1, 150),
    ]


def advice(rows: list[AnswerRow], events: list = ()) -> list[str]:  # type: ignore[assignment, type-arg]
    return [each.kind for each in recommendations(judged(rows, receptions(events)), SHIPPED.slots)]


def spaced(count: int, first: int = 0, **more: object) -> list[AnswerRow]:
    return [answer(first + n, at=1_800_000_000.0 + 600 * (first + n), **more) for n in range(count)]


def test_premium_that_lies_idle_on_complex_code_is_named() -> None:
    assert advice(spaced(100, complexity="complex")) == ["underused_premium"]
    assert advice(spaced(100, complexity="complex", model="claude_4_sonnet")) == []
    assert advice(spaced(20, complexity="complex")) == []


def test_a_cheap_model_whose_answers_are_held_back_deserves_an_upgrade() -> None:
    tried = [["codellama_70b", "x", "malformed", 1.0, 5, 1.0], ["gpt_4_turbo", "y", "", 1.0, 5, 1.0]]
    assert advice(spaced(60, attempts=tried, model="gpt_4_turbo")) == ["upgrade"]


@pytest.mark.parametrize(
    ("dear", "cheap", "kinds"), [(0.9, 0.4, ["worth_premium"]), (0.4, 0.8, ["budget_suffices"]), (0.6, 0.6, [])]
)
def test_premium_is_worth_it_only_where_people_take_more_of_it(dear: float, cheap: float, kinds: list[str]) -> None:
    premium, budget = spaced(80, model="claude_4_sonnet"), spaced(80, 1_000)
    assert advice([*premium, *budget], [*taken(premium, dear), *taken(budget, cheap)]) == kinds


def test_chance_alone_is_no_advice() -> None:
    random, found = Random(5), 0
    for _ in range(40):
        premium, budget = spaced(60, model="claude_4_sonnet"), spaced(60, 1_000)
        events = [said(row.id, random.choice(["accepted", "shown"])) for row in (*premium, *budget)]
        found += bool(advice([*premium, *budget], events))
    assert found <= 3


def test_bursts_of_one_task_could_be_batched_but_not_what_is_typed() -> None:
    assert advice([answer(n, task="code_review") for n in range(60)]) == ["batching"]
    assert advice([answer(n, task="inline_completion") for n in range(60)]) == []
