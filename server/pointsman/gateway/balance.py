"""Which deployment of a slot comes first: the strategy's algorithm over live figures, with a memory for conversations."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from typing import TypedDict

from pointsman.core.clock import Clock
from pointsman.core.types import Deployment
from pointsman.gateway.answer import Ask
from pointsman.gateway.fleet import Fleet
from pointsman.strategy import balancing
from pointsman.strategy.balancing import Load, Weights
from pointsman.strategy.rows import Balancing

_CONVERSATIONS = 256
_LATEST = 10
"""So many calls say how a deployment does: few enough that a bad turn is seen within as many requests."""

_TELLING = 5
_RATE_S = 60.0


class Room(TypedDict):
    """How many calls a deployment serves at once, and how many more may wait."""

    capacity: int
    longest_line: int


class Balance:
    """Orders the deployments of a slot for each request. `utilization` tells how busy this machine is, 0 to 1."""

    def __init__(
        self, fleet: Fleet, rules: Balancing, clock: Clock, *, goal: str = "", utilization: Callable[[], float] = lambda: 0.0
    ) -> None:
        self._fleet, self._clock, self._utilization = fleet, clock, utilization
        self._turns: Counter[str] = Counter()
        self._served: OrderedDict[tuple[str, str, str], str] = OrderedDict()
        self.configure(rules, goal=goal)

    def configure(self, rules: Balancing, *, goal: str) -> None:
        """Take over changed rules, and the person's cost goal; the standings are worked out anew."""
        self._rules, self._goal = rules, goal
        self._weights: dict[str, Weights] = {}

    def order(self, ask: Ask, slot: str, deployments: Sequence[Deployment]) -> Sequence[Deployment]:
        """All of `deployments`, the one to try first in front."""
        if len(deployments) < 2:
            return deployments
        task = ask.profile.task or ""
        loads = {each.name: self.load(each, task) for each in deployments}
        weights, now = self._weights.get(slot), self._clock.monotonic()
        if weights is None or balancing.due(weights, loads, self._rules, now=now):
            weights = balancing.adjust(deployments, loads, self._rules, now=now, goal=ask.profile.cost or self._goal)
            self._weights[slot] = weights
        self._turns[slot] += 1
        sticky = self._served.get((ask.scope, ask.agent, slot))
        rest, ordered = list(deployments), list[Deployment]()
        while len(rest) > 1:
            chosen = balancing.pick(
                rest, loads, self._rules, turn=self._turns[slot], sticky=None if ordered else sticky, weights=weights
            )
            ordered.append(chosen)
            rest.remove(chosen)
        return [*ordered, *rest]

    def served(self, ask: Ask, slot: str, deployment: Deployment) -> None:
        """Remember who answered: the next request of this conversation finds a warm prompt cache there."""
        place = (ask.scope, ask.agent, slot)
        self._served[place] = deployment.name
        self._served.move_to_end(place)
        while len(self._served) > _CONVERSATIONS:
            self._served.popitem(last=False)

    def room(self, deployment: Deployment) -> Room:
        """How many calls may run there at once, and wait."""
        calls = self._rules.calls_llama_cpp if deployment.provider == "llama_cpp" else self._rules.calls
        return Room(capacity=calls, longest_line=self._rules.longest_line)

    def load(self, deployment: Deployment, task: str = "") -> Load:
        """What is known of a deployment now, for a request of this task."""
        health = self._fleet.health(deployment)
        samples = health.samples
        latest = samples[-_LATEST:]
        good = [sample for sample in latest if sample.ok]
        alike = [sample for sample in samples if sample.task == task][-_LATEST:] if task else []
        latency = sum(sample.latency_s for sample in good) / len(good) if good else 0.0
        since = self._clock.monotonic() - _RATE_S
        return Load(
            success_rate=len(good) / len(latest) if latest else 1.0,
            quality=sum(sample.quality for sample in good) / len(good) if good else 1.0,
            mean_latency_s=latency,
            active=health.active,
            queued=health.queued,
            capacity=self.room(deployment)["capacity"],
            price=self._fleet.priced(deployment).price,
            task_score=sum(sample.quality for sample in alike) / len(alike) if len(alike) >= _TELLING else None,
            preference=health.kept,
            # What runs at once, where requests come as in the last minute and take as long as they do (Little's law).
            predicted=sum(sample.at >= since for sample in samples) / _RATE_S * latency,
            utilization=self._utilization() if deployment.local else 0.0,
        )
