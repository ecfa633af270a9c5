"""Closed, open, half-open: on a clock that cannot be changed from outside."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from tests.gateway.scripted import FakeClock

from pointsman.gateway.breaker import FAILURES_TO_OPEN, FIRST_PAUSE_S, LONGEST_PAUSE_S, Breaker, State


def opened(clock: FakeClock) -> Breaker:
    breaker = Breaker(clock, Random(1))
    for _ in range(FAILURES_TO_OPEN):
        breaker.begin()
        breaker.fail()
    return breaker


def test_opens_after_failures_in_a_row_only() -> None:
    breaker = Breaker(FakeClock(), Random(1))
    for _ in range(10):
        breaker.fail()
        breaker.fail()
        breaker.succeed()
    assert breaker.state is State.CLOSED
    for _ in range(FAILURES_TO_OPEN):
        breaker.fail()
    assert breaker.state is State.OPEN
    assert not breaker.allows


def test_lets_one_probe_through() -> None:
    clock = FakeClock()
    breaker = opened(clock)
    clock.advance(FIRST_PAUSE_S * 1.25)
    assert breaker.state is State.HALF_OPEN
    assert breaker.allows
    breaker.begin()
    assert not breaker.allows
    breaker.succeed()
    assert breaker.state is State.CLOSED


def test_a_failed_probe_doubles_the_pause_up_to_a_limit() -> None:
    clock = FakeClock()
    breaker = opened(clock)
    pauses = []
    for _ in range(8):
        pauses.append(breaker.waits_s)
        clock.advance(breaker.waits_s + 0.001)
        breaker.begin()
        breaker.fail()
    assert all(later > earlier * 1.5 for earlier, later in pairwise(pauses[:4]))
    assert breaker.waits_s <= LONGEST_PAUSE_S * 1.25


def test_a_cancelled_probe_says_nothing() -> None:
    clock = FakeClock()
    breaker = opened(clock)
    clock.advance(10.0)
    breaker.begin()
    breaker.abandon()
    assert breaker.allows


def test_calls_that_began_before_it_opened_do_not_lengthen_the_pause() -> None:
    breaker = opened(FakeClock())
    before = breaker.waits_s
    for _ in range(20):
        breaker.fail()
    assert breaker.waits_s == before


def test_the_wall_clock_has_no_say() -> None:
    clock = FakeClock()
    breaker = opened(clock)
    for wall in (0.0, 4e9):
        clock.set_wall(wall)
        assert breaker.state is State.OPEN


@given(st.lists(st.sampled_from(["begin", "fail", "succeed", "abandon", "wait"]), max_size=60))
def test_never_stuck_and_never_two_probes(events: list[str]) -> None:
    clock = FakeClock()
    breaker = Breaker(clock, Random(3))
    for event in events:
        if event == "wait":
            clock.advance(3.0)
        elif event == "begin":
            if breaker.allows:
                breaker.begin()
                assert breaker.state is State.CLOSED or not breaker.allows
        else:
            getattr(breaker, event)()
    breaker.abandon()
    clock.advance(LONGEST_PAUSE_S * 2)
    assert breaker.allows
