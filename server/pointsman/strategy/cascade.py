"""Try cheap, verify, escalate: whether a plan may begin cheap, and with which model."""

from __future__ import annotations

from collections.abc import Callable

from pointsman.core.types import Price, Tier
from pointsman.strategy.plan import Profile
from pointsman.strategy.rows import Strategy
from pointsman.strategy.selection import Choice

_BELOW = {Tier.PREMIUM: Tier.STANDARD, Tier.STANDARD: Tier.BUDGET}


def start(profile: Profile, strategy: Strategy, choice: Choice, price: Callable[[str], Price]) -> str | None:
    """The model that a cascade begins with, the chosen one or one a tier below it; None where `strategy.cascade` wants none.

    `price` tells what a slot costs now: a tier below that saves nothing is not tried first.
    """
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
    if complexity not in rule.begins_lower or slot.tier not in _BELOW:
        return None
    below = strategy.ladders[_BELOW[slot.tier]].rungs[0]
    return below if price(below).output < price(slot.name).output else None
