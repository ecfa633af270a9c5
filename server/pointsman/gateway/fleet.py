"""Every deployment that may be called, with what is known of its health."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random

from pointsman.core.clock import Clock
from pointsman.core.errors import Fault
from pointsman.core.types import Deployment, Price
from pointsman.gateway.budget import characters
from pointsman.gateway.health import Health
from pointsman.providers.base import Prompt, Provider
from pointsman.strategy import pricing
from pointsman.strategy.plan import SlotState
from pointsman.strategy.rows import Slot

_READY_S = 5.0
"""How long a provider's word on whether it is configured holds: asking may look into a keyring."""

Endpoint = tuple[str, str, str]


def endpoint(deployment: Deployment) -> Endpoint:
    """What two deployments have in common that are the same model at the same place."""
    return deployment.provider, deployment.base_url, deployment.model


class Fleet:
    """The deployments of one configuration.

    Health belongs to the model at its endpoint: two slots that share it share its health, and it outlives a change of
    configuration that does not touch it.
    """

    def __init__(
        self, slots: Mapping[str, Slot], deployments: Sequence[Deployment], providers: Mapping[str, Provider],
        clock: Clock, random: Random,
    ) -> None:  # fmt: skip
        self._providers, self._clock, self._random = providers, clock, random
        self._health: dict[Endpoint, Health] = {}
        self._prices: dict[str, Deployment] = {}
        self._ready: dict[str, tuple[float, str | None]] = {}
        self.configure(slots, deployments)

    def configure(self, slots: Mapping[str, Slot], deployments: Sequence[Deployment]) -> None:
        """Take over a changed configuration: what was wrong with the old one is forgotten."""
        self.slots, self.deployments = slots, tuple(each for each in deployments if each.model)
        self._health = {endpoint(each): self.health(each) for each in self.deployments}
        for health in self._health.values():
            health.reconfigured()
        self._ready.clear()
        self._prices.clear()

    def of(self, slot: str) -> tuple[Deployment, ...]:
        """The deployments that serve a slot; a specialist that has none of its own shares its base model's."""
        own = tuple(each for each in self.deployments if each.slot == slot)
        base = self.slots[slot].base if slot in self.slots else ""
        return own or tuple(each for each in self.deployments if base and each.slot == base)

    def priced(self, deployment: Deployment) -> Deployment:
        """The deployment with the price that it is charged at."""
        known = self._prices.get(deployment.name)
        if known is None:
            slot = self.slots.get(deployment.slot)
            price = pricing.price_of(deployment, slot) if slot else deployment.price
            known = self._prices[deployment.name] = replace(deployment, price=price)
        return known

    def provider(self, deployment: Deployment) -> Provider:
        return self._providers[deployment.provider]

    def health(self, deployment: Deployment) -> Health:
        health = self._health.get(endpoint(deployment))
        if health is None:
            health = self._health[endpoint(deployment)] = Health(self._clock, self._random)
        return health

    def missing(self, deployment: Deployment) -> str | None:
        """What a deployment lacks before it can be called at all, or None."""
        provider = self._providers.get(deployment.provider)
        if provider is None:
            return f"no provider is called {deployment.provider}"
        now = self._clock.monotonic()
        known = self._ready.get(deployment.name)
        if known is None or now - known[0] > _READY_S:
            known = (now, _asked(provider, deployment))
            self._ready[deployment.name] = known
        return known[1]

    def unavailable(self, deployment: Deployment) -> tuple[Fault, str] | None:
        """Why no call can be made now, or None."""
        missing = self.missing(deployment)
        return (Fault.NOT_CONFIGURED, f"cannot be called: {missing}") if missing else self.health(deployment).unavailable()

    def unfit(self, deployment: Deployment, prompt: Prompt, *, local_only: bool) -> tuple[Fault, str] | None:
        """Why this request may not or cannot go there, or None."""
        if local_only and not deployment.local:
            return Fault.NOT_CONFIGURED, "this code stays on this machine"
        # Four characters a token is generous, so only what surely does not fit is left out; the endpoint judges the rest.
        if characters(prompt) > deployment.context_tokens * 8:
            return Fault.TOO_LONG, f"the prompt does not fit into {deployment.context_tokens:,} tokens"
        return None

    def state(self, slot: str, left: Callable[[str], int | None], *, least_samples: int) -> SlotState:
        """What is known of a slot now, in the strategy's terms.

        `left` says what money is left for a slot; of fewer calls than `least_samples` no error rate is told.
        """
        deployments = self.of(slot)
        if not deployments:
            return SlotState(available=False, why="is bound to no model", lacks="no model")
        reasons = [(each, self.unavailable(each)) for each in deployments]
        up = [each for each, reason in reasons if reason is None]
        samples = [sample for each in (up or deployments) for sample in self.health(each).samples]
        telling = len(samples) >= max(least_samples, 1)
        latencies = [sample.latency_s for sample in samples if sample.ok]
        lacks = [_lack(each, missing) for each in deployments if (missing := self.missing(each))]
        return SlotState(
            available=bool(up),
            why="" if up else next(reason[1] for _, reason in reasons if reason is not None),
            lacks=lacks[0] if len(lacks) == len(deployments) else "",
            quality_lost=min((self.health(each).quality_lost for each in up), default=0.0),
            error_rate=sum(not sample.ok for sample in samples) / len(samples) if telling else 0.0,
            mean_latency_s=sum(latencies) / len(latencies) if latencies else 0.0,
            down_s=0.0 if up else min(self.health(each).down_s for each in deployments),
            budget_left=None if all(_free(each) for each in deployments) else left(slot),
        )


def _asked(provider: Provider, deployment: Deployment) -> str | None:
    try:
        return provider.ready(deployment)
    except Exception as error:
        return f"the provider could not say whether it is ready ({type(error).__name__})"


def _lack(deployment: Deployment, missing: str) -> str:
    """What a person would say is missing, in a few words."""
    if deployment.key is not None and "key" in missing:
        return f"no key for {deployment.key}"
    return missing.partition(" (")[0]


def _free(deployment: Deployment) -> bool:
    """As `pricing.price_of` sees it, without the look into the price list, which costs an import."""
    return deployment.price == Price() and (deployment.local or deployment.key is None)
