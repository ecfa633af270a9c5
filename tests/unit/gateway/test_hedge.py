"""Hedged requests: two models race where a person waits at the cursor, and nobody pays for more than was used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest
from tests.gateway.scripted import BUDGET, PREMIUM, REMOTE, STANDARD, FakeClock, Rig, ask, deployment, fails, quiet, rig, says

from pointsman.core.errors import Fault
from pointsman.core.types import Price, Source, Usage
from pointsman.gateway.answer import Ask, Verdict
from pointsman.providers.base import Done
from pointsman.strategy.plan import Profile


def inline(**more: object) -> Ask:
    """A request whose chain is budget, standard, premium, with a person waiting for it."""
    return ask(**{"profile": Profile(task="inline_completion"), **more})


@pytest.fixture
async def three(tmp_path: Path) -> AsyncIterator[Rig]:
    made = rig(tmp_path)
    yield made
    await made.aclose()


async def test_a_silent_first_model_is_overtaken_by_the_next_and_closed_at_once(three: Rig) -> None:
    three.provider.script(BUDGET, [1e6])
    began = three.clock.monotonic()
    answer = await three.answer(inline())
    assert answer.text == f"answer of {STANDARD}"
    assert three.clock.monotonic() - began == pytest.approx(0.4, abs=0.01)
    assert three.provider.closed == len(three.provider.calls) == 2
    assert [(each.slot, each.fault) for each in answer.attempts] == [(STANDARD, None), (BUDGET, Fault.TIMEOUT)]
    assert "overtaken by gpt_4_turbo" in answer.message
    assert all(three.gateway.fleet.health(each).active == 0 for each in three.gateway.fleet.deployments)


async def test_a_first_model_that_speaks_in_time_is_alone(three: Rig) -> None:
    three.provider.script(BUDGET, [0.3, "x = 1", 0.4, Done()])
    answer = await three.answer(inline())
    assert (answer.text, three.provider.called) == ("x = 1", [BUDGET])


async def test_the_first_one_may_still_win(three: Rig) -> None:
    three.provider.script(BUDGET, [0.5, *says("first")])
    three.provider.script(STANDARD, [1e6])
    answer = await three.answer(inline())
    assert (answer.text, answer.message) == ("first", "")
    assert three.provider.called == [BUDGET, STANDARD]
    assert three.provider.closed == 2


async def test_there_are_never_more_than_two(three: Rig) -> None:
    for slot in (BUDGET, STANDARD):
        three.provider.script(slot, [1e6])
    task = asyncio.create_task(three.gateway.ask(inline()))
    await quiet()
    assert isinstance(three.clock, FakeClock)
    for _ in range(10):
        three.clock.advance(0.05)
        await quiet()
    assert three.provider.called == [BUDGET, STANDARD]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await quiet()
    assert three.provider.closed == 2


async def test_a_request_that_nobody_waits_for_at_the_cursor_is_not_hedged(three: Rig) -> None:
    three.provider.script(PREMIUM, [2.0, *says("slow but alone")])
    assert (await three.answer(ask())).text == "slow but alone"
    assert three.provider.called == [PREMIUM]


@pytest.mark.parametrize("second", [fails(Fault.SERVER), says("worse")], ids=["fails", "poor"])
async def test_a_second_that_does_not_help_costs_the_first_nothing(three: Rig, second: list[object]) -> None:
    three.provider.script(BUDGET, [0.6, *says("first")])
    three.provider.script(STANDARD, second)  # type: ignore[arg-type]
    answer = await three.answer(inline(check=lambda text: Verdict(0.1 if text == "worse" else 1.0, text)))
    assert answer.text == "first"


async def test_when_both_fail_the_ladder_goes_on(three: Rig) -> None:
    three.provider.script(BUDGET, [0.6, *fails(Fault.SERVER)])
    three.provider.script(STANDARD, fails(Fault.SERVER))
    assert (await three.answer(inline())).text == f"answer of {PREMIUM}"


async def test_the_screen_shows_one_of_them_at_a_time(three: Rig) -> None:
    three.provider.script(BUDGET, [0.5, "ab", 0.1, "cd", 1e6])
    three.provider.script(STANDARD, [0.05, "xy", 0.5, "z", Done()])
    shown: list[str] = []
    answer = await three.answer(inline(), shown.append)
    assert answer.text == shown[-1] == "xyz"
    for before, after in pairwise(["", *shown]):
        assert after == "" or after.startswith(before) or after == answer.text


async def test_after_ten_calls_the_delay_is_what_its_own_answers_take(three: Rig) -> None:
    three.provider.script(BUDGET, *([[0.2, *says("quick")]] * 10), [1e6])
    for _ in range(10):
        await three.answer(inline())
    began = three.clock.monotonic()
    assert (await three.answer(inline())).model == STANDARD
    assert three.clock.monotonic() - began == pytest.approx(0.2, abs=0.01)


async def test_the_loser_is_charged_for_what_it_used_and_both_were_reserved(tmp_path: Path) -> None:
    made = rig(tmp_path, deployments=[deployment(slot, **REMOTE) for slot in (BUDGET, STANDARD)])
    made.provider.script(BUDGET, [1e6])
    made.provider.script(STANDARD, says("won", Usage(100, 20)))
    answer = await made.answer(inline())
    await made.store.flush()
    rows = await made.store.read(lambda db: db.execute("SELECT deployment, reserved, settled FROM ledger").fetchall())
    used = {name: settled for name, _, settled in rows}
    assert used[STANDARD] == 400
    assert 0 < used[BUDGET] < next(reserved for name, reserved, _ in rows if name == BUDGET)
    assert answer.micro_dollars == sum(used.values())
    await made.aclose()


async def test_what_could_cost_more_than_the_strategy_allows_is_no_hedge(tmp_path: Path) -> None:
    dear = {**REMOTE, "price": Price(2_000_000_000, 10_000_000_000)}
    made = rig(tmp_path, deployments=[deployment(BUDGET), deployment(STANDARD, **dear)])
    made.provider.script(BUDGET, [0.7, *says("first")])
    assert (await made.answer(inline())).text == "first"
    assert made.provider.called == [BUDGET]
    await made.aclose()


async def test_code_that_must_stay_here_is_not_hedged_to_a_remote_model(tmp_path: Path) -> None:
    made = rig(tmp_path, deployments=[deployment(BUDGET), deployment(STANDARD, **REMOTE)], local_only=True)
    made.provider.script(BUDGET, [1e6])
    assert (await made.answer(inline())).source is Source.NONE
    assert set(made.provider.called) == {BUDGET}
    await made.aclose()
