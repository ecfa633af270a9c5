"""The decision: one pure function from what is known of a request to a plan with its reasons."""

from __future__ import annotations

from collections.abc import Sequence

from pointsman.core.types import Deployment, Method, ServiceLevel
from pointsman.strategy import cascade, ladder, pricing, selection
from pointsman.strategy.availability import Supply
from pointsman.strategy.plan import Estimate, Live, Plan, Profile
from pointsman.strategy.rows import Deadline, Strategy
from pointsman.strategy.selection import Choice


def plan(profile: Profile, strategy: Strategy, deployments: Sequence[Deployment] | None, live: Live) -> Plan:
    """Whom to ask, in which order and by which method, and why.

    With `deployments` None every slot counts as bound and the chain is the strategy's alone. With deployments, slots that
    cannot be called are left out with a reason, troubled ones go last, and behind the ladder stands what else is up; the
    chain is then empty when no model can be asked, and `model` is the one that should have been. Never raises for words that
    the strategy does not know: they have no say, and a reason says so. Deterministic; no I/O, no clock.
    """
    supply = Supply(profile, strategy, deployments, live)
    choice = selection.choose(profile, strategy, supply.best())
    chain, reasons = ladder.chain(strategy, choice.model, choice.fallbacks), choice.reasons
    emergency = strategy.ladders[strategy.slots[choice.model].tier].emergency
    methods = strategy.levels[live.service_level].methods
    method, begin, members = Method.SINGLE, None, 0
    if choice.ensemble and Method.ENSEMBLE in methods:
        models = strategy.ensembles[choice.ensemble].models
        voices = [selection.resolve(strategy, name, profile.domain, choice.model) for name in models]
        chain = tuple(dict.fromkeys((*voices, *chain)))
        method, members = Method.ENSEMBLE, len(set(voices))
    elif choice.ensemble:
        reasons = (*reasons, f"{live.service_level} asks one model at a time")
    elif (
        not profile.override and Method.CASCADE in methods and (begin := cascade.start(profile, strategy, choice, supply.price))
    ):
        chain, method = tuple(dict.fromkeys((begin, *chain))), Method.CASCADE
    if profile.override in strategy.slots:
        chosen = str(profile.override)
        chain, method = ladder.chain(strategy, chosen, ()), Method.SINGLE
        emergency = strategy.ladders[strategy.slots[chosen].tier].emergency
        reasons = (f"you chose {chosen}: your choice comes first", f"without it: {choice.model} ({reasons[0]})")
    elif profile.override:
        reasons = (*reasons, f"your choice {profile.override} is not a model of strategy.toml")

    rungs = supply.rungs(chain)
    if method is Method.ENSEMBLE:
        members = sum(1 for slot in chain[:members] if supply.missing(slot) is None)
        method = Method.ENSEMBLE if members > 1 else Method.SINGLE
    elif method is Method.CASCADE and (len(rungs.slots) < 2 or rungs.slots[0] != begin):
        method = Method.SINGLE
    if method is Method.CASCADE:
        reasons = (*reasons, f"cascade: {begin} begins, its answer is checked, {rungs.slots[1]} follows if it fails")
    model = rungs.slots[0] if rungs.slots else chain[0]
    asked = rungs.slots[:members] if method is Method.ENSEMBLE else (model,)
    if model != chain[0]:
        reasons = (f"{model} is next in line: {rungs.notes[0]}", *reasons, *rungs.notes[1:])
    else:
        reasons = (*reasons, *rungs.notes)
    deadline = _deadline(strategy, choice)
    return Plan(
        model=model,
        tier=strategy.slots[model].tier,
        method=method,
        chain=rungs.slots,
        emergency=emergency,
        reasons=reasons if rungs.slots else (f"no model can be called: {emergency.replace('_', ' ')}", *reasons),
        estimate=Estimate(
            profile.input_tokens, profile.output_tokens, sum(pricing.expected(profile, supply.price(slot)) for slot in asked)
        ),
        service_level=live.service_level if rungs.slots else ServiceLevel.EMERGENCY,
        deadline_s=deadline.total_s,
        attempt_s=min(deadline.attempt_s, strategy.triggers.timeout_s),
    )


def _deadline(strategy: Strategy, choice: Choice) -> Deadline:
    """The row that the task names, else that of the latency, else the standard one."""
    for name in (choice.task.deadline if choice.task else "", choice.latency):
        if name in strategy.deadlines:
            return strategy.deadlines[name]
    return strategy.deadlines["standard"]
