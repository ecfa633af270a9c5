"""One rung of the ladder: a place in its line, money, the call, what it used, the judgement of the answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from pointsman.core.clock import Clock
from pointsman.core.errors import BudgetError, Fault, ProviderError
from pointsman.core.types import Deployment, Tier, Usage
from pointsman.gateway import budget as money
from pointsman.gateway import quality
from pointsman.gateway.answer import Ask, Attempt, Verdict
from pointsman.gateway.balance import Balance
from pointsman.gateway.budget import Budget
from pointsman.gateway.call import Call, Limits
from pointsman.gateway.fleet import Fleet
from pointsman.gateway.outbound import outgoing
from pointsman.gateway.screen import Screen
from pointsman.providers.base import Done, Prompt
from pointsman.storage.ledger import Reservation


@dataclass(frozen=True, slots=True)
class Given:
    """An answer of a model, judged."""

    slot: str
    deployment: Deployment
    verdict: Verdict
    usage: Usage
    done: Done
    attempt: int
    """Its place among the attempts."""
    good: bool
    """Whether it reached the threshold."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What every rung of one request stands on. `attempts` grows by one entry with each rung that ended."""

    ask: Ask
    fleet: Fleet
    budget: Budget
    balance: Balance
    clock: Clock
    screen: Screen
    threshold: float
    attempts: list[Attempt]

    def skip(self, slot: str, deployment: str, fault: Fault, note: str) -> None:
        """Note a rung that was passed over."""
        self.attempts.append(Attempt(slot, deployment, fault, note, 0.0))


class Rung:
    """One deployment, asked once. `overtaken` says who answered before it, once it is cancelled for that."""

    def __init__(self, ground: Ground, slot: str, deployment: Deployment, limits: Limits) -> None:
        self._on, self.slot, self.limits = ground, slot, limits
        self.deployment = ground.fleet.priced(deployment)
        self._began = ground.clock.monotonic()
        self._call: Call | None = None
        self.fault: Fault | None = None
        """How it failed, once it did."""
        self.overtaken = ""

    @property
    def silent(self) -> bool:
        """Whether no text has come yet."""
        return self._call is None or self._call.first_s is None

    async def ask(self) -> Given | None:
        """The model's answer, judged, or None when there was none; `Given.good` says whether the ladder may end with it.

        Raises CancelledError alone, after what was used is settled and noted.
        """
        on = self._on
        health = on.fleet.health(self.deployment)
        try:
            await health.enter(**on.balance.room(self.deployment), limit_s=self.limits.first_s)
        except ProviderError as error:
            self._note(error.fault, error.message)
            return None
        try:
            return await self._inside()
        finally:
            health.leave()

    async def _inside(self) -> Given | None:
        on, deployment = self._on, self.deployment
        try:
            prompt = self._outgoing()
            tier = on.fleet.slots[self.slot].tier if self.slot in on.fleet.slots else Tier.PREMIUM
            reservation = await on.budget.reserve(deployment, tier, prompt, limit_s=min(self.limits.total_s / 3, 2.0))
        except BudgetError as error:
            # No fault of the deployment: its health is not touched.
            self._note(Fault.NOT_CONFIGURED, f"no money: {error}")
            return None
        except ProviderError as error:
            self._note(error.fault, error.message)
            return None
        provider, health = on.fleet.provider(deployment), on.fleet.health(deployment)
        call = self._call = Call(provider, deployment, prompt, self.limits, on.clock, on.screen.speaker(self))
        health.begin()
        try:
            done = await call.run()
        except ProviderError as error:
            used = money.used_by_failure(error, prompt, call.chars)
            health.fail(error, on.clock.monotonic() - call.started, task=on.ask.profile.task or "")
            self._note(error.fault, error.message, on.budget.settle(reservation, deployment, used))
            on.screen.leave(self)
            return None
        except asyncio.CancelledError:
            self._withdraw(call, prompt, reservation)
            raise
        usage = done.usage or money.estimated(prompt, call.chars)
        health.succeed(on.clock.monotonic() - call.started, call.first_s, task=on.ask.profile.task or "")
        return self._judge(call, done, usage, on.budget.settle(reservation, deployment, usage))

    def _judge(self, call: Call, done: Done, usage: Usage, spent: int) -> Given:
        on = self._on
        verdict = quality.judged(on.ask.check, call.text, done, hole=on.ask.prompt.fim)
        on.fleet.health(self.deployment).judge(verdict.score)
        good = quality.good(verdict, on.threshold)
        given = Given(self.slot, self.deployment, verdict, usage, done, len(on.attempts), good)
        if good:
            self._note(None, "answered", spent)
            on.balance.served(on.ask, self.slot, self.deployment)
            return given
        why = "; ".join(verdict.reasons) or "no reason given"
        self._note(Fault.MALFORMED, f"quality {verdict.score:.2f} is below {on.threshold:.2f}: {why}", spent)
        on.screen.leave(self)
        return given

    def _withdraw(self, call: Call, prompt: Prompt, reservation: Reservation | None) -> None:
        """Nobody waits for it any more: what was sent and what had come is what it used."""
        on = self._on
        health = on.fleet.health(self.deployment)
        if self.overtaken:
            health.overtaken(self.limits.first_s)
        else:
            health.cancel()
        spent = on.budget.settle(reservation, self.deployment, money.estimated(prompt, call.chars))
        waited = on.clock.monotonic() - call.started
        note = f"overtaken by {self.overtaken} after {waited:.1f} s" if self.overtaken else "cancelled"
        self._note(Fault.TIMEOUT, note, spent)
        on.screen.leave(self)

    def _outgoing(self) -> Prompt:
        try:
            return outgoing(self._on.ask.prompt, self.deployment)
        except Exception as error:
            # What could not be searched for secrets does not leave.
            text = f"the prompt could not be searched for secrets ({type(error).__name__})"
            raise ProviderError(Fault.BAD_REQUEST, text) from None

    def _note(self, fault: Fault | None, note: str, spent: int = 0) -> None:
        self.fault = fault
        now, call = self._on.clock.monotonic(), self._call
        called = (call.started, now - call.started, call.first_s) if call is not None else (None, 0.0, None)
        attempt = Attempt(self.slot, self.deployment.name, fault, note, now - self._began, spent, *called)
        self._on.attempts.append(attempt)
