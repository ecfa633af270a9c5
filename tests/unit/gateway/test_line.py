"""The line in front of a deployment: bounded, in order, measured, and never a leak."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.gateway.scripted import PREMIUM, STANDARD, FakeClock, Rig, ask, deployment, quiet, rig, says, strategy

from pointsman.core.errors import Fault
from pointsman.gateway.answer import Answer


def narrow(folder: Path, *, calls: int = 1, longest: int = 16, **more: object) -> Rig:
    line = {"calls": calls, "calls_llama_cpp": 1, "longest": longest}
    return rig(folder, plan=strategy(load_balancing={"line": line}), **more)  # type: ignore[arg-type]


async def finish(made: Rig, tasks: list[asyncio.Task[Answer]]) -> list[Answer]:
    assert isinstance(made.clock, FakeClock)
    return [await made.clock.finish(task) for task in tasks]


async def test_one_at_a_time_in_the_order_of_coming_and_the_wait_is_measured(tmp_path: Path) -> None:
    made = narrow(tmp_path, deployments=[deployment(PREMIUM)])
    made.provider.script(PREMIUM, [2.0, *says("done")])
    tasks = [asyncio.create_task(made.gateway.ask(ask(f"question {number}"))) for number in range(3)]
    await quiet()
    assert [(h.active, h.queued) for h in map(made.gateway.fleet.health, made.gateway.fleet.deployments)] == [(1, 2)]
    answers = await finish(made, tasks)
    assert [prompt.messages[0].text for _, prompt in made.provider.calls] == [f"question {number}" for number in range(3)]
    assert [round(answer.queue_s) for answer in answers] == [0, 2, 4]
    await made.store.flush()
    rows = await made.store.read(lambda db: db.execute("SELECT queue_ms FROM answers").fetchall())
    assert sorted(round(row[0], -2) for row in rows) == [0, 2_000, 4_000]
    await made.aclose()


async def test_a_full_line_sends_people_to_the_next_model(tmp_path: Path) -> None:
    made = narrow(tmp_path, longest=0, deployments=[deployment(PREMIUM), deployment(STANDARD)])
    made.provider.script(PREMIUM, [2.0, *says("done")])
    tasks = [asyncio.create_task(made.gateway.ask(ask(f"question {number}"))) for number in range(2)]
    first, second = await finish(made, tasks)
    assert (first.model, second.model) == (PREMIUM, STANDARD)
    assert second.attempts[0].fault is Fault.OVERLOADED
    assert "is busy: 1 calls run" in second.message
    assert made.gateway.fleet.health(made.gateway.fleet.deployments[0]).breaker.allows
    await made.aclose()


async def test_a_line_that_does_not_move_is_left(tmp_path: Path) -> None:
    made = narrow(tmp_path, deployments=[deployment(PREMIUM), deployment(STANDARD)])
    made.provider.script(PREMIUM, [*(["x", 5.0] * 5), *says("done")])
    tasks = [asyncio.create_task(made.gateway.ask(ask(f"question {number}"))) for number in range(2)]
    _, second = await finish(made, tasks)
    assert second.model == STANDARD
    assert "no place became free" in second.message
    await made.aclose()


@pytest.mark.parametrize("leaves", [0, 1, 2])
async def test_whoever_goes_away_leaves_no_place_taken(tmp_path: Path, leaves: int) -> None:
    made = narrow(tmp_path, deployments=[deployment(PREMIUM)])
    made.provider.script(PREMIUM, [1.0, *says("done")])
    tasks = [asyncio.create_task(made.gateway.ask(ask(f"question {number}"))) for number in range(3)]
    await quiet()
    tasks[leaves].cancel()
    await finish(made, [task for number, task in enumerate(tasks) if number != leaves])
    health = made.gateway.fleet.health(made.gateway.fleet.deployments[0])
    assert (health.active, health.queued) == (0, 0)
    await made.aclose()
