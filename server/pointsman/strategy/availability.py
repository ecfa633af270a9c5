"""Which rungs of a chain can be tried now, which go last, and why the others cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pointsman.core.types import Deployment, Price
from pointsman.strategy import pricing, selection
from pointsman.strategy.plan import Live, Profile, SlotState
from pointsman.strategy.rows import Strategy

_UP = SlotState()


@dataclass(frozen=True, slots=True)
class Rungs:
    """The slots to try, in order, and one line for each that was passed over or put last."""

    slots: tuple[str, ...]
    notes: tuple[str, ...]


class Supply:
    """What can be called in this request: the deployments by slot, or every slot as if it were up where these are not given."""

    __slots__ = ("_by_slot", "_live", "_profile", "_strategy")

    def __init__(self, profile: Profile, strategy: Strategy, deployments: Sequence[Deployment] | None, live: Live) -> None:
        self._profile, self._strategy, self._live = profile, strategy, live
        self._by_slot: Mapping[str, list[Deployment]] | None = None
        if deployments is not None:
            by_slot: dict[str, list[Deployment]] = {}
            for deployment in deployments:
                if deployment.model:
                    by_slot.setdefault(deployment.slot, []).append(deployment)
            self._by_slot = by_slot

    def price(self, slot: str) -> Price:
        """The slot's price: that of its first deployment, or the requirement's as if every model were up."""
        row = self._strategy.slots[slot]
        bound = self._bound(slot)
        return pricing.price_of(bound[0], row) if bound else row.price

    def missing(self, slot: str) -> str | None:
        """Why a slot cannot be asked, or None when it can."""
        if self._by_slot is None:
            local = self._strategy.slots[slot].local
        else:
            bound = self._bound(slot)
            if not bound:
                return "is bound to no model in config.toml"
            local = any(deployment.local for deployment in bound)
        if self._profile.local_only and not local:
            return "is not on this machine, and this code must stay here"
        state = self._live.slots.get(slot, _UP)
        if not state.available:
            return state.why or "is unavailable"
        if state.budget_left is not None and pricing.expected(self._profile, self.price(slot)) > state.budget_left:
            return "would exceed its limit for today"
        return None

    def why_none(self, chain: Sequence[str]) -> str:
        """Why no model of `chain` can be asked, in one line that a person understands."""
        lacks: dict[str, None] = {}
        others: list[str] = []
        for slot in chain:
            local_needed = self._profile.local_only and not self._strategy.slots[slot].local
            state = self._live.slots.get(slot, _UP)
            if not self._bound(slot):
                lacks["no local model" if self._strategy.slots[slot].local else f"no model for {slot}"] = None
            elif state.lacks:
                lacks[state.lacks] = None
            elif not local_needed:
                others.append(f"{slot} {self.missing(slot)}")
        if others:
            return f"no model can be asked: {others[0]}"
        if any(self.missing(slot) is None for slot in self._strategy.slots if slot not in chain):
            return f"no model can be asked that cost {self._profile.cost} allows ({_listed(lacks)})"
        if self._profile.local_only:
            return "this code must stay here, and no local model is configured"
        return f"no model is configured ({_listed(lacks)})"

    def best(self) -> str:
        """The strongest primary model that can be asked; the strongest of all when none can."""
        ranked = sorted((slot for slot in self._strategy.slots.values() if not slot.base), key=lambda slot: -slot.quality)
        return next((slot.name for slot in ranked if self.missing(slot.name) is None), ranked[0].name)

    def rungs(self, chain: Sequence[str]) -> Rungs:
        """The rungs that can be tried, the troubled ones last, and behind them what may still be up."""
        triggers = self._strategy.triggers
        ready: list[str] = []
        troubled: list[str] = []
        notes: list[str] = []
        for slot in chain:
            why = self.missing(slot)
            if why is not None:
                notes.append(f"{slot} {why}")
                continue
            state = self._live.slots.get(slot, _UP)
            if slot == self._profile.override:
                # A person who chose it wants it in trouble too.
                ready.append(slot)
                continue
            if state.error_rate > triggers.error_rate:
                notes.append(f"{slot} goes last: {state.error_rate:.0%} of its answers fail")
            elif state.quality_lost > triggers.quality_drop:
                notes.append(f"{slot} goes last: its answers have lost {state.quality_lost:.0%} of quality")
            elif state.mean_latency_s > triggers.timeout_s:
                notes.append(f"{slot} goes last: it takes {state.mean_latency_s:.0f} s on average")
            else:
                ready.append(slot)
                continue
            troubled.append(slot)
        slots = (*ready, *troubled)
        if self._by_slot is not None:
            spare = [slot for slot in self._spare() if slot not in chain and self.missing(slot) is None]
            if spare and not slots:
                notes.insert(0, f"{spare[0]} is all that can be called")
            slots = (*slots, *spare)
        return Rungs(slots, tuple(notes))

    def _bound(self, slot: str) -> Sequence[Deployment]:
        """The slot's own deployments; a specialist without any is served as its base model is."""
        by_slot = self._by_slot or {}
        return by_slot.get(slot) or by_slot.get(self._strategy.slots[slot].base) or ()

    def _spare(self) -> tuple[str, ...]:
        """The last resort, within a stated cost limit; models of this machine before all where code must stay here."""
        order = self._strategy.triggers.last_resort
        if self._profile.local_only:
            return tuple(dict.fromkeys((*order, *self._strategy.slots)))
        limit = selection.cost_limit(self._strategy, self._profile.cost)
        return tuple(slot for slot in order if selection.tier_rank(self._strategy, slot) <= limit)


def _listed(lacks: Iterable[str]) -> str:
    """`no key for a, b; no local model`: what begins alike is said once."""
    groups: dict[str, list[str]] = {}
    for lack in lacks:
        head, found, last = lack.rpartition(" for ")
        groups.setdefault(head if found else lack, []).extend([last] if found else [])
    return "; ".join(f"{head} for {', '.join(each)}" if each else head for head, each in groups.items())
