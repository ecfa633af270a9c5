"""Percentiles are values that were measured; a window forgets; a listener cannot break what it watches."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st
from tests.gateway.scripted import FakeClock

from pointsman.monitoring.events import Event, Events
from pointsman.monitoring.percentiles import Window, percentile


@given(st.lists(st.floats(allow_nan=False), min_size=1), st.floats(0, 1))
def test_a_percentile_is_one_of_the_values_and_covers_its_share(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)


def test_known_percentiles() -> None:
    assert percentile([3, 1, 2, 4], 0.5) == 2
    assert percentile([3, 1, 2, 4], 0.99) == 4
    assert percentile([3, 1, 2, 4], 0.0) == 1
    assert math.isnan(percentile([], 0.5))


def test_a_window_forgets() -> None:
    clock = FakeClock()
    window = Window(clock, seconds=10, most=3)
    assert math.isnan(window.mean)
    for value in (1, 2, 3, 4):
        window.add(value)
    assert window.values == [2, 3, 4]
    assert window.mean == 3
    clock.advance(11)
    window.add(9)
    assert window.values == [9]
    assert window.percentile(0.5) == 9


def test_listeners_hear_in_order_and_a_broken_one_is_dropped() -> None:
    events, heard = Events(), list[Event]()

    def broken(_: Event) -> None:
        raise RuntimeError

    events.subscribe(broken)
    leave = events.subscribe(heard.append)
    first, second = Event("a", 1.0), Event("b", 2.0, {"n": 1})
    events.emit(first)
    events.emit(second)
    leave()
    leave()
    events.emit(first)
    assert heard == [first, second]
