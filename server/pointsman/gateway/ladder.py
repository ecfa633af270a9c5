"""The only retry loop of the project: one request, down the rungs of its plan, inside its deadline."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from pointsman.core.errors import Fault
from pointsman.core.types import Deployment
from pointsman.gateway import quality
from pointsman.gateway.call import Limits
from pointsman.gateway.fleet import Endpoint, endpoint
from pointsman.gateway.hedge import Hedge
from pointsman.gateway.rung import Given, Ground, Rung
from pointsman.strategy.plan import Plan

_SAME_FOR_ALL = {Fault.BAD_REQUEST, Fault.TOO_LONG, Fault.REFUSED}
"""Faults that another deployment of the same model would repeat."""

_NOT_WORTH_ANOTHER = {Fault.NOT_CONFIGURED, Fault.AUTH, Fault.NOT_FOUND, Fault.REDIRECT, *_SAME_FOR_ALL}
_RETRIES = 2
_PATIENCE_S = 2.0
"""So much longer may another one take to be ready before the same one is tried again."""

_SHORTEST_S = 0.2

Place = tuple[str, Deployment]
"""A slot, and the deployment that is asked for it."""


class Climb:
    """The way of one request. `attempts` and what was spent can be read at any time, also after a cancellation."""

    def __init__(
        self, ground: Ground, plan: Plan, random: Random, *, ends_at: float, local_only: bool, hedge: Hedge | None = None
    ) -> None:
        self._ground, self._plan, self._random, self._ends_at, self._hedge = ground, plan, random, ends_at, hedge
        self._ask, self._fleet, self._clock, self._local_only = ground.ask, ground.fleet, ground.clock, local_only
        self._tried: set[Endpoint] = set()
        self._spent: set[str] = set()
        """Slots whose other deployments would say the same."""
        self._again: dict[str, Place] = {}
        self._places = self._each()
        self._kept: Place | None = None
        self.attempts = ground.attempts
        self.best: Given | None = None
        """The best answer that was usable and yet below the threshold."""

    @property
    def micro_dollars(self) -> int:
        return sum(each.micro_dollars for each in self.attempts)

    async def down(self) -> Given | None:
        """Try each rung once: the deployments of a slot, then the next slot. None when no answer reached the threshold."""
        while (place := self._next()) is not None:
            given = await (
                self._raced(place, hedge) if (hedge := self._hedge) is not None else self._settled(self._rung(place))
            )
            if given is not None:
                return given
        return None

    async def again(self) -> Given | None:
        """Wait for the rung that can be asked soonest, when that fits into the deadline, and try it once more.

        Who failed again comes after who has not been tried again.
        """
        tries: Counter[str] = Counter()
        while True:
            waits = [
                (tries[name] * _PATIENCE_S + wait, wait, name)
                for name, (_, each) in self._again.items()
                if tries[name] < _RETRIES and (wait := self._wait_s(each)) is not None and wait <= self._left() - _SHORTEST_S
            ]
            if not waits:
                return None
            _, wait, name = min(waits)
            await self._clock.sleep(wait)
            tries[name] += 1
            slot, deployment = self._again.pop(name)
            if self._fleet.missing(deployment) is None and self._fleet.health(deployment).ready_in_s() == 0.0:
                given = await self._settled(Rung(self._ground, slot, deployment, self._limits(len(self._again))))
                if given is not None:
                    return given

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

    async def _settled(self, rung: Rung) -> Given | None:
        """Ask one rung; None unless the ladder ends with its answer."""
        given = await rung.ask()
        if given is not None and given.good:
            return given
        best = self.best
        if given is not None and quality.usable(given.verdict) and (best is None or given.verdict.score > best.verdict.score):
            self.best = given
            self._spent.add(rung.slot)
        elif rung.fault in _SAME_FOR_ALL:
            self._spent.add(rung.slot)
        if given is None and rung.fault not in _NOT_WORTH_ANOTHER:
            self._again[rung.deployment.name] = (rung.slot, rung.deployment)
        return None

    async def _raced(self, place: Place, hedge: Hedge) -> Given | None:
        """Ask one rung, and the next one beside it when the first says nothing for too long. The first good answer counts.

        Whoever is overtaken is cancelled at once: its socket closes, and it is charged for what it used.
        """
        first = self._rung(place)
        racing = {asyncio.create_task(self._settled(first)): first}
        try:
            await hedge.wait(first, next(iter(racing)))
            second = self._next() if not next(iter(racing)).done() and first.silent else None
            if second is not None and not hedge.affords(self._fleet.priced(second[1])):
                self._kept, second = second, None
            if second is not None:
                # At most one for a request.
                self._hedge, rung = None, self._rung(second)
                racing[asyncio.create_task(self._settled(rung))] = rung
            while racing:
                done, _ = await asyncio.wait(racing, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    winner = racing.pop(task)
                    if (given := task.result()) is not None:
                        for other in racing.values():
                            other.overtaken = winner.slot if winner.slot != other.slot else winner.deployment.name
                        return given
            return None
        finally:
            for task in racing:
                task.cancel()
            if racing:
                await asyncio.wait(racing)

    def _next(self) -> Place | None:
        """The next rung that may be asked now; those that may not are noted and passed over."""
        kept, self._kept = self._kept, None
        return kept if kept is not None else next(self._places, None)

    def _each(self) -> Iterator[Place]:
        for slot in self._plan.chain:
            deployments = self._fleet.of(slot)
            if not deployments:
                self._ground.skip(slot, "", Fault.NOT_CONFIGURED, "is bound to no model")
            for deployment in self._ground.balance.order(self._ask, slot, deployments):
                if endpoint(deployment) in self._tried or slot in self._spent:
                    continue
                self._tried.add(endpoint(deployment))
                if self._left() < _SHORTEST_S / 2:
                    self._ground.skip(slot, deployment.name, Fault.TIMEOUT, "the deadline left no time for it")
                    continue
                reason = self._refusal(deployment)
                if reason is None:
                    yield slot, deployment
                    continue
                if reason[0] not in _NOT_WORTH_ANOTHER:
                    self._again[deployment.name] = (slot, deployment)
                self._ground.skip(slot, deployment.name, *reason)

    def _rung(self, place: Place) -> Rung:
        return Rung(self._ground, *place, self._limits(self._others()))

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

    def _wait_s(self, deployment: Deployment) -> float | None:
        ready = self._fleet.health(deployment).ready_in_s()
        return None if ready is None else max(ready, 0.1 * (1 + self._random.random()))
