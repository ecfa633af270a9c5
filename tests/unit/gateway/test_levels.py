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
from pointsman.core.types import Level, Method, ServiceLevel, Source
from pointsman.strategy.plan import Profile


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


async def test_a_busy_machine_reduces_the_service(tmp_path: Path) -> None:
    busy = [0.91]
    made = rig(tmp_path, utilization=lambda: busy[0])
    assert made.gateway.service_level is ServiceLevel.REDUCED
    assert made.gateway.service_reason == "the machine is 91% busy"
    busy[0] = 0.85
    advance(made, 61.0)
    assert made.gateway.service_level is ServiceLevel.REDUCED
    busy[0] = 0.5
    assert made.gateway.service_level is ServiceLevel.REDUCED
    advance(made, 61.0)
    assert made.gateway.service_level is ServiceLevel.FULL
    await made.aclose()


async def test_a_model_that_is_down_for_five_minutes_reduces_the_service(tmp_path: Path) -> None:
    both = [deployment(PREMIUM, f"{PREMIUM}/eu"), deployment(PREMIUM, f"{PREMIUM}/us")]
    made = rig(tmp_path, deployments=both)
    made.provider.script(f"{PREMIUM}/eu", fails(Fault.AUTH))
    while f"{PREMIUM}/eu" not in made.provider.called:
        await made.answer(ask(scope=f"workspace {len(made.provider.calls)}"))
    advance(made, 299.0)
    assert made.gateway.service_level is ServiceLevel.FULL
    advance(made, 2.0)
    assert made.gateway.service_level is ServiceLevel.REDUCED
    assert made.gateway.service_reason == "a model has been down for 5 minutes"
    await made.aclose()


async def test_levels_do_not_flap_when_the_gateway_s_error_rate_hovers(three: Rig) -> None:
    changes: list[ServiceLevel] = []
    three.gateway.subscribe_levels(lambda level, _: changes.append(level))
    assert three.gateway.service_level is ServiceLevel.FULL
    # Every eighth call fails, then every twelfth, by turns for an hour: over the trigger and under it.
    rates: set[bool] = set()
    for number in range(720):
        call = len(three.provider.calls)
        failing = call % (8 if number // 60 % 2 else 12) == 0
        for slot in LADDER:
            three.provider.script(slot, *([fails(Fault.SERVER)] if failing else []), says("fine"))
        if failing:
            # The next rung answers, whichever it is.
            first = three.gateway.plan(ask().profile).model
            for slot in set(LADDER) - {first}:
                three.provider.script(slot, says("fine"))
        await three.answer(ask(f"question {number}"))
        rates.add(three.gateway._levels.metrics().error_rate > 0.10)
        advance(three, 5.0)
    assert rates == {True, False}
    assert changes == [ServiceLevel.REDUCED]


async def test_listeners_hear_of_each_change_once_and_of_none_at_the_start(three: Rig) -> None:
    heard: list[tuple[ServiceLevel, str]] = []

    def broken(*_: object) -> None:
        raise RuntimeError

    three.gateway.subscribe_levels(broken)
    leave = three.gateway.subscribe_levels(lambda level, reason: heard.append((level, reason)))
    three.provider.script(PREMIUM, fails(Fault.AUTH))
    await ask_until(three, 4)
    assert heard == [(ServiceLevel.REDUCED, "no premium model can be reached")]
    three.gateway.reconfigure(three.gateway._settings, three.gateway._strategy, three.gateway.fleet.deployments)
    assert three.gateway.service_level is ServiceLevel.FULL
    leave()
    await ask_until(three, 2)
    assert len(heard) == 1
    await three.store.flush()
    events = await three.store.read(lambda db: db.execute("SELECT detail FROM events WHERE kind = 'service_level'").fetchall())
    assert len(events) == 2


async def test_a_reduced_service_asks_one_model_at_a_time(three: Rig) -> None:
    three.provider.script(PREMIUM, fails(Fault.AUTH))
    await ask_until(three, 1)
    answer = await three.answer(ask(profile=Profile(accuracy="perfect")))
    assert (answer.plan.method, answer.service_level) == (Method.SINGLE, ServiceLevel.REDUCED)
    assert any("asks one model at a time" in reason for reason in answer.reasons)


COMPLEX = Profile(task="technical_writing", complexity=Level.COMPLEX)


async def test_minimal_service_answers_a_complex_task_with_a_reason(three: Rig) -> None:
    for slot in (PREMIUM, STANDARD):
        three.provider.missing[slot] = "no key"
    answer = await three.answer(ask(profile=COMPLEX))
    assert (answer.model, answer.service_level) == (BUDGET, ServiceLevel.MINIMAL)
    assert answer.degraded
    assert answer.message == "minimal service is meant for simple tasks, and this one asks for more (complex)"
    assert answer.reasons.count(answer.message) == 1
    simple = await three.answer(ask(profile=Profile(task="simple_syntax_check", complexity=Level.SIMPLE)))
    assert (simple.degraded, simple.message) == (False, "")


async def test_minimal_service_prefers_what_a_better_model_said_before(three: Rig) -> None:
    first = await three.answer(ask(profile=COMPLEX, cacheable=True))
    for slot in (PREMIUM, STANDARD):
        three.provider.missing[slot] = "no key"
    advance(three, 7_200.0)
    answer = await three.answer(ask(profile=COMPLEX, cacheable=True))
    assert (answer.source, answer.model, answer.text) == (Source.CACHE, PREMIUM, first.text)
    assert "2 h old" in answer.message
    other = await three.answer(ask("another question", profile=COMPLEX, cacheable=True))
    assert other.model == BUDGET


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
