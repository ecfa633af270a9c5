"""The gateway's promises, with scripted models and a clock that only the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from tests.gateway.scripted import (
    BUDGET,
    LADDER,
    PREMIUM,
    REMOTE,
    STANDARD,
    FakeClock,
    Rig,
    ask,
    deployment,
    fails,
    quiet,
    rig,
    says,
    template,
)

from pointsman.core.errors import Fault, ProviderError
from pointsman.core.types import Method, ServiceLevel, Source, Usage
from pointsman.gateway.answer import Answer, Fallback, Verdict
from pointsman.providers.base import Done, Message, Prompt
from pointsman.strategy.plan import Profile


@pytest.fixture
async def three(tmp_path: Path) -> AsyncIterator[Rig]:
    made = rig(tmp_path)
    yield made
    await made.aclose()


async def test_the_first_rung_answers(three: Rig) -> None:
    answer = await three.answer(ask())
    assert (answer.text, answer.source, answer.model) == (f"answer of {PREMIUM}", Source.MODEL, PREMIUM)
    assert not answer.degraded
    assert answer.message == ""
    assert [each.fault for each in answer.attempts] == [None]


@pytest.mark.parametrize("fault", list(Fault))
async def test_each_fault_moves_down_one_rung(three: Rig, fault: Fault) -> None:
    three.provider.script(PREMIUM, fails(fault))
    answer = await three.answer(ask())
    assert answer.text == f"answer of {STANDARD}"
    assert answer.degraded
    assert PREMIUM in answer.message
    assert [(each.slot, each.fault) for each in answer.attempts] == [(PREMIUM, fault), (STANDARD, None)]


async def test_an_unknown_error_of_a_provider_is_a_crash_that_quotes_nothing(three: Rig) -> None:
    async def broken(*_: object, **__: object) -> AsyncIterator[object]:
        raise RuntimeError("sk-secret and code")
        yield

    three.provider.stream = broken  # type: ignore[method-assign, assignment]
    answer = await three.answer(ask(offline=(template,)))
    assert answer.source is Source.TEMPLATE
    assert {each.fault for each in answer.attempts} == {Fault.CRASHED}
    assert "secret" not in repr(answer)


async def test_when_every_model_fails_the_offline_rungs_answer_in_order_and_labelled(three: Rig) -> None:
    for slot in LADDER:
        three.provider.script(slot, fails(Fault.AUTH))

    def broken() -> Fallback | None:
        raise ValueError

    answer = await three.answer(ask(offline=(broken, lambda: None, lambda: Fallback("a rule", Source.RULE), template)))
    assert (answer.text, answer.source, answer.model) == ("a rule", Source.RULE, "")
    assert answer.degraded
    assert "without a model" in answer.message
    assert "scripted auth" in answer.message


async def test_with_nothing_at_all_the_refusal_says_why(three: Rig) -> None:
    for slot in LADDER:
        three.provider.script(slot, fails(Fault.REFUSED))
    answer = await three.answer(ask())
    assert (answer.text, answer.source) == ("", Source.NONE)
    assert all(slot in answer.message for slot in LADDER)


async def test_no_deployment_at_all(tmp_path: Path) -> None:
    made = rig(tmp_path, deployments=[])
    answer = await made.answer(ask())
    assert answer.source is Source.NONE
    assert answer.message == "no model is configured (no model for claude_4_sonnet, gpt_4_turbo; no local model)"
    assert answer.service_level is ServiceLevel.EMERGENCY
    await made.aclose()


async def test_a_stalled_first_rung_leaves_time_for_the_next(three: Rig) -> None:
    three.provider.script(PREMIUM, [1e6])
    three.provider.script(STANDARD, [3.0, *says("late but here")])
    began = three.clock.monotonic()
    answer = await three.answer(ask())
    assert answer.text == "late but here"
    assert three.clock.monotonic() - began < answer.plan.deadline_s


async def test_all_rungs_stalled_end_at_the_deadline(three: Rig) -> None:
    for slot in LADDER:
        three.provider.script(slot, [1e6])
    began = three.clock.monotonic()
    answer = await three.answer(ask(offline=(template,)))
    assert answer.source is Source.TEMPLATE
    assert three.clock.monotonic() - began <= answer.plan.deadline_s + 0.1
    assert {each.fault for each in answer.attempts} == {Fault.TIMEOUT}


async def test_a_dripping_stream_cannot_eat_the_whole_deadline(three: Rig) -> None:
    drip: list[str | float] = [each for _ in range(1_000) for each in ("x", 1.0)]
    three.provider.script(PREMIUM, [*drip])
    answer = await three.answer(ask())
    assert answer.text == f"answer of {STANDARD}"


async def test_a_provider_that_ignores_cancellation_is_left_behind(three: Rig) -> None:
    three.provider.ignores_cancel_s = 1.0
    three.provider.script(PREMIUM, ["par", 1e6])
    loop = asyncio.get_running_loop()
    began = loop.time()
    answer = await three.answer(ask())
    assert answer.model == "" or answer.text
    assert loop.time() - began < 3.0


async def test_text_of_a_broken_rung_is_replaced_and_never_doubled(three: Rig) -> None:
    three.provider.script(PREMIUM, ["The ", "answ", ProviderError(Fault.CUT, "cut")])
    three.provider.script(STANDARD, says("The answer is 42."))
    shown: list[str] = []
    answer = await three.answer(ask(), shown.append)
    assert shown[:3] == ["The ", "The answ", ""]
    assert shown[-1] == answer.text == "The answer is 42."
    for before, after in pairwise(shown[3:]):
        assert after.startswith(before)


async def test_nothing_stays_on_the_screen_when_there_is_no_answer(three: Rig) -> None:
    for slot in LADDER:
        three.provider.script(slot, ["half", ProviderError(Fault.CUT, "cut")])
    shown: list[str] = []
    answer = await three.answer(ask(), shown.append)
    assert answer.source is Source.NONE
    assert shown[-1] == ""


async def test_a_display_that_fails_does_not_lose_the_answer(three: Rig) -> None:
    def broken(_: str) -> None:
        raise OSError

    assert (await three.answer(ask(), broken)).text == f"answer of {PREMIUM}"


async def test_a_poor_answer_moves_on_and_is_used_only_when_nothing_better_came(three: Rig) -> None:
    def check(text: str) -> Verdict:
        return Verdict(0.5 if STANDARD in text else 0.6, text, ("too short",)) if BUDGET not in text else Verdict(0.1, "")

    answer = await three.answer(ask(check=check, offline=(template,)))
    assert three.provider.called == list(LADDER)
    assert (answer.model, answer.quality, answer.source) == (PREMIUM, 0.6, Source.MODEL)
    assert "below the usual quality" in answer.message
    assert [each.fault for each in answer.attempts] == [None, Fault.MALFORMED, Fault.MALFORMED]


async def test_an_unusable_answer_is_never_shown(three: Rig) -> None:
    answer = await three.answer(ask(check=lambda text: Verdict(0.3, text), offline=(template,)))
    assert answer.source is Source.TEMPLATE


async def test_a_check_that_fails_is_a_verdict(three: Rig) -> None:
    def check(_: str) -> Verdict:
        raise ZeroDivisionError

    answer = await three.answer(ask(check=check))
    assert answer.source is Source.NONE
    assert "the check failed" in answer.message


async def test_a_cascade_begins_cheap_and_escalates(three: Rig) -> None:
    three.provider.script(BUDGET, says("wrong"))
    request = ask(profile=Profile(task="simple_bug_fixes"), check=lambda text: Verdict(0.0 if text == "wrong" else 1.0, text))
    answer = await three.answer(request)
    assert answer.plan.method is Method.CASCADE
    assert three.provider.called == [BUDGET, STANDARD]
    assert answer.text == f"answer of {STANDARD}"


async def test_an_ensemble_says_that_one_model_was_asked(three: Rig) -> None:
    answer = await three.answer(ask(profile=Profile(accuracy="perfect")))
    assert answer.plan.method is Method.ENSEMBLE
    assert any("not built yet" in reason for reason in answer.reasons)
    assert len(three.provider.calls) == 1


async def test_retry_after_is_obeyed(three: Rig) -> None:
    three.provider.script(PREMIUM, fails(Fault.RATE_LIMITED, retry_after_s=120.0), says("back"))
    await three.answer(ask())
    await three.answer(ask())
    assert three.provider.called == [PREMIUM, STANDARD, STANDARD]
    assert isinstance(three.clock, FakeClock)
    three.clock.advance(121.0)
    assert (await three.answer(ask())).text == "back"


async def test_waits_when_nothing_better_is_there_and_it_fits(tmp_path: Path) -> None:
    made = rig(tmp_path, deployments=[deployment(PREMIUM)])
    made.provider.script(PREMIUM, fails(Fault.RATE_LIMITED, retry_after_s=5.0), says("after all"))
    began = made.clock.monotonic()
    answer = await made.answer(ask(offline=(template,)))
    assert answer.text == "after all"
    assert 5.0 <= made.clock.monotonic() - began < 7.0
    await made.aclose()


async def test_waits_also_for_what_rested_when_the_plan_was_made(tmp_path: Path) -> None:
    made = rig(tmp_path, deployments=[deployment(PREMIUM)])
    made.provider.script(PREMIUM, fails(Fault.RATE_LIMITED, retry_after_s=40.0), says("after all"))
    assert (await made.answer(ask(offline=(template,)))).source is Source.TEMPLATE
    assert isinstance(made.clock, FakeClock)
    made.clock.advance(30.0)
    answer = await made.answer(ask(offline=(template,)))
    assert answer.text == "after all"
    await made.aclose()


async def test_does_not_wait_past_the_deadline(tmp_path: Path) -> None:
    made = rig(tmp_path, deployments=[deployment(PREMIUM)])
    made.provider.script(PREMIUM, fails(Fault.RATE_LIMITED, retry_after_s=500.0))
    began = made.clock.monotonic()
    answer = await made.answer(ask(offline=(template,)))
    assert answer.source is Source.TEMPLATE
    assert made.clock.monotonic() - began < 1.0
    await made.aclose()


async def test_a_refused_key_is_not_tried_again_until_the_configuration_changes(three: Rig, tmp_path: Path) -> None:
    three.provider.script(PREMIUM, fails(Fault.AUTH), says("with a new key"))
    await three.answer(ask())
    assert isinstance(three.clock, FakeClock)
    three.clock.advance(10_000.0)
    await three.answer(ask())
    assert three.provider.called.count(PREMIUM) == 1
    assert not three.gateway.live().slots[PREMIUM].available
    three.gateway.reconfigure(three.gateway._settings, three.gateway._strategy, three.gateway.fleet.deployments)
    assert (await three.answer(ask())).text == "with a new key"


async def test_what_is_not_ready_is_not_called_and_says_what_is_missing(three: Rig) -> None:
    three.provider.missing[PREMIUM] = "no key: set ANTHROPIC_API_KEY"
    answer = await three.answer(ask())
    assert three.provider.called == [STANDARD]
    assert any("no key" in reason for reason in answer.reasons)


async def test_two_deployments_of_one_slot_come_before_the_next_slot(tmp_path: Path) -> None:
    both = [deployment(PREMIUM, f"{PREMIUM}/eu"), deployment(PREMIUM, f"{PREMIUM}/us"), deployment(STANDARD)]
    made = rig(tmp_path, deployments=both)
    made.provider.script(f"{PREMIUM}/eu", fails(Fault.SERVER))
    answer = await made.answer(ask())
    assert made.provider.called == [f"{PREMIUM}/eu", f"{PREMIUM}/us"]
    assert answer.model == PREMIUM
    await made.aclose()


async def test_the_same_model_at_the_same_place_is_asked_once(tmp_path: Path) -> None:
    shared = deployment(PREMIUM)
    made = rig(tmp_path, deployments=[shared, replace(shared, name="frontend_specialist", slot="frontend_specialist")])
    for name in (PREMIUM, "frontend_specialist"):
        made.provider.script(name, fails(Fault.REFUSED))
    await made.answer(ask(profile=Profile(task="react_analysis")))
    assert len(made.provider.calls) == 1
    await made.aclose()


async def test_cancelling_closes_the_stream_at_once_and_frees_the_deployment(three: Rig) -> None:
    three.provider.script(PREMIUM, ["some", 1e6])
    task = asyncio.create_task(three.gateway.ask(ask()))
    await quiet()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await quiet()
    assert three.provider.closed == 1
    assert three.provider.called == [PREMIUM]
    assert all(three.gateway.fleet.health(each).active == 0 for each in three.gateway.fleet.deployments)


async def test_identical_requests_are_one_call(three: Rig) -> None:
    three.provider.script(PREMIUM, ["The ", 1.0, *says("answer")])
    shown: list[list[str]] = [[], []]
    one = asyncio.create_task(three.gateway.ask(ask(), on_text=shown[0].append))
    await quiet()
    two = asyncio.create_task(three.gateway.ask(ask(), on_text=shown[1].append))
    other = asyncio.create_task(three.gateway.ask(ask("something else")))
    await quiet()
    assert isinstance(three.clock, FakeClock)
    answers: list[Answer] = [await three.clock.finish(each) for each in (one, two, other)]
    assert answers[0] is answers[1]
    assert answers[2].id != answers[0].id
    assert len(three.provider.calls) == 2
    assert shown[0][-1] == shown[1][-1] == "The answer"


async def test_one_of_two_waiting_may_leave(three: Rig) -> None:
    three.provider.script(PREMIUM, ["The ", 1.0, *says("answer")])
    one = asyncio.create_task(three.gateway.ask(ask()))
    two = asyncio.create_task(three.gateway.ask(ask()))
    await quiet()
    one.cancel()
    with pytest.raises(asyncio.CancelledError):
        await one
    assert isinstance(three.clock, FakeClock)
    assert (await three.clock.finish(two)).text == "The answer"


async def test_an_asker_after_the_last_one_left_gets_a_call_of_its_own(three: Rig) -> None:
    three.provider.script(PREMIUM, [1e6], says("fresh"))
    one = asyncio.create_task(three.gateway.ask(ask()))
    await quiet()
    one.cancel()
    await asyncio.sleep(0)
    assert (await three.answer(ask())).text == "fresh"


async def test_a_cached_answer_costs_no_call_and_a_changed_document_no_hit(three: Rig) -> None:
    first = await three.answer(ask(cacheable=True))
    again = await three.answer(ask(cacheable=True))
    assert (again.source, again.text, again.message) == (Source.CACHE, first.text, "")
    assert len(three.provider.calls) == 1
    for other in (
        ask(cacheable=True, document="file:///a.py#2"),
        ask(cacheable=True, scope="elsewhere"),
        ask("b", cacheable=True),
    ):
        assert (await three.answer(other)).source is Source.MODEL


async def test_when_all_fail_an_old_answer_is_better_than_a_template_and_says_its_age(three: Rig) -> None:
    await three.answer(ask(cacheable=True))
    assert isinstance(three.clock, FakeClock)
    three.clock.advance(3 * 3_600.0)
    for slot in LADDER:
        three.provider.script(slot, fails(Fault.NETWORK))
    answer = await three.answer(ask(cacheable=True, offline=(template,)))
    assert (answer.source, answer.text) == (Source.CACHE, f"answer of {PREMIUM}")
    assert "3 h old" in answer.message
    three.clock.advance(8 * 24 * 3_600.0)
    assert (await three.answer(ask(cacheable=True, offline=(template,)))).source is Source.TEMPLATE


async def test_an_old_answer_survives_a_restart(three: Rig, tmp_path: Path) -> None:
    await three.answer(ask(cacheable=True))
    await three.store.flush()
    await three.aclose()
    again = rig(tmp_path)
    for slot in LADDER:
        again.provider.script(slot, fails(Fault.AUTH))
    await again.store.flush()
    assert isinstance(again.clock, FakeClock)
    again.clock.advance(7_200.0)
    assert (await again.answer(ask(cacheable=True))).source is Source.CACHE
    await again.aclose()


async def test_a_stand_ins_answer_is_not_served_once_the_first_model_is_back(three: Rig) -> None:
    three.provider.script(PREMIUM, fails(Fault.SERVER), says("the real one"))
    assert (await three.answer(ask(cacheable=True))).model == STANDARD
    assert (await three.answer(ask(cacheable=True))).text == "the real one"


async def test_secrets_leave_only_for_this_machine(tmp_path: Path) -> None:
    secret = "AKIA" + "Q3EGRJ5TYUHLXWPD"
    away, here = deployment(PREMIUM, **REMOTE), deployment(STANDARD)
    prompt = Prompt(
        system=secret, messages=(Message("user", f"key = {secret}"),), prefix=f"a = '{secret}'\nb = 'AKIAQ3EGR",
        suffix=f"J5TYUHLXWPD'\nc = '{secret}'", path=f"/x/{secret}.py", language=secret, stop=(secret,), fim=True,
    )  # fmt: skip
    made = rig(tmp_path, deployments=[away, here])
    await made.answer(ask(prompt=prompt))
    sent = made.provider.calls[-1][1]
    assert made.provider.called == [PREMIUM]
    assert secret not in repr(sent)
    assert secret not in sent.prefix + sent.suffix
    made.provider.script(PREMIUM, fails(Fault.SERVER))
    await made.answer(ask(prompt=prompt))
    assert made.provider.calls[-1] == (STANDARD, prompt)
    await made.aclose()


@pytest.mark.parametrize("by_settings", [True, False])
async def test_local_only_never_leaves(tmp_path: Path, by_settings: bool) -> None:
    mixed = [deployment(PREMIUM, **REMOTE), deployment(STANDARD, **REMOTE), deployment(BUDGET)]
    made = rig(tmp_path, deployments=mixed, local_only=by_settings)
    profile = Profile(task="technical_writing", local_only=not by_settings)
    assert (await made.answer(ask(profile=profile))).model == BUDGET
    made.provider.script(BUDGET, fails(Fault.CRASHED))
    assert (await made.answer(ask(profile=profile))).source is Source.NONE
    assert set(made.provider.called) == {BUDGET}
    await made.aclose()


async def test_listeners_hear_of_every_answer_and_cannot_break_one(three: Rig) -> None:
    heard: list[Answer] = []

    def broken(_: Answer) -> None:
        raise RuntimeError

    three.gateway.subscribe(broken)
    leave = three.gateway.subscribe(heard.append)
    answer = await three.answer(ask())
    leave()
    await three.answer(ask())
    assert heard == [answer]


async def test_an_answer_without_end_is_stopped(three: Rig) -> None:
    three.provider.script(PREMIUM, [*(["x" * 10_000] * 100), Done()])
    answer = await three.answer(ask())
    assert answer.attempts[0].fault is Fault.MALFORMED
    assert answer.model == STANDARD


async def test_an_empty_answer_and_one_without_end_are_failures(three: Rig) -> None:
    three.provider.script(PREMIUM, ["  \n", Done()])
    three.provider.script(STANDARD, ["half an answer"])
    answer = await three.answer(ask())
    assert [each.fault for each in answer.attempts] == [Fault.EMPTY, Fault.CUT, None]


async def test_repeated_failures_open_the_breaker_and_one_probe_closes_it(three: Rig) -> None:
    three.provider.script(PREMIUM, *([fails(Fault.SERVER)] * 3), says("up again"))
    for _ in range(5):
        await three.answer(ask())
    assert three.provider.called.count(PREMIUM) == 3
    assert three.gateway.live().slots[PREMIUM].available is False
    assert isinstance(three.clock, FakeClock)
    three.clock.advance(10.0)
    assert (await three.answer(ask())).text == "up again"


async def test_too_slow_for_a_keystroke_is_not_down_for_a_review(three: Rig) -> None:
    inline = ask(profile=Profile(task="inline_completion"))
    three.provider.script(BUDGET, [1e6])
    for _ in range(6):
        await three.answer(inline)
    assert three.provider.called.count(BUDGET) == 1
    assert three.gateway.fleet.health(three.gateway.fleet.of(BUDGET)[0]).breaker.allows


async def test_the_record_holds_hashes_and_counts_and_nothing_that_was_said(three: Rig, tmp_path: Path) -> None:
    canary = "canary_of_the_users_code"
    three.provider.script(PREMIUM, says("canary_answer", Usage(11, 7)))
    await three.answer(ask(f"def {canary}(): pass", document=f"file:///{canary}.py#1", scope=f"/{canary}"))
    await three.store.flush()
    await three.store.aclose()
    stored = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    assert canary.encode() not in stored
    assert b"canary_answer" not in stored
    assert PREMIUM.encode() in stored


async def test_a_broken_database_stops_no_free_call(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    made = rig(tmp_path)
    assert (await made.answer(ask(cacheable=True))).text == f"answer of {PREMIUM}"
    assert (await made.answer(ask(cacheable=True))).source is Source.CACHE
    assert (await made.gateway.spent()).today == 0
    await made.aclose()
