"""Try cheap, verify, escalate: whether a plan may begin cheap, and with which model."""

from __future__ import annotations

from pointsman.core.types import Level, Tier
from pointsman.strategy.plan import Profile
from pointsman.strategy.rows import Strategy
from pointsman.strategy.selection import Choice

_BELOW = {Tier.PREMIUM: Tier.STANDARD, Tier.STANDARD: Tier.BUDGET}


def start(profile: Profile, strategy: Strategy, choice: Choice) -> str | None:
    """The model that a cascade begins with, the chosen one or one a tier below it; None where `strategy.cascade` wants none."""
    rule = strategy.cascade
    complexity = profile.complexity
    if choice.ensemble or choice.task is None or choice.task.name not in rule.tasks:
        return None
    if choice.latency in rule.not_latencies or profile.accuracy in rule.not_accuracies:
        return None
    if complexity is not None and complexity not in rule.complexities:
        return None
    slot = strategy.slots[choice.model]
    if slot.tier in rule.begins_with:
        return slot.name
    return _cheaper(strategy, choice.model, complexity)


def _cheaper(strategy: Strategy, model: str, complexity: Level | None) -> str | None:
    if complexity not in strategy.cascade.begins_lower:
        return None
    slot = strategy.slots[model]
    below = strategy.ladders[_BELOW[slot.tier]].rungs[0]
    # A specialist may be no dearer than the tier below it: then there is nothing to save.
    return below if strategy.slots[below].price.output < slot.price.output else None
