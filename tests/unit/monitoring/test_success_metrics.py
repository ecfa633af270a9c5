"""The command that measures the success metrics: all of them, defined, on a day short enough for every test run."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.success_metrics import Metric, measured, replayed, simulated

from pointsman.core.types import Tier


@pytest.fixture
async def metrics(tmp_path: Path) -> dict[str, Metric]:
    rows = replayed(simulated(150), {tier: tier.value for tier in Tier}, "simulated", "complex")
    return {row.name: row for row in (*rows, *await measured(60, 0.01, tmp_path))}


async def test_every_success_metric_is_measured_and_defined_or_says_why_not(metrics: dict[str, Metric]) -> None:
    assert len(metrics) == 9
    assert all(row.definition for row in metrics.values())
    assert [name for name, row in metrics.items() if row.value is None] == ["User satisfaction"]
    for row in metrics.values():
        assert row.value is None or row.value.low <= row.value.value <= row.value.high
    # What chance cannot spoil in a day of sixty requests.
    assert metrics["Cost budget adherence"].value.value == 1.0  # type: ignore[union-attr]
    assert metrics["Cost efficiency improvement"].met and metrics["Response time optimization"].met
    assert metrics["Quality consistency"].met
