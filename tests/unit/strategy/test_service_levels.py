"""The four service levels: their triggers, and that they do not flap."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.strategy.conftest import SHIPPED

from pointsman.core.types import ServiceLevel, Tier
from pointsman.strategy.service_levels import ORDER, LevelState, Metrics, step

RULES = SHIPPED.degradation
EVERY = frozenset(Tier)
WELL = Metrics(up=EVERY, bound=EVERY)


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({}, ServiceLevel.FULL),
        ({"average_response_s": 10.0}, ServiceLevel.FULL),
        ({"average_response_s": 10.1}, ServiceLevel.REDUCED),
        ({"error_rate": 0.10}, ServiceLevel.FULL),
        ({"error_rate": 0.11}, ServiceLevel.REDUCED),
        ({"utilization": 0.91}, ServiceLevel.REDUCED),
        ({"downtime_s": 301.0}, ServiceLevel.REDUCED),
        ({"rate_limited": True}, ServiceLevel.REDUCED),
        ({"network_down": True}, ServiceLevel.REDUCED),
        ({"up": frozenset({Tier.STANDARD, Tier.BUDGET})}, ServiceLevel.REDUCED),
        ({"up": frozenset({Tier.BUDGET})}, ServiceLevel.MINIMAL),
        ({"up": frozenset()}, ServiceLevel.EMERGENCY),
    ],
)
def test_degradation_triggers(change, level):
    found = step(LevelState(), replace(WELL, **change), RULES, 0.0)
    assert found.level is level
    assert bool(found.reason) == (level is not ServiceLevel.FULL)


def test_better_only_after_a_minute_of_calm():
    state = step(LevelState(), replace(WELL, error_rate=0.2), RULES, 0.0)
    for second in range(10, 70, 10):
        state = step(state, WELL, RULES, float(second))
        assert state.level is ServiceLevel.REDUCED
    assert step(state, WELL, RULES, 70.0).level is ServiceLevel.FULL


def test_an_error_rate_that_hovers_at_the_trigger_changes_the_level_once():
    state, changes = LevelState(), 0
    for second in range(0, 3_600, 5):
        found = step(state, replace(WELL, error_rate=0.099 if second % 10 else 0.101), RULES, float(second))
        changes += found.level is not state.level
        state = found
    assert changes == 1


@given(st.lists(st.tuples(st.floats(0, 1), st.sets(st.sampled_from(list(Tier)))), max_size=40))
def test_levels_fall_at_once_and_never_rise_faster_than_the_rules_allow(history):
    state, changed_for_better = LevelState(), []
    for second, (errors, up) in enumerate(history):
        metrics = Metrics(up=frozenset(up), bound=EVERY, error_rate=errors)
        found = step(state, metrics, RULES, second * 10.0)
        if ORDER.index(found.level) < ORDER.index(state.level):
            changed_for_better.append(second * 10.0)
        if not up:
            assert found.level is ServiceLevel.EMERGENCY
        state = found
    assert all(later - sooner >= RULES.recovers_after_s for sooner, later in pairwise(changed_for_better))


@pytest.mark.parametrize(
    ("level", "features"),
    [
        (ServiceLevel.FULL, ("complex_analysis", "creative_solutions", "expert_advice")),
        (ServiceLevel.REDUCED, ("basic_analysis", "standard_solutions", "general_advice")),
        (ServiceLevel.MINIMAL, ("simple_tasks", "template_responses", "cached_solutions")),
        (ServiceLevel.EMERGENCY, ("rule_based_responses", "static_templates", "error_messages")),
    ],
)
def test_every_level_declares_its_features(level, features):
    assert SHIPPED.levels[level].features == features
    assert SHIPPED.levels[level].description
