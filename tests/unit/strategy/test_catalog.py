"""strategy.toml as a user changes it: what is merged, what is refused, and in which words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.strategy.conftest import SHIPPED, profile

from pointsman.config.layers import merged
from pointsman.config.load import shipped_strategy
from pointsman.core.errors import ConfigError
from pointsman.core.types import ServiceLevel
from pointsman.strategy import catalog
from pointsman.strategy.plan import Live
from pointsman.strategy.policy import plan


def changed(**changes):
    return merged(shipped_strategy(), changes)


def test_the_shipped_strategy_has_nothing_that_is_not_read():
    assert catalog.load(shipped_strategy()).notices == ()


def test_a_user_s_row_changes_the_route_without_touching_python():
    raw = changed(task_routing={"debugging_tasks": {"simple_bug_fixes": {"preferred_model": "gpt_4_turbo"}}})
    found = plan(profile(task="simple_bug_fixes"), catalog.load(raw), None, Live())
    assert found.model == "gpt_4_turbo"


def test_a_user_s_own_task_and_model_need_no_python():
    raw = changed(
        model_ecosystem={"primary_models": {"house_model": {"tier": "standard", "quality": 0.8}}},
        task_routing={"house_tasks": {"translate": {"preferred_model": "house_model", "fallback": "gpt_4_turbo"}}},
    )
    assert plan(profile(task="translate"), catalog.load(raw), None, Live()).chain[:2] == ("house_model", "gpt_4_turbo")


def test_the_order_of_the_combination_is_data():
    raw = changed(combination={"propose": ["domain", "task"]})
    found = plan(profile(task="css_optimization", domain="mobile"), catalog.load(raw), None, Live())
    assert found.model == "mobile_specialist"


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"selection_criteria": {"cost_constraints": {"budget": "gpt_5"}}}, "cost_constraints.budget", "use one of"),
        ({"fallback_strategy": {"timeout_s": "30s"}}, "fallback_strategy.timeout_s", "without quotes"),
        ({"fallback_strategy": {"quality": 7}}, "fallback_strategy.quality", "from 0 to 1"),
        ({"fallback_strategy": {"unavailable": "yes"}}, "fallback_strategy.unavailable", "true or false"),
        ({"task_routing": 5}, "task_routing", "[task_routing]"),
        ({"agent_model_mapping": {"frontend_agent": {"fallback_models": "gpt_4_turbo"}}}, "fallback_models", '["one", "two"]'),
        ({"ensemble_methods": {"consensus_voting": {"models_used": ["ensemble_approach"]}}}, "models_used", "use some of"),
        ({"combination": {"raise": ["luck"]}}, "combination.raise", "use some of"),
        ({"model_tier_fallbacks": {"tier_1_premium": {"tier": "standard"}}}, "model_tier_fallbacks", 'tier = "premium"'),
        ({"budget_allocation": {"daily_limits": {"premium": -1}}}, "budget_allocation.daily_limits.premium", "from 0"),
        ({"everyday_tasks": {"explain": {"deadline": "whenever"}}}, "everyday_tasks.explain.deadline", "use one of"),
    ],
)  # fmt: skip
def test_bad_data_names_the_key_and_the_remedy(changes, key, words):
    with pytest.raises(ConfigError) as caught:
        catalog.load(changed(**changes))
    assert key in str(caught.value) and words in str(caught.value) and "strategy.toml" in str(caught.value)


def leaves(value, path=()):
    for key, each in value.items():
        yield (*path, key)
        if isinstance(each, dict):
            yield from leaves(each, (*path, key))


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.sampled_from(sorted(SHIPPED.slots)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(list(leaves(shipped_strategy()))), ODD)
def test_no_value_whatever_breaks_a_start_or_a_decision(path, value):
    raw = shipped_strategy()
    table = raw
    for key in path[:-1]:
        table = table[key]
    table[path[-1]] = value
    found = catalog.usable(raw)
    for words in (
        {},
        {"task": "simple_bug_fixes"},
        {"accuracy": "perfect", "domain": "mobile"},
        {"task": "review_file", "cost": "budget"},
    ):
        decided = plan(profile(**words), found, None, Live())
        assert decided.chain and decided.attempt_s <= decided.deadline_s


def test_a_broken_strategy_leaves_the_shipped_one_with_a_notice():
    found = catalog.usable(changed(fallback_strategy={"quality": 7}))
    assert found.triggers.quality == 0.7
    assert "fallback_strategy.quality" in found.notices[0]


def test_a_key_that_nothing_reads_is_named_with_what_was_meant():
    assert "did you mean task_routing?" in catalog.load(changed(task_routin={})).notices[0]


def test_fallback_triggers(strategy):
    found = strategy.triggers
    assert (found.unavailable, found.timeout_s, found.error_rate, found.quality) == (True, 30, 0.05, 0.7)
    assert found.sequence == ("same_tier", "lower_tier", "cached_response", "emergency")


def test_every_service_level_has_its_row(strategy):
    assert set(strategy.levels) == set(ServiceLevel)


def test_model_ecosystem(strategy):
    assert {name: slot.base for name, slot in strategy.slots.items() if slot.base} == {
        "frontend_specialist": "claude_4_sonnet",
        "backend_specialist": "gpt_4_turbo",
        "mobile_specialist": "codellama_70b",
    }
    assert strategy.slots["codellama_70b"].strengths == ("code_specialization", "local_deployment", "privacy")
    assert strategy.slots["claude_4_sonnet"].limitations == ("cost", "response_time")


def test_ensemble_rows(strategy):
    voting, analysis = strategy.ensembles["consensus_voting"], strategy.ensembles["complementary_analysis"]
    assert voting.models == ("claude_4_sonnet", "gpt_4_turbo", "specialized_models")
    assert (voting.threshold, voting.conflict_resolution) == ("2_out_of_3", "human_review_required")
    assert voting.weighting == {"claude_4_sonnet": 1.2, "gpt_4_turbo": 1.0, "codellama_70b": 0.8, "specialized_models": 1.1}
    assert analysis.roles["implementation_focus"] == "codellama_70b"
