"""The order in which models are tried: the row's own fallbacks, then the tier's table, then what may still be up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pointsman.config.table import Table
from pointsman.core.types import Tier
from pointsman.strategy.rows import Ladder, Slot, Strategy, Triggers

EMERGENCIES = ("cached_responses", "template_responses", "rule_based_system", "local_models")


def chain(strategy: Strategy, model: str, fallbacks: Iterable[str]) -> tuple[str, ...]:
    """`model`, its fallbacks, then the rungs of its tier, each once."""
    return tuple(dict.fromkeys((model, *fallbacks, *strategy.ladders[strategy.slots[model].tier].rungs)))


def ladders(top: Table, slots: Mapping[str, Slot]) -> dict[Tier, Ladder]:
    """The three tables of `model_tier_fallbacks`, by tier."""
    tiers = [tier.value for tier in Tier]
    found = {}
    for _, row in top.table("model_tier_fallbacks").tables():
        rungs = tuple(row.text(key, among=slots) for key in ("primary", "fallback_1", "fallback_2"))
        found[Tier(row.text("tier", among=tiers))] = Ladder(rungs, row.text("emergency", among=EMERGENCIES))
    for tier in Tier:
        if tier not in found:
            raise top.wrong("model_tier_fallbacks", f"no table has the tier {tier}", f'add one with tier = "{tier}"')
    return found


def triggers(top: Table, slots: Mapping[str, Slot]) -> Triggers:
    """When a rung is left for the next, and the order of what follows."""
    row = top.table("fallback_strategy")
    return Triggers(
        row.flag("unavailable"),
        row.number("timeout_s", least=0.1),
        row.number("error_rate", most=1.0),
        row.number("quality", most=1.0),
        row.number("quality_drop", most=1.0),
        row.whole("minimum_requests"),
        row.words("sequence", among=("same_tier", "lower_tier", "cached_response", "emergency")),
        row.words("last_resort", among=slots),
    )
