"""Every kind of fault at every step of every ladder: tiers 1, 2 and 3 and the specialists, with scripted models."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from tests.gateway.scripted import (
    BUDGET,
    PREMIUM,
    STANDARD,
    FakeClock,
    Step,
    ask,
    deployment,
    fails,
    rig,
    says,
    template,
)

from pointsman.core.errors import Fault, ProviderError
from pointsman.core.types import Domain, Source, Usage
from pointsman.gateway.answer import Verdict
from pointsman.providers.base import Done
from pointsman.strategy.plan import Profile

LOCAL = "local_models"
SPECIALISTS = ("frontend_specialist", "backend_specialist", "mobile_specialist")
SLOTS = (PREMIUM, STANDARD, BUDGET, LOCAL, *SPECIALISTS)
LADDERS = {
    "tier_1_premium": (Profile(task="technical_writing"), (PREMIUM, STANDARD, BUDGET)),
    "tier_2_standard": (Profile(task="code_generation", latency="immediate", cost="balanced"), (BUDGET, STANDARD)),
    "tier_2_alone": (Profile(cost="balanced"), (STANDARD, BUDGET, PREMIUM)),
    "tier_3_budget": (Profile(task="code_completion"), (BUDGET, STANDARD, LOCAL, PREMIUM)),
    "frontend": (Profile(task="react_analysis"), ("frontend_specialist", STANDARD, PREMIUM, BUDGET)),
    "backend": (Profile(domain=Domain.BACKEND), ("backend_specialist", PREMIUM, STANDARD, BUDGET)),
    "mobile": (Profile(task="platform_specific"), ("mobile_specialist", STANDARD, BUDGET, PREMIUM)),
}
WORD = "an answer of some length"
FAULTS: dict[str, list[Step]] = {
    **{fault.value: fails(fault) for fault in Fault},
    "rate_limited_for_long": fails(Fault.RATE_LIMITED, retry_after_s=9_999.0),
    "rate_limited_for_a_moment": fails(Fault.RATE_LIMITED, retry_after_s=0.1),
    "retry_after_negative": fails(Fault.RATE_LIMITED, retry_after_s=-5.0),
    "silent": [1e9],
    "stalls": ["half an", 1e9],
    "drips": [piece for _ in range(500) for piece in ("x", 0.9)],
    "cut_at_once": ["h", ProviderError(Fault.CUT, "cut")],
    "ends_without_an_end": ["half an answer"],
    "nothing_but_an_end": [Done(Usage(5, 5))],
    "only_spaces": ["  \n", Done(Usage(5, 5))],
    "never_ends": ["x" * 9_000] * 200,
    "poor": says("poor"),
    "unusable": says("unusable"),
    "crashes_late": ["half", 0.3, ProviderError(Fault.CRASHED, "gone")],
}
HARMLESS: dict[str, list[Step]] = {
    "usage_absurd": says(WORD, Usage(10**15, 10**15, 10**16)),
    "usage_negative": says(WORD, Usage(-5, -7, -9)),
    "usage_missing": [WORD, Done()],
    "slow_first_byte": [0.2, *says(WORD)],
}


def check(text: str) -> Verdict:
    return Verdict({"poor": 0.6, "unusable": 0.1}.get(text, 1.0), text)


def never_doubled(shown: list[str], text: str) -> None:
    for before, after in pairwise(["", *shown]):
        assert after == "" or after.startswith(before) or after == text, shown
    assert (shown[-1] if shown else "") == text


@pytest.mark.parametrize("ladder", LADDERS)
async def test_the_ladders_are_those_of_the_requirement(tmp_path: Path, ladder: str) -> None:
    profile, rungs = LADDERS[ladder]
    made = rig(tmp_path, deployments=[deployment(slot) for slot in SLOTS])
    assert made.gateway.plan(profile).chain[: len(rungs)] == rungs
    await made.aclose()


@pytest.mark.parametrize("ladder", LADDERS)
@pytest.mark.parametrize("fault", [*FAULTS, *HARMLESS])
async def test_each_kind_of_fault_at_each_step_of_each_ladder(tmp_path: Path, ladder: str, fault: str) -> None:
    profile, _ = LADDERS[ladder]
    steps = FAULTS.get(fault) or HARMLESS[fault]
    made = rig(tmp_path, deployments=[deployment(slot) for slot in SLOTS])
    chain = made.gateway.plan(profile).chain
    await made.aclose()
    for broken in range(1, len(chain) + 1):
        made = rig(tmp_path / str(broken), deployments=[deployment(slot) for slot in SLOTS])
        for slot in chain:
            made.provider.script(slot, list(steps) if slot in chain[:broken] else says(WORD))
        shown: list[str] = []
        began = made.clock.monotonic()
        answer = await made.answer(ask(profile=profile, check=check, offline=(template,)), shown.append)
        what = f"{fault} at {broken} of {ladder}: {answer.source} {answer.message}"
        assert made.clock.monotonic() - began <= answer.plan.deadline_s + 0.1, what
        never_doubled(shown, answer.text)
        assert answer.text, what
        if fault in HARMLESS or (broken < len(chain) and fault not in ("silent", "stalls", "drips")):
            assert (answer.text, answer.source) == (WORD, Source.MODEL), what
        elif broken == len(chain):
            assert answer.source is Source.TEMPLATE or fault == "poor", what
        assert answer.message or not answer.degraded, what
        assert made.provider.closed == len(made.provider.calls), what
        await made.aclose()


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0, -3_600.0], ids=["a day back", "a day on", "an hour back"])
async def test_a_clock_that_jumps_in_the_middle_of_a_call_changes_nothing(tmp_path: Path, jump: float) -> None:
    made = rig(tmp_path)
    clock = made.clock
    assert isinstance(clock, FakeClock)
    made.provider.script(PREMIUM, ["half", 5.0, *fails(Fault.RATE_LIMITED, retry_after_s=60.0)])
    made.provider.script(STANDARD, [2.0, *says(WORD)])
    task = asyncio.create_task(made.gateway.ask(ask()))
    await asyncio.sleep(0.01)
    clock.set_wall(clock.wall() + jump)
    assert (await clock.finish(task)).text == WORD
    clock.advance(50.0)
    assert made.gateway.plan(Profile(task="technical_writing")).model == STANDARD
    clock.advance(11.0)
    assert made.gateway.plan(Profile(task="technical_writing")).model == PREMIUM
    await made.aclose()


LASTING = {"auth", "not_configured", "not_found", "redirect", "rate_limited_for_long"}
"""What lasts until a person changes something, or a vendor's own word is over: nobody who says that is up a moment later."""

TIMELY = {name for name in FAULTS if name not in ("silent", "stalls", "drips", "never_ends")}


@pytest.mark.parametrize("seed", range(3))
async def test_with_one_provider_up_at_least_999_of_1000_are_answered(tmp_path: Path, seed: int) -> None:
    """Three thousand requests of every ladder; all providers but one, which changes at times, have a mishap at each call."""
    chance = Random(seed)
    made = rig(tmp_path, deployments=[deployment(slot) for slot in SLOTS])
    clock, any_fault, passing = made.clock, sorted(TIMELY), sorted(TIMELY - LASTING)
    assert isinstance(clock, FakeClock)
    sources = Counter[Source]()
    up = PREMIUM
    for number in range(1_000):
        if chance.random() < 0.02:
            up = chance.choice((PREMIUM, STANDARD, BUDGET))
        for slot in SLOTS:
            mishap = FAULTS[chance.choice(passing if slot in (PREMIUM, STANDARD, BUDGET) else any_fault)]
            made.provider.script(slot, says(WORD) if slot == up else list(mishap))
        profile, chain = chance.choice(list(LADDERS.values()))
        if up not in chain and profile.cost is not None:
            # A stated cost limit keeps the only model that is up out: another question than this one.
            continue
        answer = await made.answer(ask(f"question {number}", profile=profile, check=check))
        sources[answer.source] += 1
        clock.advance(chance.choice((0.5, 5.0, 60.0)))
    assert sources[Source.MODEL] >= 0.999 * sources.total(), sources
    assert sources.total() > 900
    await made.aclose()
