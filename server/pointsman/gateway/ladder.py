"""The only retry loop of the project: one request, down the rungs of its plan, inside its deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from pointsman.core.clock import Clock
from pointsman.core.errors import BudgetError, Fault, ProviderError
from pointsman.core.types import Deployment, Tier, Usage
from pointsman.gateway import budget as money
from pointsman.gateway import quality
from pointsman.gateway.answer import Ask, Attempt, Verdict
from pointsman.gateway.balance import Balance
from pointsman.gateway.budget import Budget
from pointsman.gateway.call import Call, Limits
from pointsman.gateway.fleet import Endpoint, Fleet, endpoint
from pointsman.gateway.outbound import outgoing
from pointsman.providers.base import Done, Prompt
from pointsman.security.output import clean
from pointsman.strategy.plan import Plan

_SAME_FOR_ALL = {Fault.BAD_REQUEST, Fault.TOO_LONG, Fault.REFUSED}
"""Faults that another deployment of the same model would repeat."""

_NOT_WORTH_ANOTHER = {Fault.NOT_CONFIGURED, Fault.AUTH, Fault.NOT_FOUND, Fault.REDIRECT, *_SAME_FOR_ALL}
_RETRIES = 2
_SHORTEST_S = 0.2

Show = Callable[[str], None]


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


class Climb:
    """The way of one request. `attempts` and what was spent can be read at any time, also after a cancellation."""

    def __init__(
        self, ask: Ask, plan: Plan, fleet: Fleet, budget: Budget, balance: Balance, clock: Clock, random: Random,
        *, threshold: float, ends_at: float, local_only: bool, show: Show | None,
    ) -> None:  # fmt: skip
        self._ask, self._plan, self._fleet, self._budget, self._balance = ask, plan, fleet, budget, balance
        self._clock, self._random, self._threshold, self._ends_at = clock, random, threshold, ends_at
        self._local_only, self._show = local_only, show
        self._tried: set[Endpoint] = set()
        self._again: dict[str, tuple[str, Deployment]] = {}
        self.attempts: list[Attempt] = []
        self.best: Given | None = None
        """The best answer that was usable and yet below the threshold."""

    @property
    def micro_dollars(self) -> int:
        return sum(each.micro_dollars for each in self.attempts)

    async def down(self) -> Given | None:
        """Try each rung once: the deployments of a slot, then the next slot. None when no answer reached the threshold."""
        for slot in self._plan.chain:
            given = await self._slot(slot)
            if given is not None:
                return given
        return None

    async def again(self) -> Given | None:
        """Wait for the rung that can be asked soonest, when that fits into the deadline, and try it once more."""
        for _ in range(_RETRIES):
            waits = [(self._wait_s(each), name) for name, (_, each) in self._again.items()]
            due = min(((wait, name) for wait, name in waits if wait is not None), default=None)
            if due is None or due[0] > self._left() - _SHORTEST_S:
                return None
            await self._clock.sleep(due[0])
            slot, deployment = self._again.pop(due[1])
            if self._fleet.unavailable(deployment) is None:
                given = await self._rung(slot, deployment, others=len(self._again))
                if given is not None:
                    return given
        return None

    def expect(self, slots: Sequence[str]) -> None:
        """Let `again` also wait for these slots, which rested when the plan was made."""
        for slot in slots:
            for deployment in self._fleet.of(slot):
                if endpoint(deployment) in self._tried or self._unfit(deployment) or self._fleet.missing(deployment):
                    continue
                self._tried.add(endpoint(deployment))
                self._again[deployment.name] = (slot, deployment)

    def settle_for_best(self) -> Given | None:
        """Take the best poor answer after all; its attempt then counts as the one that answered."""
        if self.best is not None:
            place = self.best.attempt
            self.attempts[place] = replace(self.attempts[place], fault=None)
        return self.best

    async def _slot(self, slot: str) -> Given | None:
        deployments = self._fleet.of(slot)
        if not deployments:
            self._skip(slot, "", Fault.NOT_CONFIGURED, "is bound to no model")
        for deployment in self._balance.order(self._ask, slot, deployments):
            if endpoint(deployment) in self._tried:
                continue
            self._tried.add(endpoint(deployment))
            if self._left() < _SHORTEST_S / 2:
                self._skip(slot, deployment.name, Fault.TIMEOUT, "the deadline left no time for it")
                continue
            reason = self._refusal(deployment)
            if reason is not None:
                if reason[0] not in _NOT_WORTH_ANOTHER:
                    self._again[deployment.name] = (slot, deployment)
                self._skip(slot, deployment.name, *reason)
                continue
            given = await self._rung(slot, deployment, others=self._others())
            if given is not None:
                return given
            last = self.attempts[-1]
            if last.fault in _SAME_FOR_ALL or (self.best is not None and self.best.attempt == len(self.attempts) - 1):
                return None
        return None

    def _refusal(self, deployment: Deployment) -> tuple[Fault, str] | None:
        unavailable = self._unfit(deployment) or self._fleet.unavailable(deployment)
        if unavailable is not None:
            return unavailable
        others = self._others()
        if others and self._fleet.health(deployment).too_slow_for(self._limits(others).first_s):
            return Fault.TIMEOUT, "it was too slow for this kind of request a moment ago"
        return None

    def _unfit(self, deployment: Deployment) -> tuple[Fault, str] | None:
        return self._fleet.unfit(deployment, self._ask.prompt, local_only=self._local_only)

    def _others(self) -> int:
        """How many further rungs could still be tried."""
        open_rungs = {
            endpoint(each)
            for slot in self._plan.chain
            for each in self._fleet.of(slot)
            if endpoint(each) not in self._tried and self._unfit(each) is None and self._fleet.unavailable(each) is None
        }
        return len(open_rungs)

    def _left(self) -> float:
        return self._ends_at - self._clock.monotonic()

    def _limits(self, others: int) -> Limits:
        """Share what is left: a rung that says nothing must leave enough for the ones below it."""
        left = self._left()
        share = left / min(others + 1, 3) if others else left * 0.6
        total = min(self._plan.attempt_s, left * 0.75 if others else left)
        return Limits(first_s=min(share, total), gap_s=min(share, total), total_s=total)

    async def _rung(self, slot: str, deployment: Deployment, *, others: int) -> Given | None:
        began, deployment = self._clock.monotonic(), self._fleet.priced(deployment)
        try:
            prompt = self._outgoing(deployment)
            tier = self._fleet.slots[slot].tier if slot in self._fleet.slots else Tier.PREMIUM
            reservation = await self._budget.reserve(deployment, tier, prompt, limit_s=min(self._left() / 3, 2.0))
        except BudgetError as error:
            # No fault of the deployment: its health is not touched.
            self._note(slot, deployment, Fault.NOT_CONFIGURED, f"no money: {error}", began)
            return None
        except ProviderError as error:
            self._note(slot, deployment, error.fault, error.message, began)
            return None
        health, limits = self._fleet.health(deployment), self._limits(others)
        call = Call(self._fleet.provider(deployment), deployment, prompt, limits, self._clock, self._streaming())
        health.begin()
        try:
            done = await call.run()
        except ProviderError as error:
            usage = money.used_by_failure(error, prompt, call.chars)
            health.fail(error, self._clock.monotonic() - call.started)
            spent = self._budget.settle(reservation, deployment, usage)
            self._note(slot, deployment, error.fault, error.message, began, spent, call)
            if error.fault not in _NOT_WORTH_ANOTHER:
                self._again[deployment.name] = (slot, deployment)
            self._take_back(call)
            return None
        except asyncio.CancelledError:
            health.cancel()
            spent = self._budget.settle(reservation, deployment, money.estimated(prompt, call.chars))
            self._note(slot, deployment, Fault.TIMEOUT, "cancelled", began, spent, call)
            raise
        health.succeed(self._clock.monotonic() - call.started)
        usage = done.usage or money.estimated(prompt, call.chars)
        spent = self._budget.settle(reservation, deployment, usage)
        verdict = quality.judged(self._ask.check, call.text, done, hole=prompt.fim)
        health.judge(verdict.score)
        given = Given(slot, deployment, verdict, usage, done, len(self.attempts))
        if quality.good(verdict, self._threshold):
            self._note(slot, deployment, None, "answered", began, spent, call)
            self._balance.served(self._ask, slot, deployment)
            return given
        why = "; ".join(verdict.reasons) or "no reason given"
        note = f"quality {verdict.score:.2f} is below {self._threshold:.2f}: {why}"
        self._note(slot, deployment, Fault.MALFORMED, note, began, spent, call)
        if quality.usable(verdict) and (self.best is None or verdict.score > self.best.verdict.score):
            self.best = given
        self._take_back(call)
        return None

    def _outgoing(self, deployment: Deployment) -> Prompt:
        try:
            return outgoing(self._ask.prompt, deployment)
        except Exception as error:
            # What could not be searched for secrets does not leave.
            text = f"the prompt could not be searched for secrets ({type(error).__name__})"
            raise ProviderError(Fault.BAD_REQUEST, text) from None

    def _wait_s(self, deployment: Deployment) -> float | None:
        ready = self._fleet.health(deployment).ready_in_s()
        return None if ready is None else max(ready, 0.1 * (1 + self._random.random()))

    def _streaming(self) -> Show | None:
        show = self._show
        return None if show is None else lambda text: show(clean(text))

    def _take_back(self, call: Call) -> None:
        """What a failed rung has shown is not an answer."""
        if self._show is not None and call.chars:
            self._show("")

    def _skip(self, slot: str, deployment: str, fault: Fault, note: str) -> None:
        self.attempts.append(Attempt(slot, deployment, fault, note, 0.0))

    def _note(
        self, slot: str, deployment: Deployment, fault: Fault | None, note: str, began: float, spent: int = 0,
        call: Call | None = None,
    ) -> None:  # fmt: skip
        now = self._clock.monotonic()
        called = (call.started, now - call.started, call.first_s) if call is not None else (None, 0.0, None)
        self.attempts.append(Attempt(slot, deployment.name, fault, note, now - began, spent, *called))
