"""Full, reduced, minimal, emergency: from figures to the level of service, without flapping. Pure."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from pointsman.core.types import ServiceLevel, Tier
from pointsman.strategy.rows import Degradation

ORDER = (ServiceLevel.FULL, ServiceLevel.REDUCED, ServiceLevel.MINIMAL, ServiceLevel.EMERGENCY)
"""From best to worst."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """What is known now. `up` are the tiers of which some model answers, `bound` those of which some model is configured.

    `downtime_s` is the longest time that a configured model has been down; `utilization` is the most used resource, 0 to 1.
    """

    up: AbstractSet[Tier]
    bound: AbstractSet[Tier]
    average_response_s: float = 0.0
    error_rate: float = 0.0
    utilization: float = 0.0
    downtime_s: float = 0.0
    rate_limited: bool = False
    network_down: bool = False


@dataclass(frozen=True, slots=True)
class LevelState:
    """The level that holds, why, and since when (monotonic seconds) all was well enough for a better one, or None."""

    level: ServiceLevel = ServiceLevel.FULL
    reason: str = ""
    well_since: float | None = None


def step(state: LevelState, metrics: Metrics, rules: Degradation, now: float) -> LevelState:
    """The state after a look at `metrics` at monotonic time `now`.

    Worse at once; better only after all was well, every figure under `recovers_at` of its trigger, for `recovers_after_s`.
    """
    level, reason = wanted(metrics, rules, 1.0)
    if ORDER.index(level) > ORDER.index(state.level):
        return LevelState(level, reason)
    calm, better = wanted(metrics, rules, rules.recovers_at)
    if ORDER.index(calm) >= ORDER.index(state.level):
        return LevelState(state.level, reason or state.reason)
    since = now if state.well_since is None else state.well_since
    if now - since < rules.recovers_after_s:
        return LevelState(state.level, state.reason, since)
    return LevelState(calm, better)


def wanted(metrics: Metrics, rules: Degradation, share: float) -> tuple[ServiceLevel, str]:
    """The level that the figures call for with every trigger at `share` of its value, and the reason in words ("" for full)."""
    if not metrics.up:
        return ServiceLevel.EMERGENCY, "no model can be reached"
    if metrics.up == {Tier.BUDGET}:
        return ServiceLevel.MINIMAL, "only basic models are available"
    missing = sorted(tier.value for tier in metrics.bound - metrics.up)
    checks = (
        (bool(missing), f"no {' or '.join(missing)} model can be reached"),
        (metrics.network_down and rules.network_issues, "the network cannot be reached"),
        (metrics.rate_limited and rules.rate_limits_exceeded, "a vendor limits our rate"),
        (metrics.downtime_s > rules.model_downtime_s, f"a model has been down for {metrics.downtime_s / 60:.0f} minutes"),
        (metrics.error_rate > rules.error_rate * share, f"{metrics.error_rate:.0%} of answers fail"),
        (metrics.average_response_s > rules.average_response_s * share, f"answers take {metrics.average_response_s:.1f} s"),
        (metrics.utilization > rules.resource_utilization * share, f"the machine is {metrics.utilization:.0%} busy"),
    )
    return next(((ServiceLevel.REDUCED, why) for holds, why in checks if holds), (ServiceLevel.FULL, ""))
