"""Which of several deployments of one slot takes a request: the three algorithms of the requirement. No clock, no random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pointsman.core.types import Deployment, Price
from pointsman.strategy.rows import Balancing


@dataclass(frozen=True, slots=True)
class Load:
    """What is known of one deployment: figures of the last minutes, and what it does now. Zero latency means never called."""

    success_rate: float = 1.0
    quality: float = 1.0
    mean_latency_s: float = 0.0
    active: int = 0
    queued: int = 0
    capacity: int = 8
    price: Price = field(default_factory=Price)


_IDLE = Load()


def pick(
    deployments: Sequence[Deployment],
    loads: Mapping[str, Load],
    balancing: Balancing,
    *,
    turn: int = 0,
    sticky: str | None = None,
) -> Deployment:
    """One of `deployments` (at least one, all of one slot, all up) by the configured algorithm.

    `turn` counts the requests of the slot, for the round robin. `sticky` names the deployment that served this conversation
    before: it is kept while it succeeds, because its prompt cache is warm. `loads` are by the deployment's name.
    """
    for each in deployments:
        if each.name == sticky and loads.get(each.name, _IDLE).success_rate >= 0.5:
            return each
    weights = balancing.weights[balancing.algorithm]
    if balancing.algorithm == "weighted_round_robin":
        return _by_turn(deployments, [_standing(each, deployments, loads, weights) for each in deployments], turn)
    if balancing.algorithm == "least_connections":
        return max(deployments, key=lambda each: _free_room(each, loads, weights))
    return max(deployments, key=lambda each: _performance(each, deployments, loads, weights))


def shares(deployments: Sequence[Deployment], loads: Mapping[str, Load], balancing: Balancing) -> dict[str, float]:
    """The part of the traffic that each deployment gets under the weighted round robin; they sum to 1."""
    weights = [_standing(each, deployments, loads, balancing.weights["weighted_round_robin"]) for each in deployments]
    return {each.name: weight / sum(weights) for each, weight in zip(deployments, weights, strict=True)}


def _by_turn(deployments: Sequence[Deployment], weights: Sequence[float], turn: int) -> Deployment:
    """Spread by weight and evenly in time: the golden ratio's multiples fill the circle without clusters."""
    point = (turn * 0.6180339887498949) % 1.0 * sum(weights)
    for each, weight in zip(deployments, weights, strict=True):
        point -= weight
        if point < 0:
            return each
    return deployments[-1]


def _standing(each: Deployment, rivals: Sequence[Deployment], loads: Mapping[str, Load], weights: Mapping[str, float]) -> float:
    load = loads.get(each.name, _IDLE)
    dearest = max(loads.get(rival.name, _IDLE).price.output for rival in rivals)
    score = (
        weights.get("performance_score", 0) * load.success_rate * load.quality
        + weights.get("current_load", 0) * _room(load)
        + weights.get("response_time", 0) * _quickness(each, rivals, loads)
        + weights.get("cost_efficiency", 0) * (1 - load.price.output / dearest if dearest else 1.0)
    )
    # Success multiplies: a deployment that always fails must not live on being idle, quick and cheap.
    return max(each.weight * score * load.success_rate**2, 1e-6)


def _free_room(each: Deployment, loads: Mapping[str, Load], weights: Mapping[str, float]) -> float:
    load = loads.get(each.name, _IDLE)
    waiting = weights.get("active_requests", 0) * load.active + weights.get("queue_length", 0) * load.queued
    return weights.get("capacity", 0) * _room(load) - waiting / each.weight


def _performance(
    each: Deployment, rivals: Sequence[Deployment], loads: Mapping[str, Load], weights: Mapping[str, float]
) -> float:
    load = loads.get(each.name, _IDLE)
    good = (
        weights.get("success_rate", 0) * load.success_rate
        + weights.get("response_quality", 0) * load.quality
        + weights.get("response_time", 0) * _quickness(each, rivals, loads)
    )
    # Equal figures would send everything to one of them: what is busy counts for less.
    return good * (0.5 + 0.5 * _room(load))


def _quickness(each: Deployment, rivals: Sequence[Deployment], loads: Mapping[str, Load]) -> float:
    """1 for the quickest and for those never called, towards 0 for slower ones."""
    quickest = min((lat for rival in rivals if (lat := loads.get(rival.name, _IDLE).mean_latency_s) > 0), default=0.0)
    own = loads.get(each.name, _IDLE).mean_latency_s
    return quickest / own if own > 0 else 1.0


def _room(load: Load) -> float:
    return max(0.0, 1.0 - (load.active + load.queued) / max(load.capacity, 1))
