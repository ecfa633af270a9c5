"""Every five minutes: when the standings of deployments are worked out anew, and from what."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from tests.unit.strategy.conftest import SHIPPED

from pointsman.core.types import Deployment, Price
from pointsman.strategy.balancing import Load, adjust, due, pick, shares

A, B = (Deployment(f"gpt_4_turbo/{name}", "gpt_4_turbo", "openai", "x") for name in "ab")
ROUND, LEAST, PERFORMANCE = (
    replace(SHIPPED.balancing, algorithm=name) for name in ("weighted_round_robin", "least_connections", "performance_based")
)
FINE = {A.name: Load(), B.name: Load()}


def test_the_standings_hold_for_five_minutes():
    weights = adjust((A, B), FINE, ROUND, now=100.0)
    slower = {**FINE, A.name: Load(mean_latency_s=9.0)}
    assert not due(weights, slower, ROUND, now=100.0 + 299.0)
    assert due(weights, slower, ROUND, now=100.0 + 300.0)


@pytest.mark.parametrize(("now", "at_once"), [(Load(quality=0.91), False), (Load(quality=0.89), True), (Load(0.85), True)])
def test_what_changes_much_is_not_left_waiting(now, at_once):
    assert due(adjust((A, B), FINE, ROUND), {**FINE, A.name: now}, ROUND, now=1.0) is at_once


def test_another_set_of_deployments_is_weighed_at_once():
    assert due(adjust((A,), FINE, ROUND), FINE, ROUND, now=1.0)


def test_predicted_load_moves_weight_away_before_it_is_there():
    assert shares((A, B), {**FINE, A.name: Load(predicted=6.0)}, ROUND)[A.name] < 0.47


def test_the_cost_goal_says_how_much_the_price_counts():
    dear = {A.name: Load(price=Price(output=20)), B.name: Load(price=Price(output=2))}
    share = {goal: shares((A, B), dear, ROUND, goal)[A.name] for goal in ("budget", "balanced", "premium", "unlimited")}
    assert share["budget"] < share["balanced"] < share["premium"] < share["unlimited"] == pytest.approx(0.5)


@pytest.mark.parametrize("balancing", [ROUND, LEAST, PERFORMANCE], ids=lambda each: each.algorithm)
@pytest.mark.parametrize("worse", [Load(quality=0.8), Load(success_rate=0.8)], ids=["quality", "success"])
def test_a_deployment_far_behind_gets_a_probe_share_under_each_algorithm(balancing, worse):
    loads = {**FINE, A.name: worse}
    weights = adjust((A, B), loads, balancing)
    taken = Counter(pick((A, B), loads, balancing, turn=turn, weights=weights).name for turn in range(1_000))
    assert 0 < taken[A.name] <= 50
    assert pick((A, B), loads, balancing, turn=2, sticky=A.name, weights=weights) is B


def test_a_busy_machine_counts_against_what_runs_on_it():
    assert pick((A, B), {A.name: Load(utilization=0.9), B.name: Load()}, LEAST) is B


@pytest.mark.parametrize("worse", [Load(preference=0.4), Load(task_score=0.5)], ids=["preference", "task"])
def test_what_people_keep_and_how_it_does_this_task_count_in_performance(worse):
    assert pick((A, B), {**FINE, A.name: worse}, PERFORMANCE) is B
