"""Service levels and load balancing, as the gateway feeds them from live health."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.gateway.scripted import (
    BUDGET,
    LADDER,
    PREMIUM,
    STANDARD,
    FakeClock,
    Rig,
    ask,
    deployment,
    fails,
    rig,
    says,
    strategy,
)

from pointsman.core.errors import Fault
from pointsman.core.types import ServiceLevel


@pytest.fixture
async def three(tmp_path: Path) -> AsyncIterator[Rig]:
    made = rig(tmp_path)
    yield made
    await made.aclose()


async def ask_until(made: Rig, times: int) -> None:
    for _ in range(times):
        await made.answer(ask())


def advance(made: Rig, seconds: float) -> None:
    assert isinstance(made.clock, FakeClock)
    made.clock.advance(seconds)


async def test_all_up_is_full_service(three: Rig) -> None:
    assert three.gateway.service_level is ServiceLevel.FULL
    assert three.gateway.service_reason == ""


async def test_the_level_falls_with_each_tier_that_is_lost_and_says_why(three: Rig) -> None:
    three.provider.script(PREMIUM, fails(Fault.SERVER))
    await ask_until(three, 3)
    assert three.gateway.service_level is ServiceLevel.REDUCED
    assert "premium" in three.gateway.service_reason
    three.provider.script(STANDARD, fails(Fault.AUTH))
    await ask_until(three, 1)
    assert three.gateway.service_level is ServiceLevel.MINIMAL
    three.provider.script(BUDGET, fails(Fault.AUTH))
    await ask_until(three, 1)
    assert three.gateway.service_level is ServiceLevel.EMERGENCY


async def test_it_rises_only_after_a_minute_of_calm(three: Rig) -> None:
    three.provider.script(PREMIUM, *([fails(Fault.SERVER)] * 3), says("up"))
    await ask_until(three, 3)
    assert three.gateway.service_level is ServiceLevel.REDUCED
    advance(three, 10.0)
    await ask_until(three, 1)
    assert three.gateway.service_level is ServiceLevel.REDUCED
    advance(three, 61.0)
    assert three.gateway.service_level is ServiceLevel.FULL


async def test_emergency_ends_when_a_model_can_be_asked_again(three: Rig) -> None:
    for slot in LADDER:
        three.provider.missing[slot] = "no key"
    assert three.gateway.service_level is ServiceLevel.EMERGENCY
    three.provider.missing.clear()
    advance(three, 6.0)
    assert three.gateway.service_level is ServiceLevel.MINIMAL
    advance(three, 61.0)
    assert three.gateway.service_level is ServiceLevel.FULL


async def test_what_was_never_configured_is_not_missed(three: Rig) -> None:
    three.provider.missing[STANDARD] = "no key"
    assert three.gateway.service_level is ServiceLevel.FULL


async def test_a_rate_limit_reduces_the_service_for_a_while(three: Rig) -> None:
    three.provider.script(PREMIUM, fails(Fault.RATE_LIMITED, retry_after_s=1.0), says("fine"))
    await ask_until(three, 1)
    advance(three, 2.0)
    assert three.gateway.service_level is ServiceLevel.REDUCED
    assert "limit" in three.gateway.service_reason
    advance(three, 60.0)
    assert three.gateway.service_level is ServiceLevel.REDUCED
    advance(three, 61.0)
    assert three.gateway.service_level is ServiceLevel.FULL


async def test_no_network_is_told_apart_from_a_bad_server(tmp_path: Path) -> None:
    remote = {"base_url": "https://models.example.com"}
    made = rig(tmp_path, deployments=[deployment(PREMIUM, **remote), deployment(BUDGET)])
    made.provider.script(PREMIUM, fails(Fault.NETWORK))
    await ask_until(made, 1)
    assert made.gateway.service_level is ServiceLevel.REDUCED
    assert "network" in made.gateway.service_reason
    await made.aclose()


async def test_slow_answers_reduce_the_service(three: Rig) -> None:
    three.provider.script(PREMIUM, [*(["a", 6.0] * 2), *says("slow")])
    await ask_until(three, 6)
    assert three.gateway.service_level is ServiceLevel.REDUCED
    assert "answers take" in three.gateway.service_reason


@pytest.mark.parametrize("algorithm", ["weighted_round_robin", "least_connections", "performance_based"])
async def test_traffic_leaves_a_deployment_that_fails(tmp_path: Path, algorithm: str) -> None:
    both = [deployment(PREMIUM, f"{PREMIUM}/eu"), deployment(PREMIUM, f"{PREMIUM}/us")]
    made = rig(tmp_path, deployments=both, plan=strategy(load_balancing={"algorithm": algorithm}))
    made.provider.script(f"{PREMIUM}/eu", fails(Fault.MALFORMED))
    for number in range(40):
        answer = await made.answer(ask(scope=f"workspace {number}"))
        assert answer.model == PREMIUM
    assert made.provider.called.count(f"{PREMIUM}/us") == 40
    assert made.provider.called[-20:].count(f"{PREMIUM}/eu") <= 3
    await made.aclose()


async def test_a_conversation_stays_where_its_prompt_cache_is_warm(tmp_path: Path) -> None:
    several = [deployment(PREMIUM, f"{PREMIUM}/{place}") for place in ("eu", "us", "asia")]
    made = rig(tmp_path, deployments=several, plan=strategy(load_balancing={"algorithm": "weighted_round_robin"}))
    mine = {(await made.answer(ask(scope="mine"))).deployment for _ in range(6)}
    others = {(await made.answer(ask(scope=f"other {number}"))).deployment for number in range(12)}
    assert len(mine) == 1
    assert len(others) == 3
    await made.aclose()
