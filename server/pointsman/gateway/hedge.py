"""A second model beside a silent first one, where a person waits at the cursor: when, and at what price."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from pointsman.core.clock import Clock
from pointsman.core.types import Deployment
from pointsman.gateway.budget import most
from pointsman.gateway.fleet import Fleet
from pointsman.gateway.rung import Rung
from pointsman.providers.base import Prompt
from pointsman.strategy.rows import Hedging


class Hedge:
    """The rules of `[hedging]` for one request, over the live figures of the fleet."""

    def __init__(self, rules: Hedging, fleet: Fleet, prompt: Prompt, clock: Clock) -> None:
        self._rules, self._fleet, self._prompt, self._clock = rules, fleet, prompt, clock

    def delay_s(self, deployment: Deployment) -> float:
        """Seconds of silence after which a deployment is later than it almost always is."""
        usual = self._fleet.health(deployment).first_text_s(self._rules.share)
        return max(self._rules.after_s if usual is None else usual, self._rules.least_s)

    def affords(self, deployment: Deployment) -> bool:
        """Whether a second call there can cost no more than the strategy allows; the budget has its own say."""
        return most(deployment, self._prompt) <= self._rules.most_micro_dollars

    async def wait(self, rung: Rung, asking: asyncio.Task[object]) -> None:
        """Return when the rung has ended or has had its time."""
        timer = asyncio.create_task(_sleep(self._clock.sleep(self.delay_s(rung.deployment))))
        try:
            await asyncio.wait({asking, timer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()


async def _sleep(sleeping: Awaitable[None]) -> None:
    await sleeping
