"""Money: reserved before, settled after, refused when in doubt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gateway.scripted import (
    BUDGET,
    PREMIUM,
    REMOTE,
    STANDARD,
    Rig,
    ask,
    deployment,
    fails,
    quiet,
    rig,
    says,
    strategy,
    system_clock,
    template,
)

from pointsman.core.errors import Fault, ProviderError
from pointsman.core.types import Price, Source, Usage
from pointsman.gateway import budget
from pointsman.providers.base import Message, Prompt
from pointsman.storage.ledger import Ledger


@pytest.fixture
async def paid(tmp_path: Path) -> AsyncIterator[Rig]:
    made = rig(tmp_path, deployments=[deployment(PREMIUM, **REMOTE), deployment(BUDGET)], clock=system_clock())
    yield made
    await made.aclose()


async def ledger_rows(made: Rig) -> list[tuple[str, int, int | None]]:
    await made.store.flush()
    return await made.store.read(lambda db: db.execute("SELECT deployment, reserved, settled FROM ledger").fetchall())


async def test_an_answer_costs_what_the_vendor_reports(paid: Rig) -> None:
    paid.provider.script(PREMIUM, says("fine", Usage(1_000, 500, cached_tokens=400)))
    answer = await paid.answer(ask())
    cost = Price(2_000_000, 10_000_000, 100_000).cost(Usage(1_000, 500, 400))
    assert answer.micro_dollars == cost
    assert await paid.gateway.spent() == budget.Spent(cost, cost)
    ((name, reserved, settled),) = await ledger_rows(paid)
    assert (name, settled) == (PREMIUM, cost)
    assert reserved >= cost


async def test_free_calls_need_no_ledger_row(paid: Rig) -> None:
    paid.provider.script(PREMIUM, fails(Fault.NETWORK))
    answer = await paid.answer(ask())
    assert (answer.model, answer.micro_dollars) == (BUDGET, 0)
    assert await ledger_rows(paid) == [(PREMIUM, pytest.approx(20_000, abs=20_000), 0)]


@pytest.mark.parametrize(
    ("fault", "status", "text", "charged"),
    [
        (Fault.NETWORK, None, "", False),
        (Fault.RATE_LIMITED, 429, "", False),
        (Fault.SERVER, 500, "", False),
        (Fault.CUT, None, "half", True),
        (Fault.EMPTY, None, "", True),
        (Fault.SERVER, None, "half", True),
    ],
)
async def test_a_failed_call_is_charged_for_what_came(
    paid: Rig, fault: Fault, status: int | None, text: str, charged: bool
) -> None:
    paid.provider.script(PREMIUM, [*([text] if text else []), ProviderError(fault, "scripted", status=status)])
    await paid.answer(ask())
    ((_, reserved, settled),) = await ledger_rows(paid)
    assert settled is not None
    assert (settled > 0) is charged
    assert settled < reserved


async def test_a_cancelled_call_is_settled_for_what_was_used(paid: Rig) -> None:
    paid.provider.script(PREMIUM, ["some text", 60.0])
    task = asyncio.create_task(paid.gateway.ask(ask()))
    while not paid.provider.calls:
        await quiet()
    await quiet()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await quiet()
    ((_, reserved, settled),) = await ledger_rows(paid)
    assert settled is not None
    assert 0 < settled < reserved
    rows = await paid.store.read(lambda db: db.execute("SELECT source, micro_dollars FROM answers").fetchall())
    assert rows == [("none", settled)]


async def test_over_the_limit_the_free_model_answers(tmp_path: Path) -> None:
    tight = strategy(budget_allocation={"daily_limits": {"premium": 0.001, "standard": 1, "budget": 1}})
    both = [deployment(PREMIUM, **REMOTE), deployment(BUDGET)]
    made = rig(tmp_path, deployments=both, clock=system_clock(), plan=tight)
    answer = await made.answer(ask())
    assert answer.model == BUDGET
    assert made.provider.called == [BUDGET]
    assert any("limit" in reason for reason in answer.reasons)
    await made.aclose()


async def test_without_a_ledger_money_fails_closed_and_free_calls_go_on(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    both = [deployment(PREMIUM, **REMOTE), deployment(BUDGET)]
    made = rig(tmp_path, deployments=both, clock=system_clock())
    answer = await made.answer(ask())
    assert made.provider.called == [BUDGET]
    assert answer.text == f"answer of {BUDGET}"
    assert any("no paid call without a ledger" in each.note for each in answer.attempts)
    await made.aclose()
    alone = rig(tmp_path, deployments=both[:1], clock=system_clock())
    refused = await alone.answer(ask(offline=(template,)))
    assert refused.source is Source.TEMPLATE
    assert "ledger" in refused.message
    assert alone.provider.called == []
    await alone.aclose()


async def test_a_remote_model_without_a_known_price_is_never_free(tmp_path: Path) -> None:
    unpriced = deployment(STANDARD, base_url="https://models.example.com", key="SOME_KEY")
    made = rig(tmp_path, deployments=[unpriced], clock=system_clock())
    assert (await made.answer(ask())).micro_dollars > 0
    await made.aclose()


async def test_calls_a_minute_are_bounded(paid: Rig) -> None:
    costs = [(await paid.answer(ask(f"question {number}"))).micro_dollars for number in range(budget.CALLS_A_MINUTE + 10)]
    assert sum(cost > 0 for cost in costs) == budget.CALLS_A_MINUTE
    assert len(await ledger_rows(paid)) == budget.CALLS_A_MINUTE


async def test_spending_stays_exactly_under_the_limit_with_a_thousand_callers_at_once(tmp_path: Path) -> None:
    clock = system_clock()
    made = rig(tmp_path, clock=clock)
    limits = budget.DailyLimits({}, 1_000_000, "free")
    money = [budget.Budget(Ledger(made.store, clock), limits, clock) for _ in range(20)]
    remote, prompt = deployment(PREMIUM, **REMOTE), Prompt(messages=(Message("user", "x"),), max_output_tokens=900)
    most, used = budget.most(remote, prompt), 0
    granted = 0

    async def one(number: int) -> None:
        nonlocal used, granted
        try:
            held = await money[number % 20].reserve(remote, strategy().slots[PREMIUM].tier, prompt, limit_s=30.0)
        except budget.BudgetError:
            return
        granted += 1
        await asyncio.sleep(0)
        used += money[number % 20].settle(held, remote, Usage(number % 50, number % 900))

    await asyncio.gather(*(one(number) for number in range(1_000)))
    await made.store.flush()
    totals = await Ledger(made.store, clock).totals()
    assert totals.all == used <= 1_000_000
    assert granted >= 1_000_000 // most
    await made.aclose()


@given(st.text(max_size=300), st.integers(1, 4_000))
def test_the_reservation_covers_any_honest_bill(text: str, most_output: int) -> None:
    remote = deployment(PREMIUM, **REMOTE)
    prompt = Prompt(system=text, messages=(Message("user", text),), prefix=text, max_output_tokens=most_output)
    tokens = 3 * len(text.encode())
    assert budget.most(remote, prompt) >= remote.price.cost(Usage(tokens, min(most_output, remote.max_output_tokens)))


@given(*[st.integers(-(2**70), 2**70)] * 3)
def test_no_usage_whatever_moves_money_back_or_breaks_the_ledger(given_: int, out: int, cached: int) -> None:
    price = Price(2_000_000, 10_000_000, 100_000)
    assert 0 <= budget.charge(price, Usage(given_, out, cached), reserved=5_000) <= 4 * 5_000
