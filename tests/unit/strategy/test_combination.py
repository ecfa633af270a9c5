"""What happens when criteria disagree: laws over all combinations, and the cases that a person would ask about."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.strategy.conftest import SHIPPED, route

from pointsman.core.types import Method, Tier
from pointsman.strategy.rows import SYMBOLS

RANK = {Tier.BUDGET: 0, Tier.STANDARD: 1, Tier.PREMIUM: 2}
WORDS = {
    "task": tuple(SHIPPED.tasks),
    "complexity": ("simple", "moderate", "complex", "expert_level"),
    "domain": ("frontend", "backend", "mobile", "devops", "general"),
    "latency": ("immediate", "fast", "standard", "batch"),
    "cost": ("budget", "balanced", "premium", "unlimited"),
    "accuracy": ("basic", "good", "excellent", "perfect"),
    "experience": ("beginner", "intermediate", "expert"),
    "style": ("detailed", "concise", "code_focused"),
    "project_size": ("small", "medium", "large"),
    "stack": ("modern_stack", "legacy_stack", "cutting_edge"),
}


def without(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Any combination of stated and unstated criteria but these."""
    return st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(words) for name, words in WORDS.items() if name not in names}
    )


def strength(plan: Any) -> tuple[int, int]:
    return RANK[plan.tier], plan.method is Method.ENSEMBLE


@settings(max_examples=400, deadline=None)
@given(without("complexity"))
def test_raising_complexity_never_lowers_the_tier(rest):
    tiers = [RANK[route(**rest, complexity=level).tier] for level in WORDS["complexity"]]
    assert tiers == sorted(tiers)


@settings(max_examples=400, deadline=None)
@given(without("accuracy"))
def test_asking_for_more_accuracy_never_gives_a_weaker_answer(rest):
    found = [strength(route(**rest, accuracy=word)) for word in WORDS["accuracy"]]
    assert found == sorted(found)


@settings(max_examples=400, deadline=None)
@given(without("cost"))
def test_asking_for_cheaper_never_gives_a_dearer_plan(rest):
    plans = [route(**rest, cost=word) for word in WORDS["cost"]]
    assert (dollars := [plan.estimate.micro_dollars for plan in plans]) == sorted(dollars)
    assert (tiers := [RANK[plan.tier] for plan in plans]) == sorted(tiers)


@settings(max_examples=400, deadline=None)
@given(without("latency"))
def test_asking_for_faster_never_gives_a_slower_tier(rest):
    tiers = [RANK[route(**rest, latency=word).tier] for word in WORDS["latency"]]
    assert tiers == sorted(tiers)


@settings(max_examples=300, deadline=None)
@given(without(), st.sampled_from(sorted(SHIPPED.slots)))
def test_the_user_s_choice_always_comes_first(words, slot):
    plan = route(**words, override=slot)
    assert plan.chain[0] == plan.model == slot
    assert plan.reasons[0].startswith(f"you chose {slot}")


@settings(max_examples=300, deadline=None)
@given(without())
def test_every_plan_is_whole_explained_and_always_the_same(words):
    plan = route(**words)
    assert plan == route(**words)
    assert plan.chain[0] == plan.model
    assert len(set(plan.chain)) == len(plan.chain)
    assert not set(plan.chain) & set(SYMBOLS)
    assert plan.reasons and all(line and "\n" not in line and len(line) < 160 for line in plan.reasons)
    for name, word in words.items():
        if name != "domain" or word != "general":
            assert any(word in line for line in plan.reasons), (name, word, plan.reasons)


@settings(max_examples=300, deadline=None)
@given(without())
def test_code_that_must_stay_here_is_planned_for_local_models_alone(words):
    plan = route(**words, local_only=True)
    assert all(SHIPPED.slots[slot].local for slot in plan.chain)


@settings(max_examples=300, deadline=None)
@given(without())
def test_a_rung_never_has_more_time_than_the_whole_answer(words):
    plan = route(**words)
    assert 0 < plan.attempt_s <= plan.deadline_s
    assert plan.attempt_s <= 30


@pytest.mark.parametrize(
    ("words", "model", "because"),
    [
        (
            {
                "task": "simple_bug_fixes", "complexity": "expert_level", "latency": "immediate", "cost": "budget",
                "style": "code_focused",
            },
            "codellama_70b",
            "cost budget allows codellama_70b at most, not frontend_specialist",
        ),
        ({"task": "simple_bug_fixes", "complexity": "complex"}, "claude_4_sonnet", "complexity complex asks for more"),
        ({"task": "complex_debugging", "complexity": "simple"}, "claude_4_sonnet", "task complex_debugging prefers"),
        ({"task": "complex_debugging", "cost": "balanced"}, "gpt_4_turbo", "cost balanced allows gpt_4_turbo at most"),
        ({"task": "css_optimization", "domain": "frontend"}, "gpt_4_turbo", "task css_optimization prefers"),
        ({"task": "explain", "style": "detailed"}, "claude_4_sonnet", "style detailed prefers"),
        ({"task": "explain", "domain": "backend"}, "backend_specialist", "domain backend prefers"),
        ({"task": "explain", "domain": "backend", "style": "concise"}, "gpt_4_turbo", "style concise prefers"),
        ({"task": "review_file", "domain": "mobile"}, "mobile_specialist", "domain mobile prefers"),
        ({"task": "inline_completion", "complexity": "expert_level"}, "codellama_70b", "the task is immediate"),
        ({"domain": "backend", "cost": "balanced"}, "gpt_4_turbo", "cost balanced allows gpt_4_turbo at most"),
        ({"accuracy": "perfect", "cost": "budget"}, "codellama_70b", "cost budget allows"),
        ({"cost": "premium", "latency": "fast"}, "gpt_4_turbo", "latency fast asks for gpt_4_turbo"),
    ],
)  # fmt: skip
def test_the_decisive_reason_comes_first(ask, words, model, because):
    plan = ask(**words)
    assert plan.model == model
    assert plan.reasons[0].startswith(because)


@pytest.mark.parametrize(
    ("words", "method", "chain"),
    [
        ({"task": "simple_bug_fixes"}, "cascade", ("codellama_70b", "gpt_4_turbo")),
        ({"task": "simple_bug_fixes", "complexity": "moderate"}, "single", ("gpt_4_turbo", "codellama_70b")),
        ({"task": "code_generation", "complexity": "simple"}, "cascade", ("codellama_70b", "gpt_4_turbo", "claude_4_sonnet")),
        ({"task": "code_generation", "complexity": "moderate"}, "single", ("gpt_4_turbo", "codellama_70b")),
        ({"task": "refactor", "domain": "frontend", "complexity": "simple"}, "cascade", ("gpt_4_turbo", "frontend_specialist")),
        ({"task": "refactor", "domain": "mobile", "complexity": "simple"}, "cascade", ("gpt_4_turbo", "mobile_specialist")),
        ({"task": "simple_bug_fixes", "latency": "immediate"}, "single", ("codellama_70b", "gpt_4_turbo")),
        ({"task": "code_generation", "complexity": "simple", "accuracy": "excellent"}, "single", ("claude_4_sonnet",)),
        ({"task": "technical_writing", "complexity": "simple"}, "single", ("claude_4_sonnet",)),
    ],
)
def test_cascade_only_where_an_answer_can_be_checked_and_time_allows(ask, words, method, chain):
    plan = ask(**words)
    assert (plan.method, plan.chain[: len(chain)]) == (method, chain)


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ({}, (30, 20)),
        ({"task": "inline_completion"}, (2.5, 1.5)),
        ({"task": "completion"}, (3, 2)),
        ({"task": "review_file"}, (60, 30)),
        ({"latency": "immediate"}, (5, 3)),
        ({"latency": "fast"}, (15, 9)),
        ({"latency": "batch"}, (120, 30)),
    ],
)
def test_deadlines_by_request_class(ask, words, seconds):
    plan = ask(**words)
    assert (plan.deadline_s, plan.attempt_s) == seconds


def test_an_unknown_task_has_no_say_and_the_plan_says_so(ask):
    plan = ask(task="juggling", complexity="simple")
    assert plan.model == "codellama_70b"
    assert "task juggling is not in strategy.toml and has no say" in plan.reasons
