"""What calls were billed for, kept by model and used for the next estimate; read back from the record at the start."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from pointsman.core.errors import StorageError
from pointsman.core.types import Usage
from pointsman.gateway.answer import Answer, Ask
from pointsman.gateway.budget import characters
from pointsman.gateway.fleet import Fleet
from pointsman.storage.answers import AnswerLog
from pointsman.strategy.cost_estimate import CHARS_PER_TOKEN, Billed, estimate
from pointsman.strategy.plan import Estimate, Plan, Profile

_KEPT = 96
"""Calls of one deployment that are remembered: enough for every task of an editor, and quick to search."""

_REFIT = 8
_RECENT = 1_000


class Estimates:
    """Calibrated estimates. Until the record is read they are as good as what this process has seen."""

    def __init__(self, log: AnswerLog, fleet: Fleet) -> None:
        self._log, self._fleet = log, fleet
        self._billed: dict[str, deque[Billed]] = {}
        self._known: list[Billed] = []
        self._new = 0
        """Calls since `_known` was put together."""
        self._loading: asyncio.Task[None] | None = None

    def load_soon(self) -> None:
        """Read the record once, in the background. Needs a running event loop; never raises."""
        if self._loading is None:
            self._loading = asyncio.get_running_loop().create_task(self._load(), name="estimates")

    def corrected(self, plan: Plan, profile: Profile) -> Plan:
        """The plan with an estimate from experience, where there is any with its model; an ensemble's stays as it is."""
        deployments = self._fleet.of(plan.model)
        if not plan.chain or not deployments or plan.method == "ensemble":
            return plan
        deployment = self._fleet.priced(deployments[0])
        history = self._history_now()
        if not history:
            return plan
        chars = round(profile.input_tokens * CHARS_PER_TOKEN)
        most = min(profile.output_tokens, deployment.max_output_tokens)
        usage = estimate(
            deployment.name, profile.task or "", chars, history, foreseen_output=profile.output_tokens, most_output=most
        )
        money = deployment.price.cost(usage)
        return replace(plan, estimate=Estimate(usage.input_tokens, usage.output_tokens, money))

    def learn(self, answer: Answer, ask: Ask) -> None:
        """Remember what one call was billed for, where the vendor said so."""
        if answer.usage_reported and answer.input_tokens > 0:
            usage = Usage(answer.input_tokens, answer.output_tokens, answer.cached_tokens)
            self._history(answer.deployment).append(Billed(answer.deployment, answer.task, characters(ask.prompt), usage))
            self._new += 1

    def _history_now(self) -> Sequence[Billed]:
        """All that is remembered, less the latest few once there are many: a fit for each decision costs too much."""
        if self._new >= _REFIT or len(self._known) < _REFIT * 2:
            self._known, self._new = [each for billed in self._billed.values() for each in billed], 0
        return self._known

    def _history(self, deployment: str) -> deque[Billed]:
        return self._billed.setdefault(deployment, deque(maxlen=_KEPT))

    async def _load(self) -> None:
        try:
            rows = await self._log.recent(_RECENT)
        except StorageError:
            return
        found: dict[str, list[Billed]] = {}
        for row in reversed(rows):
            if row.usage_reported and row.input_tokens > 0 and row.prompt_chars > 0:
                usage = Usage(row.input_tokens, row.output_tokens, row.cached_tokens)
                found.setdefault(row.deployment, []).append(Billed(row.deployment, row.task, row.prompt_chars, usage))
        self._new = _REFIT
        for deployment, billed in found.items():
            # What this process has seen meanwhile is newer, and may be among what was read: better twice than not at all.
            self._billed[deployment] = deque(_joined(billed, self._billed.get(deployment, ())), maxlen=_KEPT)


def _joined(older: Sequence[Billed], newer: Sequence[Billed] | deque[Billed]) -> list[Billed]:
    return [*(each for each in older if each not in newer), *newer]
