"""What the gateway records and estimates, end to end: times, cancelled requests, and money before and after a call."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from tests.gateway.scripted import PREMIUM, REMOTE, STANDARD, FakeClock, ask, deployment, fails, quiet, rig, says

from pointsman.core.errors import Fault
from pointsman.core.types import Usage
from pointsman.providers.base import Done
from pointsman.storage.answers import AnswerLog, AnswerRow
from pointsman.strategy.plan import Profile


async def rows(made) -> list[AnswerRow]:
    await made.store.flush()
    return await AnswerLog(made.store, made.clock).recent()


async def test_the_record_knows_when_the_first_text_came_and_how_long_was_waited(tmp_path: Path) -> None:
    made = rig(tmp_path)
    made.provider.script(PREMIUM, fails(Fault.NETWORK))
    made.provider.script(STANDARD, [0.5, "text", 1.5, Done(Usage(100, 20, 40))])
    await made.answer(ask())
    (row,) = await rows(made)
    assert (row.first_token_ms, row.model_ms, row.elapsed_ms) == (500, 2_000, 2_000)
    assert (row.queue_ms, row.cached_tokens, row.usage_reported, row.cancelled) == (0, 40, 1, 0)
    assert row.prompt_chars == len("explain this")
    assert row.estimated_micro_dollars is None, "the estimate was for the first model, and another answered"
    await made.aclose()


async def test_who_goes_away_leaves_a_record_that_is_no_failure(tmp_path: Path) -> None:
    made = rig(tmp_path)
    made.provider.script(PREMIUM, ["begun", 60.0])
    task = asyncio.create_task(made.gateway.ask(ask()))
    await quiet()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await quiet()
    (row,) = await rows(made)
    assert (row.cancelled, row.source, row.first_token_ms) == (1, "none", None)
    await made.aclose()


async def test_an_estimate_comes_near_what_is_billed_once_the_vendor_has_counted(tmp_path: Path) -> None:
    made = rig(tmp_path, deployments=[deployment(PREMIUM, **REMOTE)], clock=FakeClock())
    made.provider.script(PREMIUM, says("a longer answer", Usage(5_000, 300)))
    profile = Profile(task="technical_writing", input_tokens=1_000, output_tokens=4_000)
    before = made.gateway.plan(profile).estimate
    assert (before.input_tokens, before.output_tokens) == (1_000, 4_000)
    text = "x" * 3_700
    for number in range(3):
        request = ask(text, profile=profile, document=f"file:///a.py#{number}")
        billed = (await made.answer(replace(request))).micro_dollars
    after = made.gateway.plan(profile).estimate
    assert (after.input_tokens, after.output_tokens) == (5_000, 300)
    assert after.micro_dollars == billed
    assert (await rows(made))[0].estimated_micro_dollars == billed
    await made.aclose()


async def test_what_was_learnt_of_bills_outlives_the_process(tmp_path: Path) -> None:
    bound = [deployment(PREMIUM, **REMOTE)]
    profile = Profile(task="technical_writing", input_tokens=1_000, output_tokens=4_000)
    for process in range(2):
        made = rig(tmp_path, deployments=bound, clock=FakeClock())
        made.provider.script(PREMIUM, says("an answer", Usage(5_000, 300)))
        await made.answer(ask("x" * (3_700 + process), profile=profile, document=f"file:///a.py#{process}"))
        await quiet()
        await made.store.flush()
        await made.gateway._estimates._loading
        assert made.gateway.plan(profile).estimate.output_tokens == 300
        assert sum(map(len, made.gateway._estimates._billed.values())) >= process + 1
        await made.aclose()
