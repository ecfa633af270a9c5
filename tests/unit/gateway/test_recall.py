"""A fresh process begins with what the record says of the last five minutes."""

from __future__ import annotations

from pathlib import Path

from tests.gateway.scripted import BUDGET, LADDER, PREMIUM, STANDARD, FakeClock, Rig, ask, fails, rig, says

from pointsman.core.errors import Fault
from pointsman.core.types import ServiceLevel
from pointsman.strategy.plan import Profile


async def later(before: Rig, folder: Path, seconds: float) -> Rig:
    """Another process on the same record, `seconds` later, with a monotonic clock of its own."""
    await before.store.flush()
    await before.aclose()
    made = rig(folder, clock=FakeClock(monotonic=5.0, wall=before.clock.wall() + seconds))
    await made.gateway.recall()
    return made


async def test_a_model_that_failed_for_another_process_goes_last_here(tmp_path: Path) -> None:
    made = rig(tmp_path)
    made.provider.script(PREMIUM, *([says("fine"), says("fine"), fails(Fault.SERVER)] * 10))
    for number in range(25):
        await made.answer(ask(f"question {number}", profile=Profile(override=PREMIUM)))
    assert made.provider.called.count(PREMIUM) == 25
    made = await later(made, tmp_path, 30.0)
    plan = made.gateway.plan(Profile(task="technical_writing"))
    assert plan.model == STANDARD
    assert "goes last: 32% of its answers fail" in plan.reasons[0]
    assert made.provider.calls == []
    await made.aclose()
    made = await later(made, tmp_path, 400.0)
    assert made.gateway.plan(Profile(task="technical_writing")).model == PREMIUM
    await made.aclose()


async def test_a_rate_limit_that_another_process_met_reduces_the_service(tmp_path: Path) -> None:
    made = rig(tmp_path)
    made.provider.script(PREMIUM, fails(Fault.RATE_LIMITED))
    await made.answer(ask())
    made = await later(made, tmp_path, 30.0)
    assert made.gateway.service_level is ServiceLevel.REDUCED
    assert made.gateway.service_reason == "a vendor limits our rate"
    await made.aclose()


async def test_what_was_overtaken_or_cancelled_is_no_failure(tmp_path: Path) -> None:
    made = rig(tmp_path)
    for number in range(10):
        made.provider.script(BUDGET, [1e6])
        await made.answer(ask(f"question {number}", profile=Profile(task="inline_completion")))
        assert isinstance(made.clock, FakeClock)
        made.clock.advance(11.0)
    assert made.provider.called.count(BUDGET) == 10
    made = await later(made, tmp_path, 1.0)
    health = {slot: made.gateway.fleet.health(made.gateway.fleet.of(slot)[0]) for slot in LADDER}
    assert [sample.ok for sample in health[STANDARD].samples] == [True] * 10
    assert health[BUDGET].samples == ()
    await made.aclose()


async def test_without_a_record_nothing_is_recalled(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    made = rig(tmp_path)
    await made.gateway.recall()
    assert made.gateway.plan(Profile()).chain
    await made.aclose()
