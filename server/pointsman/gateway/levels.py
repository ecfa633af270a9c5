"""The service level now, from the health of every slot."""

from __future__ import annotations

from collections.abc import Mapping

from pointsman.core.types import ServiceLevel, Tier
from pointsman.strategy.plan import SlotState
from pointsman.strategy.rows import Strategy


def level(states: Mapping[str, SlotState], strategy: Strategy) -> ServiceLevel:
    """Full when every bound tier answers, reduced without the strongest, minimal with the budget tier alone, else emergency."""
    up = {strategy.slots[name].tier for name, state in states.items() if state.available}
    if not up:
        return ServiceLevel.EMERGENCY
    if up == {Tier.BUDGET}:
        return ServiceLevel.MINIMAL
    return ServiceLevel.FULL if Tier.PREMIUM in up and Tier.STANDARD in up else ServiceLevel.REDUCED
