"""For whom a second model may be asked while the first is silent."""

from __future__ import annotations

import pytest
from tests.unit.strategy.conftest import SHIPPED, profile

from pointsman.config.load import shipped_strategy
from pointsman.core.types import ServiceLevel
from pointsman.strategy import catalog
from pointsman.strategy.plan import Live
from pointsman.strategy.policy import plan


def hedged(level=ServiceLevel.FULL, strategy=SHIPPED, **words):
    return plan(profile(**words), strategy, None, Live(service_level=level)).hedged


@pytest.mark.parametrize("words", [{"task": "inline_completion"}, {"task": "completion"}, {"latency": "immediate"}])
def test_who_waits_at_the_cursor_is_hedged(words):
    assert hedged(**words)


@pytest.mark.parametrize("words", [{}, {"task": "quick_fix"}, {"latency": "fast"}, {"task": "review_file"}])
def test_who_can_wait_is_not(words):
    assert not hedged(**words)


@pytest.mark.parametrize("level", [ServiceLevel.REDUCED, ServiceLevel.MINIMAL])
def test_a_fleet_in_trouble_gets_no_second_calls(level):
    assert not hedged(level, task="inline_completion")


def test_the_tasks_are_data():
    raw = shipped_strategy()
    raw["hedging"] = {**raw["hedging"], "tasks": ["quick_fix"], "latencies": []}
    changed = catalog.load(raw)
    assert hedged(strategy=changed, task="quick_fix")
    assert not hedged(strategy=changed, task="inline_completion")
