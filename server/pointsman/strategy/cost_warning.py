"""A word before money is spent: when a request is dear, and what would be cheaper. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from pointsman.core.types import Price, Usage
from pointsman.strategy.plan import Plan
from pointsman.strategy.rows import Slot

DEAR = 100_000
"""Micro-dollars from which a single request is dear: ten cents, some twenty usual edits."""

DEAR_SHARE = 0.1
"""Or this share of the money that today still allows."""

_CHEAPER = 0.5
_NAMED = 2


def warn(
    plan: Plan,
    slots: Mapping[str, Slot],
    *,
    prices: Mapping[str, Price] | None = None,
    left: int | None = None,
    dear: int = DEAR,
) -> str | None:
    """One line for the person before a dear operation, or None where it is not dear.

    `prices` are those of the slots that can be asked now (the strategy's own without it); `left` is what today still allows, in
    micro-dollars, None for unlimited. Named are at most two other models at half the cost or less, the strongest first; the
    line says so when there is none.
    """
    cost = plan.estimate.micro_dollars
    much = left is not None and cost > left * DEAR_SHARE
    if not plan.chain or cost <= 0 or (cost < dear and not much):
        return None
    usage = Usage(plan.estimate.input_tokens, plan.estimate.output_tokens)
    known = prices if prices is not None else {name: slot.price for name, slot in slots.items()}
    others = [(slot, known[slot.name].cost(usage)) for slot in slots.values() if slot.name in known and not slot.base]
    cheaper = sorted(
        ((slot, price) for slot, price in others if slot.name != plan.model and price <= cost * _CHEAPER),
        key=lambda found: (-found[0].rank, found[1]),
    )
    named = " or ".join(f"{slot.name} (about {_dollars(price)})" for slot, price in cheaper[:_NAMED])
    today = f", of {_dollars(left)} left today" if much and left is not None else ""
    offer = f"cheaper: {named}" if named else "no cheaper model can be asked"
    return f"about {_dollars(cost)} with {plan.model}{today}; {offer}"


def _dollars(micro_dollars: int) -> str:
    amount = micro_dollars / 1_000_000
    return f"${amount:.2f}" if amount >= 0.1 or amount == 0 else f"${amount:.3f}"
