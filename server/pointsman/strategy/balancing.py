"""Which of several deployments of one slot takes a request: the three algorithms of the requirement. No clock, no random.

Standings are worked out every `adjustment_s` and hold until then (`adjust`, `due`), or at once where a deployment changed much;
what a deployment does right now, its calls and its line, counts at every request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pointsman.config.table import Table
from pointsman.core.types import Deployment, Price
from pointsman.strategy.rows import Balancing

_ALGORITHMS = ("weighted_round_robin", "least_connections", "performance_based")
_GOALS = ("budget", "balanced", "premium", "unlimited")


@dataclass(frozen=True, slots=True)
class Load:
    """What is known of one deployment: figures of its latest calls, and what it does now. Zero latency means never called.

    `task_score` is its success times quality at the task in question and `preference` the share of its answers that the person
    kept, where known. `predicted` calls will run at once if requests go on coming as they do; `utilization` is the
    most used resource of its machine, 0 to 1, where that is this one.
    """

    success_rate: float = 1.0
    quality: float = 1.0
    mean_latency_s: float = 0.0
    active: int = 0
    queued: int = 0
    capacity: int = 8
    price: Price = field(default_factory=Price)
    task_score: float | None = None
    preference: float | None = None
    predicted: float = 0.0
    utilization: float = 0.0

    @property
    def score(self) -> float:
        """How much of what it is asked comes back as it should, 0 to 1."""
        return self.success_rate * self.quality


_IDLE = Load()


@dataclass(frozen=True, slots=True)
class Weights:
    """The standing of each deployment, by name, as of monotonic time `at`; `scores` are those that they were made from.

    `behind` are those that fell far behind the best one: they get `Balancing.probe_share` of the requests.
    """

    at: float
    standing: Mapping[str, float]
    scores: Mapping[str, float]
    behind: frozenset[str] = frozenset()


def adjust(
    deployments: Sequence[Deployment], loads: Mapping[str, Load], balancing: Balancing, *, now: float = 0.0, goal: str = ""
) -> Weights:
    """The standings that follow from `loads` (by the deployment's name), for a person whose cost goal is `goal`."""
    known = {each.name: loads.get(each.name, _IDLE) for each in deployments}
    factors = balancing.weights[balancing.algorithm]
    if balancing.algorithm == "weighted_round_robin":
        factors = {**factors, "cost_efficiency": factors.get("cost_efficiency", 0) * balancing.cost_goals.get(goal, 1.0)}
        standing = {each.name: _standing(each, deployments, known, factors) for each in deployments}
    elif balancing.algorithm == "performance_based":
        standing = {each.name: _performance(each, deployments, known, factors) for each in deployments}
    else:
        standing = {each.name: float(each.weight) for each in deployments}
    scores = {name: load.score for name, load in known.items()}
    return Weights(now, standing, scores, _behind(scores, balancing))


def due(weights: Weights, loads: Mapping[str, Load], balancing: Balancing, *, now: float) -> bool:
    """Whether to adjust: the time has come, or a deployment changed much, fell behind or caught up, and cannot wait for it."""
    if now - weights.at >= balancing.adjustment_s or weights.scores.keys() != loads.keys():
        return True
    scores = {name: load.score for name, load in loads.items()}
    if _behind(scores, balancing) != weights.behind:
        return True
    return any(abs(score - weights.scores[name]) >= balancing.at_once for name, score in scores.items())


def pick(
    deployments: Sequence[Deployment],
    loads: Mapping[str, Load],
    balancing: Balancing,
    *,
    turn: int = 0,
    sticky: str | None = None,
    weights: Weights | None = None,
) -> Deployment:
    """One of `deployments` (at least one, all of one slot, all up) by the configured algorithm.

    `turn` counts the requests of the slot, for the round robin. `sticky` names the deployment that served this conversation
    before: it is kept while it is not far behind, because its prompt cache is warm. Without `weights` they are made now.
    """
    weights = weights or adjust(deployments, loads, balancing)
    fit = [each for each in deployments if each.name not in weights.behind] or list(deployments)
    for each in fit:
        if each.name == sticky and loads.get(each.name, _IDLE).success_rate >= 0.5:
            return each
    for each in deployments:
        if each.name in weights.behind and _probed(loads.get(each.name, _IDLE), balancing, turn):
            return each
    if balancing.algorithm == "weighted_round_robin":
        return _by_turn(fit, [weights.standing.get(each.name, 1e-6) for each in fit], turn)
    if balancing.algorithm == "least_connections":
        return max(fit, key=lambda each: _free_room(each, loads, balancing.weights["least_connections"]))
    # Equal figures would send everything to one of them: what is busy counts for less.
    return max(fit, key=lambda each: weights.standing.get(each.name, 0.0) * (0.5 + 0.5 * _room(loads.get(each.name, _IDLE))))


def shares(
    deployments: Sequence[Deployment], loads: Mapping[str, Load], balancing: Balancing, goal: str = ""
) -> dict[str, float]:
    """The part of the traffic that each deployment gets under the weighted round robin; they sum to 1."""
    standing = adjust(deployments, loads, balancing, goal=goal).standing
    return {name: weight / sum(standing.values()) for name, weight in standing.items()}


def rules(top: Table) -> Balancing:
    """The tables of `load_balancing`."""
    table = top.table("load_balancing")
    dynamic, line = table.table("dynamic_adjustment"), table.table("line")
    goals = dynamic.table("cost_goals", required=False)
    return Balancing(
        table.text("algorithm", among=_ALGORITHMS),
        table.number("adjustment_frequency_s", least=1.0),
        {name: {key: row.number(key) for key in row.data} for name in _ALGORITHMS for row in (table.table(name),)},
        behind=dynamic.number("behind", most=1.0),
        probe_share=dynamic.number("probe_share", most=1.0),
        at_once=dynamic.number("at_once", least=0.01, most=1.0),
        cost_goals={name: goals.number(name, 1.0) for name in _GOALS},
        calls=line.whole("calls", least=1),
        calls_llama_cpp=line.whole("calls_llama_cpp", least=1),
        longest_line=line.whole("longest"),
    )


def _behind(scores: Mapping[str, float], balancing: Balancing) -> frozenset[str]:
    best = max(scores.values())
    return frozenset(name for name, score in scores.items() if score < best - balancing.behind)


def _probed(load: Load, balancing: Balancing, turn: int) -> bool:
    """Whether this is the turn in which a deployment that fell behind may show whether it is better now."""
    # Success counts: what always fails is probed by its breaker, and not by people's requests.
    share = balancing.probe_share * load.success_rate**2
    return share > 0 and turn % max(round(1 / share), 2) == 1 and turn > 1


def _by_turn(deployments: Sequence[Deployment], weights: Sequence[float], turn: int) -> Deployment:
    """Spread by weight and evenly in time: the golden ratio's multiples fill the circle without clusters."""
    point = (turn * 0.6180339887498949) % 1.0 * sum(weights)
    for each, weight in zip(deployments, weights, strict=True):
        point -= weight
        if point < 0:
            return each
    return deployments[-1]


def _standing(each: Deployment, rivals: Sequence[Deployment], loads: Mapping[str, Load], factors: Mapping[str, float]) -> float:
    load = loads[each.name]
    dearest = max(loads[rival.name].price.output for rival in rivals)
    score = (
        factors.get("performance_score", 0) * load.score
        + factors.get("current_load", 0) * _room(load)
        + factors.get("response_time", 0) * _quickness(each, rivals, loads)
        + factors.get("cost_efficiency", 0) * (1 - load.price.output / dearest if dearest else 1.0)
    )
    # Success multiplies: a deployment that always fails must not live on being idle, quick and cheap.
    return max(each.weight * score * load.success_rate**2, 1e-6)


def _free_room(each: Deployment, loads: Mapping[str, Load], factors: Mapping[str, float]) -> float:
    load = loads.get(each.name, _IDLE)
    waiting = factors.get("active_requests", 0) * load.active + factors.get("queue_length", 0) * load.queued
    free = factors.get("capacity", 0) * _room(load) + factors.get("resource_availability", 0) * (1 - load.utilization)
    return free - waiting / each.weight


def _performance(
    each: Deployment, rivals: Sequence[Deployment], loads: Mapping[str, Load], factors: Mapping[str, float]
) -> float:
    load = loads[each.name]
    return (
        factors.get("success_rate", 0) * load.success_rate
        + factors.get("response_quality", 0) * load.quality
        + factors.get("response_time", 0) * _quickness(each, rivals, loads)
        + factors.get("user_preference", 0) * (1.0 if load.preference is None else load.preference)
        + factors.get("task_performance", 0) * (load.score if load.task_score is None else load.task_score)
    )


def _quickness(each: Deployment, rivals: Sequence[Deployment], loads: Mapping[str, Load]) -> float:
    """1 for the quickest and for those never called, towards 0 for slower ones."""
    quickest = min((lat for rival in rivals if (lat := loads[rival.name].mean_latency_s) > 0), default=0.0)
    own = loads[each.name].mean_latency_s
    return quickest / own if own > 0 else 1.0


def _room(load: Load) -> float:
    """The free part of what it can do at once, with the calls that are coming."""
    return max(0.0, 1.0 - max(load.active + load.queued, load.predicted) / max(load.capacity, 1))
