"""The shipped strategy, and profiles from the words of `pointsman route`."""

from __future__ import annotations

from typing import Any

import pytest

from pointsman.config.load import shipped_strategy
from pointsman.core.types import Domain, Level
from pointsman.strategy import catalog
from pointsman.strategy.plan import Live, Plan, Profile
from pointsman.strategy.policy import plan
from pointsman.strategy.rows import Strategy

SHIPPED = catalog.load(shipped_strategy())


@pytest.fixture
def strategy() -> Strategy:
    return SHIPPED


@pytest.fixture
def ask() -> Any:
    """Plan a request described by words, as if every model were up."""
    return route


def route(**words: Any) -> Plan:
    return plan(profile(**words), SHIPPED, None, Live())


def profile(**words: Any) -> Profile:
    if words.get("complexity"):
        words["complexity"] = Level(words["complexity"])
    if words.get("domain"):
        words["domain"] = Domain(words["domain"])
    return Profile(**words)
