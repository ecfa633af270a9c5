"""From strategy.toml to the frozen `Strategy`: every name checked once, so that a decision never has to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from pointsman.config.load import shipped_strategy
from pointsman.config.table import Table
from pointsman.core.errors import ConfigError
from pointsman.core.types import Domain, Level, Method, Price, ServiceLevel, Tier
from pointsman.strategy import balancing, hedging, ladder, learning_rules, task_routing, user_context
from pointsman.strategy.rows import (
    ENSEMBLE,
    SYMBOLS,
    Agent,
    Budgets,
    Cascade,
    Combination,
    Deadline,
    Degradation,
    Ensemble,
    LevelRow,
    Row,
    Slot,
    Strategy,
)

_SECTIONS = (
    "version", "combination", "model_ecosystem", "selection_criteria", "specialized_models", "task_routing", "everyday_tasks",
    "agent_model_mapping", "user_profiling", "project_context", "fallback_strategy", "model_tier_fallbacks", "deadlines",
    "cascade", "hedging", "service_levels", "degradation_triggers", "load_balancing", "ensemble_methods", "budget_allocation",
    "learning",
)  # fmt: skip
_CRITERIA = {
    "complexity": "task_complexity",
    "latency": "response_time_requirements",
    "cost": "cost_constraints",
    "accuracy": "accuracy_requirements",
}


def load(raw: Mapping[str, object], file: str = "strategy.toml") -> Strategy:
    """The strategy that `raw` (the shipped strategy.toml with a user's changes merged over it) describes.

    Raises `ConfigError` with file, key and remedy where a value has the wrong type or names a model that does not exist.
    Keys that nothing reads become `notices`.
    """
    top = Table(raw, file)
    slots = _slots(top)
    targets = (*slots, *SYMBOLS)
    agents = _agents(top, slots)
    selection = top.table("selection_criteria")
    criteria: dict[str, Mapping[str, Row]] = {
        name: user_context.rows(selection.table(key), targets) for name, key in _CRITERIA.items()
    }
    criteria |= user_context.criteria(top, targets)
    _complete(top, criteria)
    deadlines = {name: _deadline(row) for name, row in top.table("deadlines").tables()}
    ensembles = _ensembles(top, targets)
    specialists = top.table("specialized_models")
    tasks = task_routing.tasks(top, slots, agents, ensembles, tuple(criteria["latency"]), tuple(deadlines))
    return Strategy(
        slots=MappingProxyType(slots),
        ladders=MappingProxyType(ladder.ladders(top, slots)),
        criteria=MappingProxyType(criteria),
        tasks=MappingProxyType(tasks),
        agents=MappingProxyType({agent.domain: agent for agent in agents}),
        combination=_combination(top, targets, (*criteria, *task_routing.KINDS)),
        cascade=_cascade(top, tuple(tasks)),
        ensembles=MappingProxyType(ensembles),
        triggers=ladder.triggers(top, slots),
        deadlines=MappingProxyType(_default_deadline(top, deadlines)),
        levels=MappingProxyType(_levels(top)),
        degradation=_degradation(top),
        balancing=balancing.rules(top),
        hedging=hedging.rules(top, tasks, criteria["latency"]),
        budgets=_budgets(top),
        learning=learning_rules.rules(top),
        specialist_unstated=specialists.text("domain_not_stated", among=slots),
        specialist_otherwise=specialists.text("domain_without_specialist", among=slots),
        notices=top.unknown(_SECTIONS),
    )


def usable(raw: Mapping[str, object]) -> Strategy:
    """The strategy of `raw`, or the shipped one with a notice that says what is wrong: a mistake never stops a start."""
    try:
        return load(raw)
    except ConfigError as error:
        return replace(load(shipped_strategy()), notices=(f"{error}; until then the shipped strategy holds",))


def _slots(top: Table) -> dict[str, Slot]:
    ecosystem = top.table("model_ecosystem")
    prices = {
        tier: _per_million(row)
        for tier in Tier
        for row in (top.table("budget_allocation").table("model_cost_tiers").table(tier.value),)
    }
    ranks = {Tier.BUDGET: 0, Tier.STANDARD: 1, Tier.PREMIUM: 2}
    slots: dict[str, Slot] = {}
    for name, row in ecosystem.table("primary_models").tables():
        tier = Tier(row.text("tier", among=[tier.value for tier in Tier]))
        slots[name] = _slot(name, row, tier, ranks[tier], prices[tier])
    primaries = tuple(slots)
    for name, row in ecosystem.table("specialized_models", required=False).tables():
        base = row.text("base_model", among=primaries)
        slots[name] = _slot(name, row, Tier.PREMIUM, 3, prices[Tier.PREMIUM], base)
    return slots


def _slot(name: str, row: Table, tier: Tier, rank: int, price: Price, base: str = "") -> Slot:
    def words(key: str) -> tuple[str, ...]:
        return row.words(key, ())

    return Slot(
        name, tier, rank, row.number("quality", 0.5, most=1.0), price, base, row.flag("local", False),
        words("capabilities"), words("strengths"), words("limitations"), words("use_cases"), row.text("fine_tuning", ""),
    )  # fmt: skip


def _per_million(row: Table) -> Price:
    """The requirement knows one price for all tokens; as micro-dollars for a million of them."""
    price = round(row.number("dollars_per_1k_tokens") * 1_000 * 1_000_000)
    return Price(input=price, output=price, cached=price)


def _agents(top: Table, slots: Mapping[str, Slot]) -> tuple[Agent, ...]:
    return tuple(
        Agent(
            name,
            row.text("domain", among=[domain.value for domain in Domain]),
            row.text("primary_model", among=slots),
            row.words("fallback_models", among=slots),
            row.table("specialized_tasks", required=False).texts(among=slots),
        )
        for name, row in top.table("agent_model_mapping").tables()
    )


def _complete(top: Table, criteria: Mapping[str, Mapping[str, Row]]) -> None:
    """Every word that the rest of the program may say must have its row."""
    for level in Level:
        if level not in criteria["complexity"]:
            raise top.wrong(f"selection_criteria.task_complexity.{level}", "is missing", "name a model")


def _combination(top: Table, targets: tuple[str, ...], known: tuple[str, ...]) -> Combination:
    row = top.table("combination")
    default = row.table("default")
    return Combination(
        row.words("propose", among=known),
        row.words("raise", among=known),
        row.words("cap", among=known),
        Row(default.text("model", among=targets), default.text("reasoning", "")),
    )


def _cascade(top: Table, tasks: tuple[str, ...]) -> Cascade:
    row = top.table("cascade")
    levels = [level.value for level in Level]
    return Cascade(
        frozenset(row.words("tasks", among=tasks)),
        frozenset(row.words("begins_with", among=[tier.value for tier in Tier])),
        frozenset(row.words("begins_lower", among=levels)),
        frozenset(row.words("complexities", among=levels)),
        frozenset(row.words("not_latencies")),
        frozenset(row.words("not_accuracies")),
    )


def _ensembles(top: Table, targets: tuple[str, ...]) -> dict[str, Ensemble]:
    allowed = tuple(target for target in targets if target != ENSEMBLE)
    found = {}
    for name, row in top.table("ensemble_methods").tables():
        weighting, roles = row.table("quality_weighting", required=False), row.table("model_roles", required=False)
        voices = row.words("models_used", among=allowed)
        if not voices:
            raise row.wrong("models_used", "names nobody", "name at least one model")
        found[name] = Ensemble(
            name,
            row.words("use_cases", ()),
            voices,
            row.text("consensus_threshold", ""),
            row.text("conflict_resolution", ""),
            {model: weighting.number(model, most=100) for model in weighting.data},
            roles.texts(among=allowed),
        )
    if "consensus_voting" not in found:
        raise top.wrong("ensemble_methods.consensus_voting", "is missing", f"it is what {ENSEMBLE} means")
    return found


def _deadline(row: Table) -> Deadline:
    total = row.number("total_s", least=0.1)
    return Deadline(total, min(row.number("attempt_s", least=0.1), total))


def _default_deadline(top: Table, deadlines: dict[str, Deadline]) -> dict[str, Deadline]:
    if "standard" not in deadlines:
        raise top.wrong("deadlines.standard", "is missing", "it holds for every request without its own row")
    return deadlines


def _levels(top: Table) -> dict[ServiceLevel, LevelRow]:
    table = top.table("service_levels")
    methods = [method.value for method in Method]
    return {
        level: LevelRow(
            row.text("description"),
            row.words("features"),
            frozenset(Method(name) for name in row.words("methods", among=methods)),
        )
        for level in ServiceLevel
        for row in (table.table(level.value),)
    }


def _degradation(top: Table) -> Degradation:
    table = top.table("degradation_triggers")
    performance, availability = table.table("performance_based"), table.table("availability_based")
    hysteresis = table.table("hysteresis")
    return Degradation(
        performance.number("average_response_s"),
        performance.number("error_rate", most=1.0),
        performance.number("resource_utilization", most=1.0),
        availability.number("model_downtime_s"),
        availability.flag("rate_limits_exceeded"),
        availability.flag("network_issues"),
        hysteresis.number("recovers_at", most=1.0),
        hysteresis.number("recovers_after_s"),
    )


def _budgets(top: Table) -> Budgets:
    table = top.table("budget_allocation")
    daily, user = table.table("daily_limits"), table.table("user_tier_limits")
    return Budgets(
        {tier: round(daily.number(tier.value) * 1_000_000) for tier in Tier},
        {name: None if user.data[name] == "unlimited" else round(user.number(name) * 1_000_000) for name in user.data},
    )
