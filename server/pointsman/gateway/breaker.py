"""A breaker for one deployment: stop asking what keeps failing, and find out carefully when it works again."""

from __future__ import annotations

from enum import StrEnum
from random import Random

from pointsman.core.clock import Clock

FAILURES_TO_OPEN = 3
FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 120.0
LAST_RESORT_S = 2.0


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Opens after three failures in a row; lets one probe through when its pause is over; each failed probe doubles the pause.

    Time is the injected monotonic clock, so a changed wall clock moves nothing. The pause varies by up to a quarter, so that a
    thousand editors do not come back in the same second.
    """

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock, self._random = clock, random
        self._failures = 0
        self._pause_s = FIRST_PAUSE_S
        self._opens_until: float | None = None
        self._probing = False
        self._began_at = float("-inf")

    @property
    def state(self) -> State:
        if self._opens_until is None:
            return State.CLOSED
        return State.OPEN if self._clock.monotonic() < self._opens_until else State.HALF_OPEN

    @property
    def allows(self) -> bool:
        """Whether a call may be made now; says nothing about the next moment."""
        state = self.state
        return state is State.CLOSED or (state is State.HALF_OPEN and not self._probing)

    @property
    def waits_s(self) -> float:
        """Seconds until the next probe is due; 0 when a call may be made now."""
        return 0.0 if self._opens_until is None else max(self._opens_until - self._clock.monotonic(), 0.0)

    @property
    def last_resort_in_s(self) -> float:
        """Seconds until it may be asked where nobody else is left: soon, and yet no more than once in two seconds."""
        rested = self._began_at + LAST_RESORT_S - self._clock.monotonic()
        return max(min(self.waits_s, rested), 0.0)

    def begin(self) -> None:
        """A call starts: in the half-open state it is the one probe."""
        self._began_at = self._clock.monotonic()
        self._probing = self.state is State.HALF_OPEN

    def succeed(self) -> None:
        """The call gave an answer: close."""
        self._failures, self._pause_s, self._opens_until, self._probing = 0, FIRST_PAUSE_S, None, False

    def fail(self) -> None:
        """The call failed by the deployment's fault: count, open, or open for longer."""
        self._failures += 1
        if self._opens_until is not None:
            if not self._probing:
                # A call that began before the breaker opened, or as the last resort: it tells nothing new.
                return
            self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
        elif self._failures < FAILURES_TO_OPEN:
            return
        self._probing = False
        self._opens_until = self._clock.monotonic() + self._pause_s * (1 + 0.25 * self._random.random())

    def abandon(self) -> None:
        """The call was cancelled, or failed by the request's own fault: the probe is free again."""
        self._probing = False
