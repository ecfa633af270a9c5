"""The one entry to any model: cache, plan, money, ladder, quality, record."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random

from pointsman.config.settings import Settings
from pointsman.core.clock import Clock
from pointsman.core.errors import StorageError
from pointsman.core.types import Deployment, ServiceLevel, Tier
from pointsman.gateway import cache as recipes
from pointsman.gateway.answer import Answer, Ask, Fallback
from pointsman.gateway.balance import Balance
from pointsman.gateway.budget import Budget, DailyLimits, Spent
from pointsman.gateway.cache import Cache
from pointsman.gateway.estimates import Estimates
from pointsman.gateway.fleet import Fleet
from pointsman.gateway.hedge import Hedge
from pointsman.gateway.inflight import Flight
from pointsman.gateway.ladder import Climb
from pointsman.gateway.levels import Levels
from pointsman.gateway.outcome import Outcome, refusal
from pointsman.gateway.recall import ROWS, recall
from pointsman.gateway.record import row
from pointsman.gateway.rung import Given, Ground
from pointsman.gateway.screen import Screen, Show
from pointsman.providers.base import Provider
from pointsman.storage.answers import AnswerLog, AnswerShelf, CachedAnswer
from pointsman.storage.ledger import Ledger
from pointsman.storage.store import Store
from pointsman.strategy import cost_warning, policy
from pointsman.strategy.plan import Live, Plan, Profile
from pointsman.strategy.rows import Strategy

_log = logging.getLogger(__name__)

_LEDGER_S = 1.0
_REMEMBERED = 256
"""Answers whose deployment is known when a person keeps or dismisses them."""

_MARGIN_S = 0.05
"""Kept from the deadline for closing a socket and for the rungs below the models."""


class Gateway:
    """Answers every request, with a model where one can be had.

    `providers` maps `Deployment.provider` to its provider; `utilization` tells the most used resource of the machine, 0 to 1.
    Nothing here raises but CancelledError: each failure becomes the next rung of the ladder, and below the last one an `Answer`
    without text that says why.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        strategy: Strategy,
        deployments: Sequence[Deployment],
        providers: Mapping[str, Provider],
        store: Store,
        clock: Clock,
        random: Random | None = None,
        utilization: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._store, self._clock, self._random = store, clock, random or Random()  # noqa: S311 - jitter, no secret
        self._record_of = AnswerLog(store, clock)
        self._cache = Cache(AnswerShelf(store, clock), clock)
        self._fleet = Fleet(strategy.slots, deployments, providers, clock, self._random)
        self._estimates = Estimates(self._record_of, self._fleet)
        self._budget = Budget(Ledger(store, clock), _limits(settings, strategy), clock)
        self._levels = Levels(strategy, self._fleet, clock, utilization)
        self._balance = Balance(self._fleet, strategy.balancing, clock, goal=settings.cost, utilization=utilization)
        self._given: OrderedDict[str, Deployment] = OrderedDict()
        self._levels.subscribe(self._on_level)
        self._flights: dict[str, Flight] = {}
        self._listeners: list[Callable[[Answer], None]] = []
        self._settings, self._strategy = settings, strategy
        self._policy = _policy_digest(settings)

    async def ask(self, ask: Ask, *, on_text: Callable[[str], None] | None = None) -> Answer:
        """Answer one request within its plan's deadline (and at most 0.1 s more).

        `on_text` gets the whole text so far each time it grows: each call replaces what the one before has shown. When a rung
        fails after it has shown something, "" takes that back before the next rung speaks; the last call carries exactly the
        answer's text. So no character is lost or doubled, whatever broke in between. Identical requests at the same moment
        share one call.

        Raises CancelledError alone: the socket is then closed, and what was used is settled and recorded.
        """
        self._estimates.load_soon()
        plan = self.plan(ask.profile)
        recipe = recipes.recipe(ask, self._policy)
        shared = hashlib.sha256(json.dumps([recipe, repr(ask.profile), ask.cacheable, plan.chain]).encode()).hexdigest()
        flight = self._flights.get(shared)
        if flight is None or flight.ending:
            flight = self._flights[shared] = Flight(lambda show: self._answer(ask, plan, recipe, show))
            flight.task.add_done_callback(lambda _: self._landed(shared, flight))
        return await flight.join(on_text)

    def plan(self, profile: Profile) -> Plan:
        """What would be done with such a request now. Pure: nothing is asked or recorded."""
        planned = policy.plan(self._bounded(profile), self._strategy, self._fleet.deployments, self.live())
        return self._estimates.corrected(planned, profile)

    def live(self) -> Live:
        """What is known now of every slot, and the service level that follows from it."""
        states = {name: self._fleet.state(name, self._left, least_samples=self._least()) for name in self._strategy.slots}
        return Live(states, self._levels.look())

    @property
    def service_level(self) -> ServiceLevel:
        return self.live().service_level

    @property
    def service_reason(self) -> str:
        """Why the service level is not full, or ""."""
        return self._levels.reason

    @property
    def fleet(self) -> Fleet:
        """The deployments and their health, for reports."""
        return self._fleet

    def warning(self, plan: Plan) -> str | None:
        """One line for a person before a dear request, with cheaper models named; None when it is not dear."""
        callable_now = {name: self._fleet.of(name) for name, state in self.live().slots.items() if state.available}
        prices = {name: self._fleet.priced(found[0]).price for name, found in callable_now.items() if found}
        return cost_warning.warn(plan, self._strategy.slots, prices=prices, left=self._left(plan.model))

    async def prepare(self, profile: Profile) -> None:
        """Have the model that such a request would ask first get ready. Sends nothing; never raises."""
        plan = self.plan(profile)
        for deployment in self._fleet.of(plan.model) if plan.chain else ():
            await self._fleet.provider(deployment).prepare(deployment)

    def subscribe(self, listener: Callable[[Answer], None]) -> Callable[[], None]:
        """Tell `listener` of every answer when it is given; the returned function ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def subscribe_levels(self, listener: Callable[[ServiceLevel, str], None]) -> Callable[[], None]:
        """Tell `listener` of each change of the service level and why; the returned function ends that."""
        return self._levels.subscribe(listener)

    def feedback(self, answer_id: str, event: str) -> None:
        """Record what became of an answer (shown, accepted, dismissed, ...); never raises and never waits."""
        if event in ("accepted", "dismissed") and (deployment := self._given.pop(answer_id, None)) is not None:
            self._fleet.health(deployment).preferred(kept=event == "accepted")
        self._record_of.event("feedback", {"answer": answer_id, "event": event})

    async def recall(self) -> None:
        """Begin with the health that the record of the last five minutes tells, by whichever process. Never raises."""
        with contextlib.suppress(StorageError, TimeoutError):
            async with asyncio.timeout(_LEDGER_S):
                recall(await self._record_of.recent(ROWS), self._fleet, self._clock.wall())

    async def spent(self) -> Spent:
        """Micro-dollars of this process and of today; never raises, the last known figures stand in for a broken ledger."""
        with contextlib.suppress(StorageError, TimeoutError):
            async with asyncio.timeout(_LEDGER_S):
                await self._store.flush()
                await self._budget.refresh()
        return self._budget.spent()

    async def forget(self) -> None:
        """Delete every stored answer and the record of them. Raises StorageError when the disk still holds them."""
        self._cache.clear()
        await self._store.flush()
        await self._record_of.forget()

    def reconfigure(self, settings: Settings, strategy: Strategy, deployments: Sequence[Deployment]) -> None:
        """Take over changed settings: what was marked as not configured is tried again."""
        self._settings, self._strategy = settings, strategy
        self._policy = _policy_digest(settings)
        self._fleet.configure(strategy.slots, deployments)
        self._budget.limits = _limits(settings, strategy)
        self._levels.configure(strategy)
        self._balance.configure(strategy.balancing, goal=settings.cost)

    async def aclose(self) -> None:
        """Cancel what runs. Providers and the store belong to whoever made them."""
        tasks = [flight.task for flight in self._flights.values() if not flight.task.done()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=0.5)

    async def _answer(self, ask: Ask, plan: Plan, recipe: str, show: Show) -> Answer:
        outcome = Outcome(ask, plan, self._clock.monotonic(), f"{self._random.getrandbits(128):032x}")
        climb = self._climb(ask, plan, outcome.began, show)
        try:
            answer = await self._descend(ask, plan, recipe, outcome, climb)
        except asyncio.CancelledError:
            self._record(refusal(outcome, climb.attempts, "cancelled", self._clock), ask, recipe, cancelled=True)
            raise
        except Exception as error:
            # The promise of `ask`: a fault of our own is a stated refusal too. Only its type: the text may quote code.
            _log.error("an answer failed with %s", type(error).__name__, exc_info=_log.isEnabledFor(logging.DEBUG))
            answer = refusal(outcome, climb.attempts, f"an internal error ({type(error).__name__})", self._clock)
        show(answer.text)
        self._record(answer, ask, recipe)
        for listener in tuple(self._listeners):
            try:
                listener(answer)
            except Exception:
                _log.exception("a listener failed")
        return answer

    async def _descend(self, ask: Ask, plan: Plan, recipe: str, outcome: Outcome, climb: Climb) -> Answer:
        found = self._cache.find(recipe) if ask.cacheable else None
        if found is not None and plan.chain:
            held = await found.fresh(recipes.key(recipe, plan.model, self._fleet.of(plan.model)))
            if held is not None:
                return outcome.cached(held, climb.attempts, self._clock)
        held = await found.stale(_MARGIN_S) if found is not None and plan.caution else None
        if held is not None and self._stronger(held.model, plan.model):
            # A service level of simple tasks: what a better model once said of this very text is worth more.
            return outcome.cached(held, climb.attempts, self._clock, stale=True)
        given = await climb.down()
        if given is not None:
            return self._given_by(ask, recipe, outcome, given, climb)
        if climb.best is None:
            left = plan.deadline_s + outcome.began - self._clock.monotonic()
            stale = await found.stale(max(left, _MARGIN_S)) if found is not None else None
            if stale is not None:
                return outcome.cached(stale, climb.attempts, self._clock, stale=True)
            given = await self._wait_for_better(ask, climb)
            if given is not None:
                return self._given_by(ask, recipe, outcome, given, climb)
        poor = climb.settle_for_best()
        if poor is not None:
            return outcome.modelled(poor, climb.attempts, self._clock, poor=True)
        return self._offline(ask, outcome, climb)

    async def _wait_for_better(self, ask: Ask, climb: Climb) -> Given | None:
        """Retry what failed for a moment, and what rested when the plan was made: the plan as if nothing rested names it."""
        whole = policy.plan(self._bounded(ask.profile), self._strategy, self._fleet.deployments, Live())
        climb.expect(whole.chain)
        return await climb.again()

    def _offline(self, ask: Ask, outcome: Outcome, climb: Climb) -> Answer:
        for rung in ask.offline:
            fallback: Fallback | None
            try:
                fallback = rung()
            except Exception as error:
                _log.warning("a rung without a model failed with %s", type(error).__name__)
                continue
            if fallback is not None and fallback.text:
                return outcome.offline(fallback, climb.attempts, self._clock)
        return refusal(outcome, climb.attempts, "", self._clock)

    def _climb(self, ask: Ask, plan: Plan, began: float, show: Show) -> Climb:
        ground = Ground(
            ask, self._fleet, self._budget, self._balance, self._clock, Screen(show), self._strategy.triggers.quality, []
        )
        return Climb(
            ground,
            plan,
            self._random,
            ends_at=began + max(plan.deadline_s - _MARGIN_S, plan.deadline_s * 0.9),
            local_only=ask.profile.local_only or self._settings.local_only,
            hedge=Hedge(self._strategy.hedging, self._fleet, ask.prompt, self._clock) if plan.hedged else None,
        )

    def _given_by(self, ask: Ask, recipe: str, outcome: Outcome, given: Given, climb: Climb) -> Answer:
        self._keep(ask, recipe, given)
        self._given[outcome.id] = given.deployment
        while len(self._given) > _REMEMBERED:
            self._given.popitem(last=False)
        return outcome.modelled(given, climb.attempts, self._clock)

    def _stronger(self, slot: str, other: str) -> bool:
        slots = self._strategy.slots
        return slot in slots and other in slots and slots[slot].rank > slots[other].rank

    def _keep(self, ask: Ask, recipe: str, given: Given) -> None:
        if ask.cacheable:
            key = recipes.key(recipe, given.slot, self._fleet.of(given.slot))
            at, verdict = self._clock.wall(), given.verdict
            self._cache.put(CachedAnswer(key, recipe, at, given.slot, given.deployment.name, verdict.text, verdict.score))

    def _on_level(self, level: ServiceLevel, reason: str) -> None:
        self._record_of.event("service_level", {"level": level.value, "reason": reason})

    def _record(self, answer: Answer, ask: Ask, recipe: str, *, cancelled: bool = False) -> None:
        self._record_of.record(row(answer, ask, recipe, self._clock.wall(), cancelled=cancelled))
        self._estimates.learn(answer, ask)

    def _landed(self, shared: str, flight: Flight) -> None:
        if self._flights.get(shared) is flight:
            del self._flights[shared]
        if not flight.task.cancelled():
            # Fetched, so that an answer nobody waits for any more is not reported as a lost exception.
            flight.task.exception()

    def _bounded(self, profile: Profile) -> Profile:
        return replace(profile, local_only=True) if self._settings.local_only else profile

    def _left(self, slot: str) -> int | None:
        return self._budget.left(self._strategy.slots[slot].tier)

    def _least(self) -> int:
        return self._strategy.triggers.minimum_requests


def _limits(settings: Settings, strategy: Strategy) -> DailyLimits:
    by_tier: dict[Tier, int | None] = dict(strategy.budgets.daily)
    known = settings.user_tier in strategy.budgets.user
    # A word that no row knows gets the tightest limit there is, not none.
    tightest = min((limit for limit in strategy.budgets.user.values() if limit is not None), default=None)
    return DailyLimits(by_tier, strategy.budgets.user[settings.user_tier] if known else tightest, settings.user_tier)


def _policy_digest(settings: Settings) -> str:
    return hashlib.sha256(json.dumps(dict(settings.strategy), sort_keys=True, default=str).encode()).hexdigest()
