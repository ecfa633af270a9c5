"""Which deployment of a slot takes a request, by each of the three algorithms."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from tests.unit.strategy.conftest import SHIPPED

from pointsman.core.types import Deployment, Price
from pointsman.strategy.balancing import Load, pick, shares

A, B, C = (Deployment(f"gpt_4_turbo/{name}", "gpt_4_turbo", "openai", "x") for name in "abc")
ROUND, LEAST, PERFORMANCE = (
    replace(SHIPPED.balancing, algorithm=name) for name in ("weighted_round_robin", "least_connections", "performance_based")
)


def counted(balancing, loads, requests=1_000):
    return Counter(pick((A, B, C), loads, balancing, turn=turn).name[-1] for turn in range(requests))


def test_equals_share_alike():
    assert all(300 <= count <= 370 for count in counted(ROUND, {}).values())


def test_a_configured_weight_counts():
    heavy = replace(A, weight=2)
    found = Counter(pick((heavy, B), {}, ROUND, turn=turn).name for turn in range(900))
    assert 580 <= found[heavy.name] <= 620


def test_the_round_robin_spreads_in_time_and_not_only_in_sum():
    taken = [pick((A, B, C), {}, ROUND, turn=turn).name for turn in range(60)]
    assert all(len(set(taken[start : start + 6])) == 3 for start in range(54))


@pytest.mark.parametrize(
    "worse",
    [Load(success_rate=0.8), Load(quality=0.5), Load(mean_latency_s=9.0), Load(active=7), Load(price=Price(output=99))],
    ids=["success", "quality", "response_time", "load", "cost"],
)
def test_each_factor_moves_weight_away(worse):
    usual = Load(mean_latency_s=1.0, price=Price(output=1))
    mended = replace(
        worse, mean_latency_s=worse.mean_latency_s or 1.0, price=worse.price if worse.price.output else usual.price
    )
    share = shares((A, B), {A.name: mended, B.name: usual}, ROUND)
    assert share[A.name] < 0.5 < share[B.name]
    assert sum(share.values()) == pytest.approx(1.0)


def test_a_deployment_that_always_fails_gets_next_to_nothing():
    assert counted(ROUND, {A.name: Load(success_rate=0.0)})["a"] <= 1


@pytest.mark.parametrize("balancing", [LEAST, PERFORMANCE], ids=["least_connections", "performance_based"])
def test_the_least_busy_of_equals_is_taken(balancing):
    assert pick((A, B, C), {A.name: Load(active=3), B.name: Load(active=1), C.name: Load(active=2)}, balancing) is B


def test_least_connections_counts_the_queue():
    assert pick((A, B), {A.name: Load(queued=4), B.name: Load(active=1)}, LEAST) is B


def test_performance_takes_the_one_that_succeeds():
    assert pick((A, B), {A.name: Load(success_rate=0.7), B.name: Load(success_rate=0.95)}, PERFORMANCE) is B


def test_performance_takes_the_better_answers():
    assert pick((A, B), {A.name: Load(quality=0.7), B.name: Load(quality=0.95)}, PERFORMANCE) is B


def test_a_conversation_stays_on_its_deployment_while_that_works():
    loads = {A.name: Load(success_rate=0.9, active=5)}
    assert pick((A, B), loads, PERFORMANCE, sticky=A.name) is A
    assert pick((A, B), {A.name: Load(success_rate=0.1)}, PERFORMANCE, sticky=A.name) is B


def test_the_weights_are_adjusted_every_five_minutes():
    assert SHIPPED.balancing.adjustment_s == 300
