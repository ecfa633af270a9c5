"""What a plan becomes when models are unbound, down, failing, slow, too dear or not on this machine."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.strategy.conftest import SHIPPED, profile
from tests.unit.strategy.test_combination import without

from pointsman.core.types import Deployment, Method, Price, ServiceLevel, Tier
from pointsman.strategy.plan import Live, SlotState
from pointsman.strategy.policy import plan

CLAUDE = Deployment("claude_4_sonnet", "claude_4_sonnet", "anthropic", "claude-x", key="anthropic", price=Price(2, 10, 1))
GPT = Deployment("gpt_4_turbo", "gpt_4_turbo", "openai", "gpt-x", key="openai", price=Price(2, 10, 1))
LLAMA = Deployment("codellama_70b", "codellama_70b", "llama_cpp", "/models/x.gguf")
UNBOUND = Deployment("codellama_70b", "codellama_70b", "llama_cpp", "")
ALL = (CLAUDE, GPT, LLAMA)


def decide(deployments, states=None, **words):
    return plan(profile(**words), SHIPPED, deployments, Live(states or {}))


def test_an_unbound_model_is_skipped_with_a_reason():
    found = decide((CLAUDE, GPT, UNBOUND), task="simple_bug_fixes")
    assert found.chain == ("gpt_4_turbo", "claude_4_sonnet")
    assert (found.model, found.tier, found.method) == ("gpt_4_turbo", Tier.STANDARD, Method.SINGLE)
    assert found.reasons[0] == "gpt_4_turbo is next in line: codellama_70b is bound to no model in config.toml"


def test_a_specialist_is_served_as_its_base_model_is():
    assert decide(ALL, domain="backend").chain[0] == "backend_specialist"
    assert decide((CLAUDE, LLAMA), domain="backend").chain[0] == "claude_4_sonnet"


@pytest.mark.parametrize("only", ALL, ids=lambda each: each.slot)
@settings(max_examples=60, deadline=None)
@given(without("cost"))
def test_with_one_model_up_somebody_is_always_asked(only, words):
    assert decide((only,), **words).chain


def test_the_last_resort_says_that_it_is_all_there_is():
    found = decide((CLAUDE,), task="inline_completion")
    assert found.model == "claude_4_sonnet"
    assert "claude_4_sonnet is all that can be called" in found.reasons[0]


def test_a_stated_cost_limit_keeps_dearer_models_out_of_the_last_resort():
    found = decide((CLAUDE,), task="inline_completion", cost="budget")
    assert found.chain == ()
    assert found.service_level is ServiceLevel.EMERGENCY
    assert found.reasons[0] == "no model can be asked that cost budget allows (no local model; no model for gpt_4_turbo)"


def test_a_model_that_is_down_is_left_out_with_its_own_reason():
    found = decide(
        ALL, {"claude_4_sonnet": SlotState(False, "rests after rate limited, for 3 s more")}, task="complex_debugging"
    )
    assert found.chain == ("gpt_4_turbo", "codellama_70b")
    assert "rests after rate limited" in found.reasons[0]


@pytest.mark.parametrize(
    ("state", "because"),
    [
        (SlotState(error_rate=0.06), "6% of its answers fail"),
        (SlotState(mean_latency_s=31), "it takes 31 s on average"),
        (SlotState(quality_lost=0.16), "its answers have lost 16% of quality"),
    ],
)
def test_a_troubled_model_goes_last(state, because):
    found = decide(ALL, {"claude_4_sonnet": state}, task="complex_debugging")
    assert found.chain == ("gpt_4_turbo", "codellama_70b", "claude_4_sonnet")
    assert because in found.reasons[0]


@pytest.mark.parametrize("state", [SlotState(error_rate=0.9), SlotState(mean_latency_s=99), SlotState(quality_lost=0.5)])
def test_a_troubled_model_that_the_user_chose_stays_first(state):
    assert decide(ALL, {"claude_4_sonnet": state}, override="claude_4_sonnet").model == "claude_4_sonnet"


@pytest.mark.parametrize("state", [SlotState(error_rate=0.05), SlotState(mean_latency_s=30)])
def test_at_the_trigger_itself_nothing_moves_yet(state):
    assert decide(ALL, {"claude_4_sonnet": state}, task="complex_debugging").model == "claude_4_sonnet"


def test_a_model_whose_money_is_spent_is_left_out():
    found = decide(ALL, {"claude_4_sonnet": SlotState(budget_left=0)}, task="complex_debugging")
    assert found.model == "gpt_4_turbo"
    assert "would exceed its limit for today" in found.reasons[0]


def test_local_only_keeps_code_here_even_against_the_user_s_choice():
    found = decide(ALL, task="complex_debugging", local_only=True, override="claude_4_sonnet")
    assert found.chain[0] == "codellama_70b"
    assert "must stay here" in found.reasons[0]


def test_local_only_asks_any_slot_that_is_bound_to_this_machine():
    here = Deployment("gpt_4_turbo", "gpt_4_turbo", "openai", "qwen", base_url="http://127.0.0.1:8080/v1")
    assert decide((CLAUDE, here), task="complex_debugging", local_only=True).chain == ("gpt_4_turbo", "backend_specialist")


@settings(max_examples=200, deadline=None)
@given(without(), st.sets(st.sampled_from([each.slot for each in ALL])), st.booleans())
def test_nobody_is_asked_who_cannot_be(words, down, local_only):
    found = decide(ALL, {slot: SlotState(False, "is down") for slot in down}, **words, local_only=local_only)
    assert not set(found.chain) & down
    assert not local_only or set(found.chain) <= {"codellama_70b", "mobile_specialist"}
    assert found.reasons


def test_a_reduced_service_asks_one_model_at_a_time():
    reduced = plan(profile(accuracy="perfect"), SHIPPED, ALL, Live(service_level=ServiceLevel.REDUCED))
    assert reduced.method is Method.SINGLE
    assert plan(profile(accuracy="perfect"), SHIPPED, ALL, Live()).method is Method.ENSEMBLE
    minimal = plan(profile(task="simple_bug_fixes"), SHIPPED, ALL, Live(service_level=ServiceLevel.MINIMAL))
    assert minimal.method is Method.SINGLE


def test_an_ensemble_of_one_is_a_single_model():
    assert decide((CLAUDE,), accuracy="perfect", domain="devops").method is Method.SINGLE


def test_a_cascade_that_would_save_nothing_is_none():
    assert decide(ALL, task="refactor", domain="frontend", complexity="simple").method is Method.SINGLE


def test_best_available_is_the_best_that_can_be_called():
    down = {"claude_4_sonnet": SlotState(False, "is down")}
    assert decide(ALL, down, cost="unlimited").model == "gpt_4_turbo"


def test_the_estimate_is_that_of_the_deployment_which_is_asked_first():
    dear = Deployment("gpt_4_turbo", "gpt_4_turbo", "openai", "x", key="openai", price=Price(2_000_000, 10_000_000))
    found = decide((dear,), cost="balanced", input_tokens=1_000, output_tokens=100)
    assert found.estimate.micro_dollars == 2_000 + 1_000
