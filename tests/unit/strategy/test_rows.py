"""Every row of the requirement's tables, alone: the model and the next step are the row's."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROWS = tomllib.loads(Path(__file__).with_name("rows.toml").read_text("utf-8"))["row"]
CASES = [
    pytest.param(row["option"], word, expected, id=f"{row['name']}-{word}")
    for row in ROWS
    for word, expected in row["words"].items()
]


@pytest.mark.parametrize(("option", "word", "expected"), CASES)
def test_a_criterion_alone_gives_its_row(ask, option, word, expected):
    plan = ask(**{option: word})
    model, following, *method = expected
    assert plan.chain[:2] == (model, following)
    assert plan.model == model
    assert plan.method == (method[0] if method else "single")


@pytest.mark.parametrize(("option", "word", "expected"), CASES)
def test_every_chain_is_a_full_ladder_without_repeats(ask, strategy, option, word, expected):
    plan = ask(**{option: word})
    assert len(set(plan.chain)) == len(plan.chain) >= 3
    assert set(strategy.ladders[plan.tier].rungs) <= set(plan.chain)
    assert plan.emergency == strategy.ladders[plan.tier].emergency


@pytest.mark.parametrize(
    ("words", "chain", "emergency"),
    [
        ({"cost": "premium"}, ("claude_4_sonnet", "gpt_4_turbo", "codellama_70b"), "cached_responses"),
        ({"cost": "balanced"}, ("gpt_4_turbo", "codellama_70b", "claude_4_sonnet"), "template_responses"),
        ({"cost": "budget"}, ("codellama_70b", "gpt_4_turbo", "local_models"), "rule_based_system"),
    ],
    ids=["tier_1_premium", "tier_2_standard", "tier_3_budget"],
)
def test_model_tier_fallbacks(ask, words, chain, emergency):
    plan = ask(**words)
    assert (plan.chain, plan.emergency) == (chain, emergency)


@pytest.mark.parametrize(
    ("domain", "chain"),
    [
        ("frontend", ("frontend_specialist", "gpt_4_turbo", "claude_4_sonnet", "codellama_70b")),
        ("backend", ("backend_specialist", "claude_4_sonnet", "gpt_4_turbo", "codellama_70b")),
        ("mobile", ("mobile_specialist", "gpt_4_turbo", "codellama_70b", "claude_4_sonnet")),
    ],
)
@pytest.mark.parametrize("other", [{}, {"complexity": "expert_level"}, {"latency": "batch"}])
def test_agent_model_mapping(ask, domain, chain, other):
    assert ask(domain=domain, **other).chain == chain


@pytest.mark.parametrize(
    ("domain", "model"),
    [
        ("frontend", "frontend_specialist"),
        ("backend", "backend_specialist"),
        ("mobile", "mobile_specialist"),
        ("devops", "claude_4_sonnet"),
        ("general", "claude_4_sonnet"),
    ],
)
def test_specialized_models_means_the_specialist_of_the_domain(ask, domain, model):
    assert ask(complexity="expert_level", domain=domain).model == model


def test_ensemble_asks_both_primary_models_and_the_specialist_of_the_domain(ask):
    assert ask(accuracy="perfect", domain="backend").chain[:3] == ("claude_4_sonnet", "gpt_4_turbo", "backend_specialist")


def test_nothing_stated_is_the_balanced_model(ask):
    assert ask().model == "gpt_4_turbo"


def test_the_reason_of_a_task_row_is_the_requirement_s_own(ask):
    first = ask(task="simple_bug_fixes").reasons[0]
    assert first == "task simple_bug_fixes prefers codellama_70b: pattern recognition for common issues"


def test_prices_are_the_requirement_s_for_a_thousand_tokens(ask):
    def price(cost: str) -> int:
        return ask(cost=cost, input_tokens=1_000, output_tokens=0).estimate.micro_dollars

    assert [price("premium"), price("balanced"), price("budget")] == [15_000, 10_000, 2_000]


def test_the_command_prints_exactly_the_documented_keys(tmp_path):
    words = [
        "--task",
        "simple_bug_fixes",
        "--complexity",
        "expert_level",
        "--latency",
        "immediate",
        "--cost",
        "budget",
        "--style",
        "code_focused",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pointsman", "route", "--json", *words],
        capture_output=True, text=True, check=True, env={"POINTSMAN_CONFIG_DIR": str(tmp_path), "PATH": ""},
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert list(found) == ["model", "tier", "method", "chain", "emergency", "reasons", "estimate", "service_level"]
    assert (found["model"], found["chain"][1], found["tier"]) == ("codellama_70b", "gpt_4_turbo", "budget")
    assert set(found["estimate"]) == {"input_tokens", "output_tokens", "micro_dollars"}
    assert found["service_level"] == "full_service"


def test_an_unknown_word_names_the_option_and_the_words_that_it_knows(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "pointsman", "route", "--json", "--cost", "cheap"],
        capture_output=True, text=True, check=False, env={"POINTSMAN_CONFIG_DIR": str(tmp_path), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 2
    assert "--cost" in done.stderr and "budget, balanced, premium, unlimited" in done.stderr


def test_a_mistake_in_the_user_s_strategy_is_told_and_the_shipped_one_holds(tmp_path):
    (tmp_path / "strategy.toml").write_text("[fallback_strategy]\nquality = 7\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pointsman", "route", "--json", "--cost", "budget"],
        capture_output=True, text=True, check=True, env={"POINTSMAN_CONFIG_DIR": str(tmp_path), "PATH": ""},
    )  # fmt: skip
    assert json.loads(done.stdout)["model"] == "codellama_70b"
    assert "fallback_strategy.quality" in done.stderr and "the shipped strategy holds" in done.stderr
