"""Where learning meets a plan: the same models in another order, or a cheap beginning that a verifier checks. Never more.

The chain of the plan is what may be asked; a model that the user chose, a stated cost, latency or accuracy, a troubled model
and a plan of several voices stay as the strategy decided them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random

from pointsman.core.types import Method
from pointsman.strategy import pricing, selection, task_routing
from pointsman.strategy.bandit import Belief, Pick, pick
from pointsman.strategy.expected_value import Verifier, Worth, worth
from pointsman.strategy.learning import LearnedState, believed
from pointsman.strategy.learning_rules import CascadeRules
from pointsman.strategy.plan import Live, Plan, Profile
from pointsman.strategy.rows import SYMBOLS, Strategy

_ABOVE_ALL = 4

Price = Callable[[str], float]
"""What one answer of a slot costs, in a unit that is the same for all."""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A plan after learning. `plan` has the chain, method and reasons that hold now.

    The first `trials` models of the chain are asked in turn until the verifier accepts; when it accepts none, the last one's
    answer is given. `chances` are their expected shares of good answers in a case that comes to them, for `Evidence.expected`.
    What follows in the chain is for models that fail, not for answers that are rejected.
    """

    plan: Plan
    trials: int
    chances: tuple[float, ...]


def adjust(
    plan: Plan,
    profile: Profile,
    strategy: Strategy,
    state: LearnedState,
    rng: Random,
    *,
    scope: str = "",
    verifier: Verifier | None = None,
    live: Live | None = None,
    cost: Price | None = None,
) -> Adjusted:
    """`plan` as the outcomes of this workspace (`scope`) would have it. Pure but for the draws from `rng`.

    Without a verifier no cheaper beginning is added, and none that the strategy planned is taken away: a check that tells
    nothing loses more than it saves. `cost` is by default the requirement's price of the slot for the profile's tokens.
    """
    price = cost or (lambda slot: float(pricing.expected(profile, strategy.slots[slot].price)))
    own, allowed = _own(plan, profile, strategy), _movable(plan, profile, strategy, live or Live())
    if own is None or len(plan.chain) < 2 or (plan.method is Method.CASCADE and verifier is None):
        return _as_planned(plan, profile, strategy, state, scope)
    rated = believed(state, scope, profile, plan.chain, strategy)
    priors = {slot: strategy.slots[slot].quality for slot in plan.chain}
    rivals = {slot: rated[slot] for slot in plan.chain if slot in allowed or slot == own}
    cheap = frozenset(slot for slot in rivals if price(slot) <= price(own))
    # With a verifier the cheap beginnings are exploration enough, and none of their bad answers need be given.
    explore = strategy.learning.explore if verifier is None else 0.0
    picked = pick(own, rivals, priors, cheap, replace(strategy.learning, explore=explore), rng)
    begun = None
    if verifier is not None and verifier.tells and _may_cascade(plan, profile, strategy):
        cascade = strategy.learning.cascade
        cheaper = {slot: rivals[slot] for slot in rivals if slot != picked.slot and price(slot) < price(picked.slot)}
        most_loss = cascade.loss_allowed(profile.cost)
        begun = _beginning(picked.slot, cheaper, rivals[picked.slot], price, verifier, cascade, most_loss)
    steps = (begun[0], picked.slot) if begun else (picked.slot,)
    chances = begun[1].chances if begun else (rivals[picked.slot].mean,)
    reasons = [*_cascade_line(picked.slot, begun, price), *_pick_line(own, picked, rivals)]
    chain = tuple(dict.fromkeys((*steps, *plan.chain)))
    if chain == plan.chain and (len(steps) > 1) is (plan.method is Method.CASCADE):
        return Adjusted(plan, len(steps), chances)
    model, method = chain[0], Method.CASCADE if len(steps) > 1 else Method.SINGLE
    first_price = pricing.expected(profile, strategy.slots[model].price)
    estimate = plan.estimate if model == plan.model else replace(plan.estimate, micro_dollars=first_price)
    changed = replace(
        plan,
        model=model,
        tier=strategy.slots[model].tier,
        method=method,
        chain=chain,
        reasons=(*reasons, *plan.reasons),
        estimate=estimate,
    )
    return Adjusted(changed, len(steps), chances)


def _own(plan: Plan, profile: Profile, strategy: Strategy) -> str | None:
    """The model that the strategy wants the answer of, behind a cheap beginning or first; None where learning has no say."""
    if profile.override in strategy.slots or plan.method is Method.ENSEMBLE or not plan.chain:
        return None
    return plan.chain[1] if plan.method is Method.CASCADE and len(plan.chain) > 1 else plan.chain[0]


def _movable(plan: Plan, profile: Profile, strategy: Strategy, live: Live) -> frozenset[str]:
    """The slots that may go forward: within what was stated of cost, latency and accuracy, and not in trouble."""
    criteria = strategy.criteria
    task = task_routing.row_for(strategy, profile.task, profile.domain) if profile.task else None
    latency = profile.latency or (task.latency if task else "")
    ceiling = min(selection.cost_limit(strategy, profile.cost), _rank(strategy, "latency", latency, _ABOVE_ALL))
    floor = _rank(strategy, "accuracy", profile.accuracy, 0) if profile.accuracy in criteria["accuracy"] else 0
    triggers = strategy.triggers
    troubled = {
        name
        for name, slot in live.slots.items()
        if slot.error_rate > triggers.error_rate or slot.mean_latency_s > triggers.timeout_s
    }
    return frozenset(
        slot for slot in plan.chain if floor <= selection.tier_rank(strategy, slot) <= ceiling and slot not in troubled
    )


def _rank(strategy: Strategy, criterion: str, word: str | None, otherwise: int) -> int:
    row = strategy.criteria[criterion].get(word or "")
    if row is None:
        return otherwise
    return _ABOVE_ALL if row.target in SYMBOLS else selection.tier_rank(strategy, row.target)


def _may_cascade(plan: Plan, profile: Profile, strategy: Strategy) -> bool:
    """Whether the service level and what was stated leave time and room for a second try."""
    task = task_routing.row_for(strategy, profile.task, profile.domain) if profile.task else None
    latency = profile.latency or (task.latency if task else "")
    rule = strategy.cascade
    possible = Method.CASCADE in strategy.levels[plan.service_level].methods
    return possible and latency not in rule.not_latencies and profile.accuracy not in rule.not_accuracies


def _beginning(
    own: str,
    cheaper: Mapping[str, Belief],
    belief: Belief,
    price: Price,
    verifier: Verifier,
    cascade: CascadeRules,
    most_loss: float,
) -> tuple[str, Worth] | None:
    """The cheaper model to try before `own`, and what both together are worth; None where `own` alone is the better way.

    Of those that lose at most `most_loss` of good answers it is the one that costs least. One model, not several: each further
    try costs time and lets more bad answers through the check.
    """
    alone = worth([belief.mean], [price(own)], verifier, cascade.likeness)
    chosen, lowest = None, alone.cost
    for slot, each in cheaper.items():
        prices = [price(slot), price(own)]
        # Little is known of a model at first, and a checked try is the cheapest way to know more: doubt counts in its favour,
        # the more so the more a check tells.
        hoped = worth(
            [each.mean + cascade.optimism * verifier.skill * each.spread, belief.mean], prices, verifier, cascade.likeness
        )
        if hoped.cost < lowest and hoped.success >= alone.success - most_loss:
            lowest = hoped.cost
            chosen = slot, worth([each.mean, belief.mean], prices, verifier, cascade.likeness)
    return chosen


def _pick_line(own: str, picked: Pick, rated: Mapping[str, Belief]) -> list[str]:
    if picked.slot == own:
        return []
    if picked.explored:
        return [f"learning: {picked.slot} is tried out before {own}, to know it better"]
    return [f"learning: {picked.slot} does better here than {own} ({rated[picked.slot].mean:.0%} good answers expected)"]


def _cascade_line(own: str, begun: tuple[str, Worth] | None, price: Price) -> list[str]:
    if begun is None:
        return []
    slot, together = begun
    saved = 1 - together.cost / price(own)
    return [
        f"cascade: {slot} begins, its answer is checked, {own} follows if it fails:"
        f" {together.success:.0%} good answers expected at {saved:.0%} less cost"
    ]


def _as_planned(plan: Plan, profile: Profile, strategy: Strategy, state: LearnedState, scope: str) -> Adjusted:
    rated = believed(state, scope, profile, plan.chain[:1], strategy)
    return Adjusted(plan, min(len(plan.chain), 1), tuple(rated[slot].mean for slot in plan.chain[:1]))
