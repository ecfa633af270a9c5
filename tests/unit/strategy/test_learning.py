"""What learning may do, as laws over any outcomes: bounded, forgetful, private to a workspace, the same for the same seed."""

from __future__ import annotations

import json
import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.strategy.conftest import SHIPPED, profile, route

from pointsman.strategy.adjustment import adjust
from pointsman.strategy.expected_value import Verifier
from pointsman.strategy.learning import Evidence, LearnedState, as_json, believed, explain, from_json, learn, reset, settled

PREMIUM, STANDARD, BUDGET = SLOTS = ("claude_4_sonnet", "gpt_4_turbo", "codellama_70b")
TASK = "complex_debugging"
RULES = SHIPPED.learning
NONE = LearnedState()

outcomes = st.builds(
    Evidence,
    scope=st.sampled_from(["mine", "theirs", "third"]),
    slot=st.sampled_from([*SLOTS, "unknown"]),
    reward=st.floats(),
    weight=st.floats(-1, 2),
    task=st.sampled_from([TASK, "write_tests", ""]),
    complexity=st.sampled_from(["simple", "complex", "odd", ""]),
    domain=st.sampled_from(["frontend", "odd", ""]),
    expected=st.none() | st.floats(),
)


def taught(*evidence: Evidence, state: LearnedState = NONE) -> LearnedState:
    for each in evidence:
        state = learn(state, each, SHIPPED)
    return state


def repeated(slot: str, reward: float, count: int, scope: str = "mine") -> list[Evidence]:
    return [Evidence(scope, slot, reward, task=TASK)] * count


def mean(state: LearnedState, slot: str, **words) -> float:
    return believed(state, "mine", profile(task=TASK, **words), [slot], SHIPPED)[slot].mean


@given(st.lists(outcomes, max_size=60))
def test_no_outcomes_move_a_belief_beyond_its_bound(evidence):
    state = taught(*evidence)
    for scope in ("mine", "theirs", "new"):
        for slot, belief in believed(state, scope, profile(task=TASK), SLOTS, SHIPPED).items():
            assert 0 < belief.mean < 1 and 0 <= belief.spread < 1
            assert abs(belief.mean - SHIPPED.slots[slot].quality) <= RULES.most_shift + 1e-9
    for tallies in state.scopes.values():
        for task in {kind.task for kind in tallies}:
            assert sum(t.weight for kind, t in tallies.items() if kind.task == task) <= RULES.most_weight + 1e-6


@given(st.lists(outcomes.filter(lambda e: e.scope != "mine"), max_size=80), st.integers(0, 99))
def test_a_hostile_workspace_changes_nothing_elsewhere(hostile, seed):
    mine = taught(*repeated(PREMIUM, 0.0, 3), *repeated(STANDARD, 1.0, 2))
    poisoned = taught(*hostile, state=mine)
    asked, planned = profile(task=TASK), route(task=TASK)
    for verifier in (None, Verifier(0.9, 0.2)):
        before = adjust(planned, asked, SHIPPED, mine, Random(seed), scope="mine", verifier=verifier)
        assert adjust(planned, asked, SHIPPED, poisoned, Random(seed), scope="mine", verifier=verifier) == before


def test_ten_thousand_dismissals_in_one_workspace_count_a_hundred_there_and_fade():
    hostile = taught(*repeated(PREMIUM, 0.0, 10_000))
    (tally,) = hostile.scopes["mine"].values()
    assert tally.weight == pytest.approx(RULES.most_weight, rel=0.01)
    recovered = taught(*repeated(PREMIUM, 1.0, 300), state=hostile)
    assert mean(recovered, PREMIUM) > 0.85


def test_workspaces_beyond_the_limit_are_forgotten_the_oldest_first():
    state = taught(*[Evidence(f"w{n}", PREMIUM, 1.0) for n in range(RULES.most_scopes + 5)])
    assert len(state.scopes) == RULES.most_scopes
    assert "w4" not in state.scopes and "w5" in state.scopes


def test_a_belief_begins_with_the_strategy_and_follows_the_outcomes():
    assert mean(NONE, PREMIUM) == SHIPPED.slots[PREMIUM].quality
    assert mean(taught(*repeated(PREMIUM, 1.0, 5)), PREMIUM) > SHIPPED.slots[PREMIUM].quality
    low = [mean(taught(*repeated(PREMIUM, 0.0, count)), PREMIUM) for count in (0, 2, 10, 50)]
    assert low == sorted(low, reverse=True) and low[0] - low[-1] > 0.2


def test_hard_tasks_are_not_held_against_the_one_model_that_was_asked():
    state = taught(*repeated(PREMIUM, 0.75, 50))
    rated = believed(state, "mine", profile(task=TASK), SLOTS, SHIPPED)
    assert rated[STANDARD].mean < SHIPPED.slots[STANDARD].quality
    assert rated[PREMIUM].mean > rated[STANDARD].mean > rated[BUDGET].mean


def test_another_kind_of_request_counts_less():
    state = taught(*[Evidence("mine", STANDARD, 0.0, task=TASK, complexity="complex", domain="frontend")] * 10)
    same = mean(state, STANDARD, complexity="complex", domain="frontend")
    nearby = mean(state, STANDARD, complexity="complex", domain="backend")
    other = believed(state, "mine", profile(task="write_tests", complexity="simple"), [STANDARD], SHIPPED)[STANDARD].mean
    assert same < nearby < other < SHIPPED.slots[STANDARD].quality


def test_what_was_expected_of_a_hard_case_is_no_surprise():
    expected = [Evidence("mine", PREMIUM, 0.4, task=TASK, expected=0.4)] * 40
    assert mean(taught(*expected), PREMIUM) == pytest.approx(SHIPPED.slots[PREMIUM].quality, abs=0.01)
    assert mean(taught(*[Evidence("mine", PREMIUM, 0.4, task=TASK)] * 40), PREMIUM) < 0.65


@pytest.mark.parametrize("bad", [{"slot": "unknown"}, {"reward": math.nan}, {"reward": math.inf}, {"weight": 0.0}])
def test_evidence_that_says_nothing_changes_nothing(bad):
    assert taught(Evidence(**({"scope": "mine", "slot": PREMIUM, "reward": 1.0} | bad))) == NONE


@given(st.lists(outcomes, max_size=30))
def test_the_state_survives_json_and_a_second_process_decides_alike(evidence):
    state = taught(*evidence)
    read = from_json(json.loads(json.dumps(as_json(state))), SHIPPED)
    assert {s: set(k) for s, k in read.scopes.items()} == {s: set(k) for s, k in state.scopes.items()}
    for slot in SLOTS:
        assert mean(read, slot) == pytest.approx(mean(state, slot), abs=1e-3)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.sampled_from([TASK, PREMIUM]),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)


@given(json_values)
def test_anything_in_the_place_of_a_state_is_read_within_the_bounds(data):
    state = from_json({"mine": [data, [TASK, "", "", PREMIUM, 1e9, -1e300]], "odd": data}, SHIPPED)
    assert abs(mean(state, PREMIUM) - SHIPPED.slots[PREMIUM].quality) <= RULES.most_shift + 1e-9
    from_json(data, SHIPPED)


def test_explain_and_reset():
    state = taught(*repeated(PREMIUM, 0.0, 20), Evidence("theirs", STANDARD, 1.0, task=TASK))
    (line,) = explain(state, "mine", profile(task=TASK), SHIPPED)
    assert PREMIUM in line and "90%" in line and "18.2 outcomes" in line
    assert "nothing was learned" in explain(state, "new", profile(task=TASK), SHIPPED)[0]
    assert list(reset(state, "mine").scopes) == ["theirs"]
    assert reset(state) == NONE


def test_feedback_on_one_answer_counts_once_and_the_strongest_word_holds():
    assert settled(["shown", "accepted_whole", "kept"], RULES) == RULES.rewards["kept"]
    assert settled(["shown", "dismissed"], RULES).reward == 0.0
    assert settled(["shown", "rated_5", "unheard_of"], RULES).reward == 1.0
    assert settled(["unheard_of"], RULES) is None
    rated = [RULES.rewards[f"rated_{stars}"].reward for stars in range(1, 6)]
    assert rated == [0.0, 0.25, 0.5, 0.75, 1.0]
