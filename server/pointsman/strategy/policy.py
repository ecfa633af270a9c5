"""The decision: one pure function from what is known of a request to a plan with its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pointsman.core.types import Deployment, Level, Method, ServiceLevel
from pointsman.strategy import cascade, hedging, ladder, pricing, selection
from pointsman.strategy.availability import Rungs, Supply
from pointsman.strategy.plan import Estimate, Live, Plan, Profile
from pointsman.strategy.rows import Deadline, Strategy
from pointsman.strategy.selection import Choice

_DEMANDING = {Level.COMPLEX, Level.EXPERT, "excellent", "perfect"}
"""Complexities and accuracies that a service level of simple tasks does not promise."""


@dataclass(frozen=True, slots=True)
class _Way:
    """What the strategy wants, before it is known who can be called. An ensemble asks the first `voices` of the chain."""

    chain: tuple[str, ...]
    method: Method
    emergency: str
    reasons: tuple[str, ...]
    voices: int = 1


def plan(profile: Profile, strategy: Strategy, deployments: Sequence[Deployment] | None, live: Live) -> Plan:
    """Whom to ask, in which order and by which method, and why.

    With `deployments` None every slot counts as bound and the chain is the strategy's alone. With deployments, slots that
    cannot be called are left out with a reason, troubled ones go last, and behind the ladder stands what else is up; the
    chain is then empty when no model can be asked, and `model` is the one that should have been. Never raises for words that
    the strategy does not know: they have no say, and a reason says so. Deterministic; no I/O, no clock.
    """
    supply = Supply(profile, strategy, deployments, live)
    choice = selection.choose(profile, strategy, supply.best)
    way = _way(profile, strategy, choice, supply, live.service_level)
    rungs = supply.rungs(way.chain)
    method = _method(way, rungs)
    model = rungs.slots[0] if rungs.slots else way.chain[0]
    asked = _voices(way, rungs) if method is Method.ENSEMBLE else (model,)
    cost = sum(pricing.expected(profile, supply.price(slot)) for slot in asked)
    deadline = _deadline(strategy, choice)
    caution = _caution(profile, strategy, live.service_level) if rungs.slots else ""
    return Plan(
        model=model,
        tier=strategy.slots[model].tier,
        method=method,
        chain=rungs.slots,
        emergency=way.emergency,
        reasons=(*((caution,) if caution else ()), *_reasons(way, rungs, method, supply)),
        estimate=Estimate(profile.input_tokens, profile.output_tokens, cost),
        service_level=live.service_level if rungs.slots else ServiceLevel.EMERGENCY,
        deadline_s=deadline.total_s,
        attempt_s=min(deadline.attempt_s, strategy.triggers.timeout_s),
        hedged=len(rungs.slots) > 0 and hedging.hedged(strategy, choice, live.service_level),
        caution=caution,
    )


def _way(profile: Profile, strategy: Strategy, choice: Choice, supply: Supply, level: ServiceLevel) -> _Way:
    """The user's choice alone, or several models, or a cascade, or one model with its ladder."""
    emergency = strategy.ladders[strategy.slots[choice.model].tier].emergency
    if profile.override in strategy.slots:
        chosen = str(profile.override)
        chosen_because = (f"you chose {chosen}: your choice comes first", f"without it: {choice.model} ({choice.reasons[0]})")
        emergency = strategy.ladders[strategy.slots[chosen].tier].emergency
        return _Way(ladder.chain(strategy, chosen, ()), Method.SINGLE, emergency, chosen_because)
    reasons = choice.reasons
    if profile.override:
        reasons = (*reasons, f"your choice {profile.override} is not a model of strategy.toml")
    chain = ladder.chain(strategy, choice.model, choice.fallbacks)
    methods = strategy.levels[level].methods
    if choice.ensemble and Method.ENSEMBLE in methods:
        models = strategy.ensembles[choice.ensemble].models
        voices = dict.fromkeys(selection.resolve(strategy, name, profile.domain, supply.best) for name in models)
        return _Way(tuple(dict.fromkeys((*voices, *chain))), Method.ENSEMBLE, emergency, reasons, len(voices))
    if choice.ensemble:
        reasons = (*reasons, f"{level} asks one model at a time")
    elif Method.CASCADE in methods and (begin := cascade.start(profile, strategy, choice, supply.price)):
        return _Way(tuple(dict.fromkeys((begin, *chain))), Method.CASCADE, emergency, reasons)
    return _Way(chain, Method.SINGLE, emergency, reasons)


def _method(way: _Way, rungs: Rungs) -> Method:
    """The method that is still possible: several models need two voices, a cascade its first model and one to escalate to."""
    if way.method is Method.ENSEMBLE:
        return Method.ENSEMBLE if len(_voices(way, rungs)) > 1 else Method.SINGLE
    if way.method is Method.CASCADE and (len(rungs.slots) < 2 or rungs.slots[0] != way.chain[0]):
        return Method.SINGLE
    return way.method


def _voices(way: _Way, rungs: Rungs) -> tuple[str, ...]:
    return tuple(slot for slot in way.chain[: way.voices] if slot in rungs.slots)


def _caution(profile: Profile, strategy: Strategy, level: ServiceLevel) -> str:
    """What must be said where the level's declared features are simple tasks and this is none."""
    demanding = next((word for word in (profile.complexity, profile.accuracy) if word in _DEMANDING), None)
    if demanding is None or "simple_tasks" not in strategy.levels[level].features:
        return ""
    return f"{level.replace('_', ' ')} is meant for simple tasks, and this one asks for more ({demanding.replace('_', ' ')})"


def _reasons(way: _Way, rungs: Rungs, method: Method, supply: Supply) -> tuple[str, ...]:
    """What settled it first: who cannot be called comes before what was wanted."""
    if not rungs.slots:
        return (supply.why_none(way.chain), *way.reasons, *rungs.notes)
    first, *others = rungs.slots
    if first != way.chain[0]:
        return (f"{first} is next in line: {rungs.notes[0]}", *way.reasons, *rungs.notes[1:])
    if method is Method.CASCADE:
        escalation = f"cascade: {first} begins, its answer is checked, {others[0]} follows if it fails"
        return (*way.reasons, escalation, *rungs.notes)
    return (*way.reasons, *rungs.notes)


def _deadline(strategy: Strategy, choice: Choice) -> Deadline:
    """The row that the task names, else that of the latency, else the standard one."""
    for name in (choice.task.deadline if choice.task else "", choice.latency):
        if name in strategy.deadlines:
            return strategy.deadlines[name]
    return strategy.deadlines["standard"]
