"""A model gets worse by twenty points without failing: its traffic moves within fifty requests, and comes back."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.gateway.scripted import PREMIUM, STANDARD, FakeClock, Rig, ask, deployment, fails, rig, says, strategy

from pointsman.core.errors import Fault
from pointsman.gateway.answer import Answer, Verdict

EU, US = f"{PREMIUM}/eu", f"{PREMIUM}/us"


def check(text: str) -> Verdict:
    """0.95 for what is well, 0.75 for what is not: above the threshold, so that nothing fails."""
    return Verdict(0.75 if "worse" in text else 0.95, text)


async def asked(made: Rig, times: int, *, fresh: bool) -> list[Answer]:
    """That many requests, each of its own conversation where `fresh`."""
    answers = []
    for number in range(times):
        scope = f"conversation {len(made.provider.calls)}" if fresh else f"conversation {number % 5}"
        answers.append(await made.answer(ask(f"question {len(made.provider.calls)}", scope=scope, check=check)))
        assert isinstance(made.clock, FakeClock)
        made.clock.advance(0.5)
    return answers


@pytest.mark.parametrize("fresh", [True, False], ids=["many conversations", "five conversations"])
@pytest.mark.parametrize("bad", ["quality", "errors"])
@pytest.mark.parametrize("algorithm", ["weighted_round_robin", "least_connections", "performance_based"])
async def test_ninety_of_a_hundred_requests_leave_a_deployment_that_lost_twenty_points(
    tmp_path: Path, algorithm: str, bad: str, fresh: bool
) -> None:
    made = rig(tmp_path, deployments=[deployment(PREMIUM, EU), deployment(PREMIUM, US)],
               plan=strategy(load_balancing={"algorithm": algorithm}))  # fmt: skip
    before = Counter(answer.deployment for answer in await asked(made, 60, fresh=fresh))
    worse = max(before, key=lambda name: before[name])
    other = US if worse == EU else EU
    failing = [says("fine"), says("fine"), says("fine"), says("fine"), fails(Fault.SERVER)] * 100
    made.provider.script(worse, *([says("worse")] if bad == "quality" else failing))
    await asked(made, 50, fresh=fresh)
    after = Counter(answer.deployment for answer in await asked(made, 100, fresh=fresh))
    assert after[other] >= 90, after
    made.provider.script(worse, says("fine again"))
    assert isinstance(made.clock, FakeClock)
    made.clock.advance(301.0)
    again = Counter(answer.deployment for answer in await asked(made, 60, fresh=True))
    assert again[worse] >= 20 or algorithm != "weighted_round_robin", again
    await made.aclose()


async def test_ninety_of_a_hundred_requests_leave_a_model_that_lost_twenty_points(tmp_path: Path) -> None:
    made = rig(tmp_path)
    assert {answer.model for answer in await asked(made, 60, fresh=True)} == {PREMIUM}
    made.provider.script(PREMIUM, says("worse"))
    await asked(made, 50, fresh=True)
    after = await asked(made, 100, fresh=True)
    assert sum(answer.model == STANDARD for answer in after) >= 90
    assert "of quality" in after[-1].reasons[0]
    made.provider.script(PREMIUM, says("fine again"))
    assert isinstance(made.clock, FakeClock)
    made.clock.advance(301.0)
    assert (await asked(made, 1, fresh=True))[0].model == PREMIUM
    await made.aclose()


async def test_what_people_dismiss_counts_against_who_wrote_it(tmp_path: Path) -> None:
    made = rig(tmp_path, deployments=[deployment(PREMIUM, EU), deployment(PREMIUM, US)])
    served = Counter[str]()
    for number in range(30):
        answer = await made.answer(ask(scope=f"conversation {number}"))
        served[answer.deployment] += 1
        made.gateway.feedback(answer.id, "shown")
        made.gateway.feedback(answer.id, "dismissed" if answer.deployment == EU else "accepted")
        assert isinstance(made.clock, FakeClock)
        made.clock.advance(30.0)
    assert served[EU] <= 11 < served[US]
    made.gateway.feedback("no such answer", "accepted")
    await made.aclose()
