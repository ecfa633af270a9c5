"""The combination rule: one criterion proposes a model, some raise it, some cap it, and each says so in a line."""

from __future__ import annotations

from dataclasses import dataclass, field

from pointsman.core.types import Domain, Tier
from pointsman.strategy import task_routing
from pointsman.strategy.plan import Profile
from pointsman.strategy.rows import BEST, ENSEMBLE, SPECIALIST, Row, Strategy, TaskRow

_TIER_RANK = {Tier.BUDGET: 0, Tier.STANDARD: 1, Tier.PREMIUM: 2}
_ENSEMBLE_RANK = 4
_CAPLESS = (SPECIALIST, BEST, ENSEMBLE)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the criteria agreed on. `cap` is the rank of the dearest tier allowed; the first of `reasons` is what settled it."""

    model: str
    fallbacks: tuple[str, ...]
    ensemble: str
    task: TaskRow | None
    latency: str
    cap: int
    reasons: tuple[str, ...]


@dataclass(slots=True)
class _Pick:
    model: str = ""
    ensemble: str = ""
    decisive: str = ""
    lines: dict[str, str] = field(default_factory=dict)


def choose(profile: Profile, strategy: Strategy, best: str) -> Choice:
    """The model that the stated criteria agree on; `best` is the strongest model that can be called."""
    task = task_routing.row_for(strategy, profile.task, profile.domain) if profile.task else None
    latency = profile.latency or (task.latency if task else "")
    rows = _stated(profile, strategy, task, latency)
    pick = _Pick()
    proposer = _propose(pick, strategy, rows, profile, task, best)
    _raise(pick, strategy, rows, profile, best)
    cap = _cap(pick, strategy, rows, profile, best, explicit=bool(profile.latency))
    if not pick.model:
        row = strategy.combination.default
        pick.model, pick.ensemble = _resolve(strategy, row.target, profile.domain, best, "")
        pick.decisive, pick.lines["default"] = "default", f"{pick.model}: {row.reasoning}"
    if profile.task and task is None:
        pick.lines["task"] = f"task {profile.task} is not in strategy.toml and has no say"
    decisive = pick.lines.pop(pick.decisive)
    return Choice(
        pick.model,
        _fallbacks(strategy, pick, task if proposer in task_routing.KINDS else None, cap),
        pick.ensemble,
        task,
        latency,
        cap,
        (decisive, *pick.lines.values()),
    )


def cap_rank(strategy: Strategy, cost: str | None) -> int:
    """The rank of the dearest tier that a stated cost allows."""
    row = strategy.criteria["cost"].get(cost or "")
    return _rank_of_cap(strategy, row) if row else _ENSEMBLE_RANK


def tier_rank(strategy: Strategy, slot: str) -> int:
    """0 for a slot of the budget tier, 1 standard, 2 premium."""
    return _TIER_RANK[strategy.slots[slot].tier]


def resolve(strategy: Strategy, target: str, domain: Domain | None, best: str) -> str:
    """The slot that a row's model or symbol means for this domain."""
    return _resolve(strategy, target, domain, best, "")[0]


def _resolve(strategy: Strategy, target: str, domain: Domain | None, best: str, ensemble: str) -> tuple[str, str]:
    if target == SPECIALIST:
        if domain is None:
            return strategy.specialist_unstated, ""
        agent = strategy.agents.get(domain.value)
        return (agent.primary if agent else strategy.specialist_otherwise), ""
    if target == BEST:
        return best, ""
    if target == ENSEMBLE:
        name = ensemble or "consensus_voting"
        return resolve(strategy, strategy.ensembles[name].models[0], domain, best), name
    return target, ""


def _stated(profile: Profile, strategy: Strategy, task: TaskRow | None, latency: str) -> dict[str, tuple[str, Row]]:
    """The rows of all stated criteria: name of the criterion -> (word, row)."""
    words = {
        "complexity": profile.complexity, "accuracy": profile.accuracy, "cost": profile.cost, "latency": latency,
        "style": profile.style, "experience": profile.experience, "domain": profile.domain, "stack": profile.stack,
        "project_size": profile.project_size,
    }  # fmt: skip
    rows = {name: (word, row) for name, word in words.items() if word and (row := strategy.criteria[name].get(word))}
    if task is not None:
        rows[task.kind] = (task.name, Row(task.target, task.reasoning))
    return rows


def _propose(
    pick: _Pick, strategy: Strategy, rows: dict[str, tuple[str, Row]], profile: Profile, task: TaskRow | None, best: str
) -> str:
    proposer = ""
    for name in strategy.combination.propose:
        if name not in rows:
            continue
        word, row = rows[name]
        model, ensemble = _resolve(strategy, row.target, profile.domain, best, task.ensemble if task else "")
        label = "task" if name in task_routing.KINDS else name.replace("_", " ")
        if not proposer:
            proposer, pick.model, pick.ensemble, pick.decisive = name, model, ensemble, name
            what = _named(row, model, ensemble, profile)
            pick.lines[name] = f"{label} {word} prefers {what}{_because(row)}"
            first = f"{label} {word}"
        elif model == pick.model:
            pick.lines[name] = f"{label} {word} agrees on {model}"
        else:
            pick.lines[name] = f"{label} {word} would prefer {model}, but {first} decides before it"
    return proposer


def _raise(pick: _Pick, strategy: Strategy, rows: dict[str, tuple[str, Row]], profile: Profile, best: str) -> None:
    for name in strategy.combination.raise_:
        if name not in rows:
            continue
        word, row = rows[name]
        model, ensemble = _resolve(strategy, row.target, profile.domain, best, "")
        what = _named(row, model, ensemble, profile)
        if not pick.model:
            pick.lines[name] = f"{name} {word} asks for {what}{_because(row)}"
        elif _rank(strategy, model, ensemble) > _rank(strategy, pick.model, pick.ensemble):
            pick.lines[name] = f"{name} {word} asks for more than {pick.model}: {what}{_because(row)}"
        else:
            pick.lines[name] = f"{name} {word} {'agrees on' if model == pick.model else 'would do with'} {model}"
            continue
        pick.model, pick.ensemble, pick.decisive = model, ensemble, name


def _cap(
    pick: _Pick, strategy: Strategy, rows: dict[str, tuple[str, Row]], profile: Profile, best: str, *, explicit: bool
) -> int:
    """Lower the pick to the lowest cap, and say so. Without a pick, the lowest cap's own model is it."""
    stated = [(name, *rows[name]) for name in strategy.combination.cap if name in rows]
    if not stated:
        return _ENSEMBLE_RANK
    resolved = {name: _resolve(strategy, row.target, profile.domain, best, "")[0] for name, _, row in stated}
    lowest = min(stated, key=lambda cap: (_rank_of_cap(strategy, cap[2]), strategy.slots[resolved[cap[0]]].rank))
    limit = _rank_of_cap(strategy, lowest[2])
    unsettled = not pick.model
    before, pick_rank = pick.model, _cost_rank(strategy, pick) if pick.model else -1
    for name, word, row in sorted(stated, key=lambda cap: cap[0] != lowest[0]):
        own = _rank_of_cap(strategy, row)
        said = f"{name} {word}" if explicit or name != "latency" else f"the task is {word}, which"
        if unsettled and name == lowest[0]:
            pick.model, pick.decisive = resolved[name], name
            named = _named(row, pick.model, "", profile)
            pick.lines[name] = f"{name} {word} asks for {named}{_because(row)}"
        elif not unsettled and pick_rank > own:
            if name == lowest[0]:
                pick.model, pick.ensemble, pick.decisive = resolved[name], "", name
            pick.lines[name] = f"{said} allows {pick.model} at most, not {before}"
        else:
            pick.lines[name] = f"{said} allows {pick.model}"
    return limit


def _fallbacks(strategy: Strategy, pick: _Pick, task: TaskRow | None, cap: int) -> tuple[str, ...]:
    """What the row that names the model puts behind it, as far as the caps allow; the tier's own table follows in any case."""
    after = task.fallbacks if task is not None and pick.model == task.target else ()
    if not after and strategy.slots[pick.model].base:
        after = next((agent.fallbacks for agent in strategy.agents.values() if agent.primary == pick.model), ())
    return tuple(slot for slot in after if tier_rank(strategy, slot) <= cap)


def _rank(strategy: Strategy, model: str, ensemble: str) -> int:
    return _ENSEMBLE_RANK if ensemble else strategy.slots[model].rank


def _cost_rank(strategy: Strategy, pick: _Pick) -> int:
    return _TIER_RANK[Tier.PREMIUM] if pick.ensemble else tier_rank(strategy, pick.model)


def _rank_of_cap(strategy: Strategy, row: Row) -> int:
    return _ENSEMBLE_RANK if row.target in _CAPLESS else tier_rank(strategy, row.target)


def _named(row: Row, model: str, ensemble: str, profile: Profile) -> str:
    """How a reason names a model, with the symbol that led to it."""
    if ensemble:
        return f"several models ({ensemble})"
    if row.target == SPECIALIST:
        return f"{model} (specialist, {f'domain {profile.domain}' if profile.domain else 'domain not stated'})"
    return f"{model} (best available)" if row.target == BEST else model


def _because(row: Row) -> str:
    text = row.reasoning
    return f": {text[0].lower()}{text[1:]}" if text else ""
