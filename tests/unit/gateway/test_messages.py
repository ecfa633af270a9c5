"""What a person reads when no model answered: why, in a few words, and nothing twice."""

from __future__ import annotations

from pathlib import Path

from tests.gateway.scripted import BUDGET, LADDER, PREMIUM, REMOTE, STANDARD, ask, deployment, fails, rig, says

from pointsman.core.errors import Fault
from pointsman.core.types import Method, Source
from pointsman.gateway.answer import Fallback, Verdict
from pointsman.strategy.plan import Profile


def guess() -> Fallback:
    return Fallback("x = 1", Source.WORKSPACE, "seen in this workspace, 40 % sure")


async def test_a_guess_without_a_configured_model_says_both_in_one_line(tmp_path: Path) -> None:
    keys = [deployment(PREMIUM, **REMOTE, key="anthropic"), deployment(STANDARD, **REMOTE, key="openai")]
    made = rig(tmp_path, deployments=keys)
    for slot, key in ((PREMIUM, "anthropic"), (STANDARD, "openai")):
        made.provider.missing[slot] = f"there is no key '{key}' (set one)"
    answer = await made.answer(ask(offline=(guess,)))
    assert answer.message == "seen in this workspace, 40 % sure; no model is configured"
    assert answer.plan.reasons[0] == "no model is configured (no key for anthropic, openai; no local model)"
    refused = await made.answer(ask("another"))
    assert refused.message == answer.plan.reasons[0]
    assert len(set(refused.reasons)) == len(refused.reasons)
    await made.aclose()


async def test_code_that_must_stay_here_without_a_local_model(tmp_path: Path) -> None:
    made = rig(tmp_path, deployments=[deployment(PREMIUM, **REMOTE)], local_only=True)
    assert (await made.answer(ask())).message == "this code must stay here, and no local model is configured"
    await made.aclose()


async def test_models_that_are_down_are_named_and_not_called_unconfigured(tmp_path: Path) -> None:
    made = rig(tmp_path, deployments=[deployment(PREMIUM)])
    made.provider.script(PREMIUM, fails(Fault.RATE_LIMITED, retry_after_s=900.0))
    await made.answer(ask())
    answer = await made.answer(ask(offline=(guess,)))
    assert answer.message.startswith("seen in this workspace, 40 % sure; no model can be asked: claude_4_sonnet rests")
    await made.aclose()


async def test_a_failure_is_told_once(tmp_path: Path) -> None:
    made = rig(tmp_path)
    for slot in LADDER:
        made.provider.script(slot, fails(Fault.AUTH))
    answer = await made.answer(ask(offline=(guess,)))
    assert answer.message == "seen in this workspace, 40 % sure; claude_4_sonnet: scripted auth"
    told = "\n".join(answer.reasons)
    assert told.count("claude_4_sonnet: scripted auth") == 1
    await made.aclose()


async def test_a_stand_in_does_not_name_its_model_twice(tmp_path: Path) -> None:
    made = rig(tmp_path)
    made.provider.script(PREMIUM, fails(Fault.SERVER))
    assert (await made.answer(ask())).message == "gpt_4_turbo stands in for claude_4_sonnet: scripted server"
    await made.aclose()


async def test_a_cascade_that_escalates_is_what_was_planned_and_says_why(tmp_path: Path) -> None:
    made = rig(tmp_path)
    made.provider.script(BUDGET, says("wrong"))

    def check(text: str) -> Verdict:
        return Verdict(0.2, text, ("the finding is still there",)) if text == "wrong" else Verdict(1.0, text)

    answer = await made.answer(ask(profile=Profile(task="simple_bug_fixes"), check=check))
    assert (answer.plan.method, answer.model, answer.degraded) == (Method.CASCADE, STANDARD, False)
    assert answer.message.startswith("gpt_4_turbo was asked after codellama_70b: quality 0.20 is below 0.70")
    assert "the finding is still there" in answer.message
    made.provider.script(STANDARD, fails(Fault.SERVER))
    further = await made.answer(ask("another", profile=Profile(task="simple_bug_fixes"), check=check))
    assert (further.model, further.degraded) == (PREMIUM, True)
    await made.aclose()


async def test_a_cascade_whose_cheap_answer_passes_asks_nobody_else(tmp_path: Path) -> None:
    made = rig(tmp_path)
    answer = await made.answer(ask(profile=Profile(task="simple_bug_fixes")))
    assert (answer.model, made.provider.called) == (BUDGET, [BUDGET])
    await made.aclose()
