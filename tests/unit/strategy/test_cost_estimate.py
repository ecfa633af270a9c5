"""Estimates that learn, and the word before a dear operation."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.strategy.conftest import SHIPPED, profile

from pointsman.core.types import Price, Usage
from pointsman.strategy import policy
from pointsman.strategy.cost_estimate import Billed, estimate
from pointsman.strategy.cost_warning import warn
from pointsman.strategy.plan import Live, Plan


def test_before_anything_is_known_it_is_characters_by_3_7() -> None:
    assert estimate("m", "t", 3_700, [], foreseen_output=50, most_output=100) == Usage(1_000, 50, 0)


@pytest.mark.parametrize(("constant", "slope"), [(300, 0.0), (0, 0.3), (60, 0.1)])
def test_answers_of_a_constant_and_of_a_growing_length_are_both_learnt(constant: int, slope: float) -> None:
    random = Random(1)
    sizes = [round(math.exp(random.uniform(6, 10))) for _ in range(30)]
    noisy = [
        Billed("m", "t", s, Usage(s // 3 + 40, round((constant + slope * s) * math.exp(random.gauss(0, 0.1))))) for s in sizes
    ]
    for size in (500, 3_000, 15_000):
        found = estimate("m", "t", size, noisy, foreseen_output=9_999, most_output=9_999)
        assert found.input_tokens == pytest.approx(size / 3 + 40, rel=0.03)
        assert found.output_tokens == pytest.approx(constant + slope * size, rel=0.15)


def test_a_model_s_tokenizer_is_its_own_but_a_task_s_answers_are_known_from_others() -> None:
    history = [Billed("other", "t", 1_000, Usage(500, 80)) for _ in range(9)] + [
        Billed("m", "u", 1_000, Usage(200, 7)) for _ in range(9)
    ]
    found = estimate("m", "t", 1_000, history, foreseen_output=999, most_output=999)
    assert (found.input_tokens, found.output_tokens) == (200, 80)


def test_one_absurd_bill_does_not_spoil_the_next_estimates() -> None:
    history = [Billed("m", "t", 1_000 + n, Usage(300, 50)) for n in range(20)] + [Billed("m", "t", 1_010, Usage(90_000, 9_000))]
    found = estimate("m", "t", 1_005, history, foreseen_output=1, most_output=10_000)
    assert found.input_tokens == pytest.approx(300, rel=0.1)
    assert found.output_tokens == pytest.approx(50, rel=0.1)


billed = st.builds(
    Billed, st.sampled_from("mn"), st.sampled_from("tu"), st.integers(0, 10**6),
    st.builds(Usage, st.integers(0, 10**6), st.integers(0, 10**5), st.integers(0, 10**6)),
)  # fmt: skip


@given(st.integers(0, 10**7), st.lists(billed, max_size=30), st.integers(1, 10**4))
def test_no_history_makes_an_estimate_fail_or_pass_its_bound(chars: int, history: list[Billed], most: int) -> None:
    found = estimate("m", "t", chars, history, foreseen_output=most, most_output=most)
    assert 0 <= found.cached_tokens <= found.input_tokens
    assert 1 <= found.output_tokens <= most


def planned(read: int, **more: object) -> Plan:
    return policy.plan(profile(input_tokens=read, output_tokens=1_000, **more), SHIPPED, None, Live())


def test_a_dear_operation_names_its_cost_and_cheaper_models() -> None:
    line = warn(planned(40_000, override="claude_4_sonnet"), SHIPPED.slots)
    assert str(line).startswith("about $0.61 with claude_4_sonnet; cheaper: codellama_70b (about $0.082)")


def test_a_usual_request_is_no_reason_for_a_warning() -> None:
    assert warn(planned(1_000), SHIPPED.slots) is None


def test_little_money_left_makes_a_small_sum_dear() -> None:
    line = warn(planned(1_000, override="claude_4_sonnet"), SHIPPED.slots, left=200_000)
    assert line is not None and "of $0.20 left today" in line


def test_only_models_that_can_be_asked_are_offered() -> None:
    plan = planned(40_000, override="claude_4_sonnet")
    assert "no cheaper model" in str(warn(plan, SHIPPED.slots, prices={"claude_4_sonnet": Price(1, 1)}))
    free = warn(plan, SHIPPED.slots, prices={"claude_4_sonnet": Price(15_000_000, 15_000_000), "gpt_4_turbo": Price()})
    assert str(free).endswith("cheaper: gpt_4_turbo (about $0.00)")
