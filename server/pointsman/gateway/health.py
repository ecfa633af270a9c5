"""What the last calls say about one deployment: may it be called, how often does it fail, how long does it take."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from random import Random

from pointsman.core.clock import Clock
from pointsman.core.errors import Fault, ProviderError
from pointsman.gateway.breaker import Breaker, State
from pointsman.gateway.turnstile import Turnstile

WINDOW_S = 300.0
_SAMPLES = 50
_LASTING = {Fault.NOT_CONFIGURED, Fault.AUTH}
_PAUSES_S = {Fault.RATE_LIMITED: 2.0, Fault.NOT_FOUND: 600.0, Fault.REDIRECT: 60.0}
_BY_REQUEST = {Fault.BAD_REQUEST, Fault.TOO_LONG, Fault.REFUSED}
"""Faults that say something about the request and nothing about the deployment."""

_SLOW_S = 10.0
_FAIR_WAIT_S = 2.0
_ENOUGH = 10
"""Samples before a share of them says anything."""


@dataclass(frozen=True, slots=True)
class Sample:
    at: float
    ok: bool
    latency_s: float
    quality: float = 0.0
    first_s: float | None = None
    task: str = ""


class Health:
    """Live figures of one deployment. All times are monotonic."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self.breaker = Breaker(clock, random)
        self._turnstile = Turnstile(clock)
        self.rate_limited_at: float | None = None
        self.last_fault: Fault | None = None
        self.blocked = ""
        """Why no call is worth it until the configuration changes, or ""."""
        self._rests_until = 0.0
        self._rest_fault = Fault.RATE_LIMITED
        self._slow_until, self._slow_limit_s = 0.0, 0.0
        self._overtaken = 0
        self._down_since: float | None = None
        self._samples: deque[Sample] = deque(maxlen=_SAMPLES)
        self._recent: tuple[Sample, ...] | None = ()
        self._qualities: deque[tuple[float, float]] = deque(maxlen=_SAMPLES)
        self._kept: deque[bool] = deque(maxlen=_SAMPLES)

    @property
    def active(self) -> int:
        """Calls that run now."""
        return self._turnstile.active

    @property
    def queued(self) -> int:
        """Calls that wait for a place."""
        return self._turnstile.queued

    async def enter(self, *, capacity: int, longest_line: int, limit_s: float) -> None:
        """Wait for one of `capacity` places. Raises ProviderError OVERLOADED; after a return, `leave` must follow."""
        await self._turnstile.enter(capacity=capacity, longest_line=longest_line, limit_s=limit_s)

    def leave(self) -> None:
        """Free the place."""
        self._turnstile.leave()

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
        """Seconds until a call may be made where nobody else is left; None when only a change of configuration can help.

        A vendor's own word is obeyed; repeated failures do not count for as long as elsewhere: it may be up again, and a try
        is better than no answer.
        """
        if self.blocked:
            return None
        return max(self._rests_until - self._clock.monotonic(), self.breaker.last_resort_in_s, 0.0)

    def begin(self) -> None:
        """A call starts."""
        self.breaker.begin()

    def succeed(self, latency_s: float, first_s: float | None = None, *, task: str = "") -> None:
        """The call gave a whole answer after `latency_s`, and its first text after `first_s`."""
        self._overtaken = 0
        self.breaker.succeed()
        self._rests_until, self._slow_until, self._down_since, self.last_fault = 0.0, 0.0, None, None
        self._add(Sample(self._clock.monotonic(), True, latency_s, first_s=first_s, task=task))

    def judge(self, quality: float) -> None:
        """The check's score of the answer that was just given."""
        self._qualities.append((self._clock.monotonic(), quality))
        if self._samples:
            last = self._samples.pop()
            self._add(replace(last, quality=quality))

    def _add(self, sample: Sample) -> None:
        self._samples.append(sample)
        self._recent = None

    def cancel(self) -> None:
        """The caller went away: nothing was learned."""
        self.breaker.abandon()

    def overtaken(self, limit_s: float) -> None:
        """Another answered while this one was silent: calls as impatient go elsewhere for a while.

        One that is known to be quick gets a second chance.
        """
        self.breaker.abandon()
        self._overtaken += 1
        if self._overtaken > 1 or self.first_text_s(1.0) is None:
            self._slow_until, self._slow_limit_s = self._clock.monotonic() + _SLOW_S, limit_s

    def preferred(self, *, kept: bool) -> None:
        """A person kept or dismissed an answer of this deployment."""
        self._kept.append(kept)

    @property
    def kept(self) -> float | None:
        """The share of its last answers that people kept, of those that they decided about; None where too few."""
        return sum(self._kept) / len(self._kept) if len(self._kept) >= _ENOUGH else None

    @property
    def quality_lost(self) -> float:
        """How far the last ten answers fall short of those before them, 0 to 1; 0 where too few are known or recent."""
        scores = list(self._qualities)
        latest, before = scores[-_ENOUGH:], [score for _, score in scores[:-_ENOUGH]]
        if len(before) < _ENOUGH or latest[0][0] < self._clock.monotonic() - WINDOW_S:
            return 0.0
        return max(sum(before) / len(before) - sum(score for _, score in latest) / len(latest), 0.0)

    def recall(self, age_s: float, ok: bool, latency_s: float, *, quality: float = 0.0, task: str = "") -> None:
        """Take over a call of `age_s` seconds ago from the record, the oldest first; calls of this process follow it."""
        self._add(Sample(self._clock.monotonic() - age_s, ok, latency_s, quality, task=task))

    def was_limited(self, age_s: float) -> None:
        """The vendor limited our rate `age_s` seconds ago, as the record says."""
        self.rate_limited_at = max(self._clock.monotonic() - age_s, self.rate_limited_at or float("-inf"))

    def fail(self, error: ProviderError, waited_s: float, *, task: str = "") -> None:
        """The call failed after `waited_s`."""
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
        self._add(Sample(now, False, waited_s, task=task))
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
        recent = self._recent
        # Every decision asks for them: put together anew only when a call was added, or one is too old by now.
        if recent is None or (recent and recent[0].at < oldest):
            recent = self._recent = tuple(sample for sample in self._samples if sample.at >= oldest)
        return recent

    def first_text_s(self, share: float) -> float | None:
        """Within how many seconds the first text came in `share` of the last calls; None where too few were made."""
        times = sorted(sample.first_s for sample in self.samples if sample.first_s is not None)
        return times[min(int(len(times) * share), len(times) - 1)] if len(times) >= _ENOUGH else None

    @property
    def down_s(self) -> float:
        """Seconds since the first failure that no success followed; 0 while it is not given up (one failure is no outage)."""
        given_up = bool(self.blocked) or self.breaker.state is not State.CLOSED
        return self._clock.monotonic() - self._down_since if given_up and self._down_since is not None else 0.0
