"""The service level now, from the health of everything that may be called."""

from __future__ import annotations

import logging
from collections.abc import Callable

from pointsman.core.clock import Clock
from pointsman.core.errors import Fault
from pointsman.core.types import Deployment, ServiceLevel
from pointsman.gateway.fleet import Fleet
from pointsman.strategy import service_levels
from pointsman.strategy.rows import Strategy
from pointsman.strategy.service_levels import LevelState, Metrics

_log = logging.getLogger(__name__)

_RECENT_S = 60.0
_FEW = 5
"""Answers before their average time says anything."""


Listener = Callable[[ServiceLevel, str], None]


class Levels:
    """Keeps the level between two looks, so that it does not flap; the rules are the strategy's."""

    def __init__(self, strategy: Strategy, fleet: Fleet, clock: Clock, utilization: Callable[[], float]) -> None:
        self._strategy, self._fleet, self._clock, self._utilization = strategy, fleet, clock, utilization
        self._state = LevelState()
        self._told: ServiceLevel | None = None
        self._listeners: list[Listener] = []

    def configure(self, strategy: Strategy) -> None:
        """Start again under changed settings: the level that follows is no change that a person must hear of."""
        self._strategy, self._state, self._told = strategy, LevelState(), None

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` of each change of the level, with the reason; the returned function ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def look(self) -> ServiceLevel:
        """The level that holds now. Listeners hear of a change since the last look, and of nothing at the first one."""
        level = self._step()
        before, self._told = self._told, level
        if before is not None and before is not level:
            for listener in tuple(self._listeners):
                try:
                    listener(level, self._state.reason)
                except Exception:
                    _log.exception("a listener failed")
        return level

    def _step(self) -> ServiceLevel:
        metrics = self.metrics()
        if self._state.level is ServiceLevel.EMERGENCY and metrics.up:
            # "No model" is a fact and not a trend: it ends when one answers. Further up it goes by the strategy's patience.
            self._state = LevelState(ServiceLevel.MINIMAL, "models can be reached again")
        self._state = service_levels.step(self._state, metrics, self._strategy.degradation, self._clock.monotonic())
        return self._state.level

    @property
    def reason(self) -> str:
        """Why the level is not full, or ""."""
        return self._state.reason

    def metrics(self) -> Metrics:
        """The figures that the rules look at."""
        fleet = self._fleet
        bound = [each for each in fleet.deployments if each.slot in fleet.slots and fleet.missing(each) is None]
        samples = [sample for health in {id(h): h for h in map(fleet.health, bound)}.values() for sample in health.samples]
        times = [sample.latency_s for sample in samples if sample.ok]
        telling = len(samples) >= max(self._strategy.triggers.minimum_requests, 1)
        return Metrics(
            up={fleet.slots[each.slot].tier for each in bound if fleet.health(each).unavailable() is None},
            bound={fleet.slots[each.slot].tier for each in bound},
            average_response_s=sum(times) / len(times) if len(times) >= _FEW else 0.0,
            error_rate=sum(not sample.ok for sample in samples) / len(samples) if telling else 0.0,
            utilization=self._utilization(),
            downtime_s=max((fleet.health(each).down_s for each in bound), default=0.0),
            rate_limited=any(self._limited(each) for each in bound),
            network_down=self._cut_off([each for each in bound if not each.local]),
        )

    def _limited(self, deployment: Deployment) -> bool:
        at = self._fleet.health(deployment).rate_limited_at
        return at is not None and self._clock.monotonic() - at < _RECENT_S

    def _cut_off(self, remote: list[Deployment]) -> bool:
        """Whether the last call of every remote deployment that was called found no network."""
        last = [self._fleet.health(each).last_fault for each in remote if self._fleet.health(each).samples]
        return bool(last) and all(fault is Fault.NETWORK for fault in last)
