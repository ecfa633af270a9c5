"""How learning changes a plan: another order, a checked cheap beginning, and nothing that a person ruled out."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.strategy.conftest import SHIPPED, profile

from pointsman.core.types import Method, ServiceLevel
from pointsman.strategy.adjustment import adjust
from pointsman.strategy.expected_value import Verifier, worth
from pointsman.strategy.learning import Evidence, LearnedState, learn
from pointsman.strategy.plan import Live, SlotState
from pointsman.strategy.policy import plan
from pointsman.strategy.selection import cost_limit, tier_rank

PREMIUM, STANDARD, BUDGET = SLOTS = ("claude_4_sonnet", "gpt_4_turbo", "codellama_70b")
GOOD = Verifier(0.9, 0.2)
COIN = Verifier(0.5, 0.5)
RATES = st.builds(Verifier, st.floats(0, 1), st.floats(0, 1))


class Never(Random):
    """Draws no exploration."""

    def random(self) -> float:
        return 0.999


def taught(**rewards: float) -> LearnedState:
    state = LearnedState()
    for slot, reward in rewards.items():
        for _ in range(60):
            state = learn(state, Evidence("w", slot, reward, task="complex_debugging"), SHIPPED)
    return state


def adjusted(state=None, verifier=None, rng=None, live=None, **words):
    asked = profile(**({"task": "complex_debugging"} | words))
    planned = plan(asked, SHIPPED, None, live or Live())
    found = adjust(planned, asked, SHIPPED, state or LearnedState(), rng or Never(), scope="w", verifier=verifier, live=live)
    return planned, found


def test_before_any_outcome_and_without_a_verifier_the_plan_holds():
    planned, found = adjusted()
    assert found.plan is planned and found.trials == 1


def test_a_model_that_does_better_here_goes_first_and_says_so():
    _, found = adjusted(taught(claude_4_sonnet=0.2, gpt_4_turbo=0.9))
    assert found.plan.model == found.plan.chain[0] == STANDARD
    assert found.plan.tier == SHIPPED.slots[STANDARD].tier
    assert found.plan.reasons[0].startswith("learning: gpt_4_turbo does better here")


def test_with_a_verifier_a_cheap_model_begins_and_the_own_model_follows():
    _, found = adjusted(verifier=GOOD)
    assert (found.plan.method, found.trials) == (Method.CASCADE, 2)
    assert found.plan.chain[0] in (BUDGET, STANDARD) and found.plan.chain[1] == PREMIUM
    assert found.chances[1] < found.chances[0] + 0.3 and found.chances[1] < SHIPPED.slots[PREMIUM].quality
    assert "is checked" in found.plan.reasons[0] and "less cost" in found.plan.reasons[0]


@pytest.mark.parametrize("verifier", [None, COIN, Verifier(0.1, 0.9), Verifier(0.0, 0.0), Verifier(1.0, 1.0)])
def test_a_check_that_tells_nothing_begins_no_cascade(verifier):
    _, found = adjusted(taught(codellama_70b=0.4), verifier)
    assert found.plan.method is Method.SINGLE and found.plan.model == PREMIUM


def test_a_cheap_model_that_fails_here_is_not_tried():
    _, found = adjusted(taught(codellama_70b=0.0, gpt_4_turbo=0.1, claude_4_sonnet=0.9), GOOD)
    assert found.plan.method is Method.SINGLE and found.plan.model == PREMIUM


def test_a_planned_cascade_is_left_out_where_its_beginning_fails():
    words = {"task": "simple_bug_fixes"}
    planned, kept = adjusted(verifier=None, **words)
    assert planned.method is Method.CASCADE and kept.plan is planned
    state = LearnedState()
    for _ in range(80):
        state = learn(state, Evidence("w", BUDGET, 0.0, task="simple_bug_fixes"), SHIPPED)
        state = learn(state, Evidence("w", planned.chain[1], 0.9, task="simple_bug_fixes"), SHIPPED)
    _, found = adjusted(state, GOOD, **words)
    assert found.plan.method is Method.SINGLE and found.plan.model == planned.chain[1]


WORDS = {
    "task": st.sampled_from(["complex_debugging", "write_tests", "simple_bug_fixes", "inline_completion", "code_review"]),
    "complexity": st.sampled_from([None, "simple", "complex"]),
    "cost": st.sampled_from([None, "budget", "balanced", "premium", "unlimited"]),
    "latency": st.sampled_from([None, "immediate", "fast"]),
    "accuracy": st.sampled_from([None, "good", "excellent", "perfect"]),
    "override": st.sampled_from([None, BUDGET, PREMIUM]),
}
STATES = st.dictionaries(st.sampled_from(SLOTS), st.floats(0, 1)).map(lambda rewards: taught(**rewards))


@given(st.fixed_dictionaries(WORDS), STATES, st.none() | RATES, st.integers(0, 999))
def test_learning_only_reorders_within_what_was_stated(words, state, verifier, seed):
    planned, found = adjusted(state, verifier, Random(seed), **words)
    assert sorted(found.plan.chain) == sorted(planned.chain)
    assert found.plan.model == found.plan.chain[0]
    assert 1 <= found.trials <= 2 and len(found.chances) == found.trials
    assert all(0 < chance < 1 for chance in found.chances)
    if words["override"] or planned.method is Method.ENSEMBLE:
        assert found.plan is planned
    if found.plan.chain != planned.chain:
        limit = cost_limit(SHIPPED, words["cost"])
        moved = found.plan.chain[: found.trials]
        assert all(tier_rank(SHIPPED, slot) <= limit or slot in planned.chain[:2] for slot in moved)
        assert words["latency"] != "immediate" or tier_rank(SHIPPED, found.plan.model) == 0
        assert words["accuracy"] != "excellent" or tier_rank(SHIPPED, found.plan.model) == 2
    assert adjusted(state, verifier, Random(seed), **words)[1] == found


def test_a_troubled_model_is_not_moved_forward():
    live = Live({STANDARD: SlotState(error_rate=0.5)})
    _, found = adjusted(taught(claude_4_sonnet=0.2, gpt_4_turbo=0.9), live=live)
    assert found.plan.model == PREMIUM


def test_minimal_service_makes_no_second_call():
    live = Live(service_level=ServiceLevel.MINIMAL)
    assert adjusted(verifier=GOOD, live=live)[1].plan.method is Method.SINGLE


def test_exploring_tries_no_dearer_model_while_the_own_one_does_well():
    tried = {adjusted(rng=Random(seed), task="write_tests")[1].plan.model for seed in range(2_000)}
    assert BUDGET in tried and PREMIUM not in tried


def test_exploring_stays_within_its_share():
    changed = sum(adjusted(rng=Random(seed))[1].plan.model != PREMIUM for seed in range(2_000))
    assert 0 < changed / 2_000 <= SHIPPED.learning.explore


@given(st.lists(st.floats(0.02, 0.98), min_size=1, max_size=3), RATES, st.floats(0, 0.95))
def test_the_expected_value_is_a_chance_and_no_step_costs_twice(beliefs, verifier, likeness):
    found = worth(beliefs, [1.0] * len(beliefs), verifier, likeness)
    assert 0 <= found.success <= 1 and 1 - 1e-9 <= found.cost <= len(beliefs) + 1e-9
    assert len(found.chances) == len(beliefs)
    if len(beliefs) == 1:
        assert found.success == pytest.approx(beliefs[0], abs=0.02)


@given(st.floats(0.1, 0.9), st.floats(0.1, 0.9), st.floats(0, 0.9))
def test_a_perfect_check_never_loses_by_trying_first(cheap, own, likeness):
    perfect = Verifier(1.0, 0.0)
    alone = worth([own], [1.0], perfect, likeness)
    assert worth([cheap, own], [0.1, 1.0], perfect, likeness).success >= alone.success - 1e-9


def test_models_fail_on_the_same_tasks_as_was_recorded():
    """Of what a cheap model solves (.61) a strong one (.71) solves .92, of the rest .39."""
    found = worth([0.61, 0.71], [0, 1], Verifier(1.0, 0.0), SHIPPED.learning.cascade.likeness)
    assert found.chances[1] == pytest.approx(0.39, abs=0.03)


@given(st.floats(0, 1), st.floats(0.3, 1.0), st.floats(0, 0.2))
def test_the_estimate_of_a_verdict_is_right_on_the_average(share, true_positive, false_positive):
    check = Verifier(true_positive, false_positive)
    (yes, weight), (no, _) = check.estimate(True), check.estimate(False)
    accepted = share * true_positive + (1 - share) * false_positive
    if weight:
        assert accepted * yes + (1 - accepted) * no == pytest.approx(share)
    assert 0 <= weight <= 1 and COIN.estimate(True)[1] == 0
