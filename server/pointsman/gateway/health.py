"""What the last calls say about one deployment: may it be called, how often does it fail, how long does it take."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from random import Random

from pointsman.core.clock import Clock
from pointsman.core.errors import Fault, ProviderError
from pointsman.gateway.breaker import Breaker, State

WINDOW_S = 300.0
_SAMPLES = 50
_LASTING = {Fault.NOT_CONFIGURED, Fault.AUTH}
_PAUSES_S = {Fault.RATE_LIMITED: 2.0, Fault.NOT_FOUND: 600.0, Fault.REDIRECT: 60.0}
_BY_REQUEST = {Fault.BAD_REQUEST, Fault.TOO_LONG, Fault.REFUSED}
"""Faults that say something about the request and nothing about the deployment."""

_SLOW_S = 10.0
_FAIR_WAIT_S = 2.0


@dataclass(frozen=True, slots=True)
class Sample:
    at: float
    ok: bool
    latency_s: float
    quality: float = 0.0


class Health:
    """Live figures of one deployment. All times are monotonic."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self.breaker = Breaker(clock, random)
        self.active = 0
        """Calls that run now."""
        self.rate_limited_at: float | None = None
        self.last_fault: Fault | None = None
        self.blocked = ""
        """Why no call is worth it until the configuration changes, or ""."""
        self._rests_until = 0.0
        self._rest_fault = Fault.RATE_LIMITED
        self._slow_until, self._slow_limit_s = 0.0, 0.0
        self._down_since: float | None = None
        self._samples: deque[Sample] = deque(maxlen=_SAMPLES)

    def unavailable(self) -> tuple[Fault, str] | None:
        """Why a call cannot be made now, or None when it can."""
        if self.blocked:
            return Fault.NOT_CONFIGURED, self.blocked
        rest = self._rests_until - self._clock.monotonic()
        if rest > 0:
            return self._rest_fault, f"rests after {self._rest_fault.value.replace('_', ' ')}, for {rest:.1f} s more"
        if not self.breaker.allows:
            return Fault.OVERLOADED, f"is not asked after repeated failures, for {self.breaker.waits_s:.1f} s more"
        return None

    def too_slow_for(self, limit_s: float) -> bool:
        """Whether a call as short as `limit_s` was tried a moment ago and got no byte in time."""
        return self._clock.monotonic() < self._slow_until and limit_s <= self._slow_limit_s

    def ready_in_s(self) -> float | None:
        """Seconds until a call may be made; None when only a change of configuration can help."""
        if self.blocked:
            return None
        return max(self._rests_until - self._clock.monotonic(), self.breaker.waits_s, 0.0)

    def begin(self) -> None:
        self.active += 1
        self.breaker.begin()

    def succeed(self, latency_s: float) -> None:
        """The call gave a whole answer."""
        self.active -= 1
        self.breaker.succeed()
        self._rests_until, self._slow_until, self._down_since, self.last_fault = 0.0, 0.0, None, None
        self._samples.append(Sample(self._clock.monotonic(), True, latency_s))

    def judge(self, quality: float) -> None:
        """The check's score of the answer that was just given."""
        if self._samples:
            last = self._samples.pop()
            self._samples.append(Sample(last.at, last.ok, last.latency_s, quality))

    def cancel(self) -> None:
        """The caller went away: nothing was learned."""
        self.active -= 1
        self.breaker.abandon()

    def fail(self, error: ProviderError, waited_s: float) -> None:
        """The call failed after `waited_s`."""
        self.active -= 1
        now, fault = self._clock.monotonic(), error.fault
        if fault in _BY_REQUEST:
            self.breaker.abandon()
            return
        if fault is Fault.TIMEOUT:
            self._slow_until, self._slow_limit_s = now + _SLOW_S, max(waited_s, 0.0)
            if waited_s < _FAIR_WAIT_S:
                # Too slow for a keystroke is not down: only calls as impatient as this one go elsewhere for a while.
                self.breaker.abandon()
                return
        self._samples.append(Sample(now, False, waited_s))
        self._down_since = now if self._down_since is None else self._down_since
        self.last_fault = fault
        if fault in _LASTING:
            self.blocked = f"cannot be called: {error.message}"
        if fault is Fault.RATE_LIMITED:
            self.rate_limited_at = now
            self.breaker.abandon()
        else:
            self.breaker.fail()
        rest = error.retry_after_s if error.retry_after_s is not None else _PAUSES_S.get(fault)
        if rest is not None:
            self._rests_until = max(self._rests_until, now + min(max(rest, 0.0), 3_600.0))
            self._rest_fault = fault

    def reconfigured(self) -> None:
        """The configuration changed: what was wrong with it may be right now."""
        self.blocked, self._rests_until, self._down_since = "", 0.0, None
        self.breaker.succeed()

    @property
    def samples(self) -> tuple[Sample, ...]:
        """Calls of the last five minutes, oldest first, at most fifty."""
        oldest = self._clock.monotonic() - WINDOW_S
        return tuple(sample for sample in self._samples if sample.at >= oldest)

    @property
    def down_s(self) -> float:
        """Seconds since the first failure that no success followed; 0 while it is not given up (one failure is no outage)."""
        given_up = bool(self.blocked) or self.breaker.state is not State.CLOSED
        return self._clock.monotonic() - self._down_since if given_up and self._down_since is not None else 0.0
