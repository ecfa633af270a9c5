"""Which deployment of a slot comes first: the strategy's algorithm over live figures, with a memory for conversations."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Sequence

from pointsman.core.types import Deployment
from pointsman.gateway.answer import Ask
from pointsman.gateway.fleet import Fleet
from pointsman.strategy import balancing
from pointsman.strategy.balancing import Load
from pointsman.strategy.rows import Balancing

_CONVERSATIONS = 256


class Balance:
    """Orders the deployments of a slot for each request."""

    def __init__(self, fleet: Fleet, rules: Balancing) -> None:
        self._fleet, self.rules = fleet, rules
        self._turns: Counter[str] = Counter()
        self._served: OrderedDict[tuple[str, str, str], str] = OrderedDict()

    def order(self, ask: Ask, slot: str, deployments: Sequence[Deployment]) -> Sequence[Deployment]:
        """All of `deployments`, the one to try first in front."""
        if len(deployments) < 2:
            return deployments
        loads = {each.name: self._load(each) for each in deployments}
        self._turns[slot] += 1
        sticky = self._served.get((ask.scope, ask.agent, slot))
        rest, ordered = list(deployments), list[Deployment]()
        while len(rest) > 1:
            first = balancing.pick(rest, loads, self.rules, turn=self._turns[slot], sticky=None if ordered else sticky)
            ordered.append(first)
            rest.remove(first)
        return [*ordered, *rest]

    def served(self, ask: Ask, slot: str, deployment: Deployment) -> None:
        """Remember who answered: the next request of this conversation finds a warm prompt cache there."""
        place = (ask.scope, ask.agent, slot)
        self._served[place] = deployment.name
        self._served.move_to_end(place)
        while len(self._served) > _CONVERSATIONS:
            self._served.popitem(last=False)

    def _load(self, deployment: Deployment) -> Load:
        health = self._fleet.health(deployment)
        samples = health.samples
        good = [sample for sample in samples if sample.ok]
        return Load(
            success_rate=len(good) / len(samples) if samples else 1.0,
            quality=sum(sample.quality for sample in good) / len(good) if good else 1.0,
            mean_latency_s=sum(sample.latency_s for sample in good) / len(good) if good else 0.0,
            active=health.active,
            price=self._fleet.priced(deployment).price,
        )
