"""One calm line on a change of the service level, at most one in ten minutes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.gateway.scripted import FakeClock

from pointsman.app.compose import compose
from pointsman.app.level_notices import LevelNotices
from pointsman.core.types import ServiceLevel
from pointsman.features.items import Notice

FULL, REDUCED, MINIMAL, EMERGENCY = ServiceLevel


def test_a_change_is_told_with_its_reason_and_the_end_of_it_too() -> None:
    clock, told = FakeClock(), list[Notice]()
    listen = LevelNotices(clock, told.append)
    listen(REDUCED, "no premium model can be reached")
    clock.advance(601.0)
    listen(FULL, "")
    assert [notice.text for notice in told] == ["Reduced service: no premium model can be reached", "Full service again"]
    assert all(notice.severity == "info" for notice in told)


def test_flapping_is_one_notice_in_ten_minutes() -> None:
    clock, told = FakeClock(), list[Notice]()
    listen = LevelNotices(clock, told.append)
    for number in range(360):
        listen((REDUCED, FULL, EMERGENCY)[number % 3], "why")
        clock.advance(10.0)
    assert 1 <= len(told) <= 6


def test_nobody_hears_of_an_end_without_its_beginning() -> None:
    clock, told = FakeClock(), list[Notice]()
    listen = LevelNotices(clock, told.append)
    listen(MINIMAL, "only basic models are available")
    listen(FULL, "")
    clock.advance(700.0)
    listen(MINIMAL, "only basic models are available")
    assert len(told) == 1


async def test_the_app_wires_the_levels_to_the_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POINTSMAN_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("POINTSMAN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789")
    app = compose()
    told = list[Notice]()
    app.session.on_notice = told.append
    assert app.gateway.service_level is ServiceLevel.FULL
    deployment = app.gateway.fleet.of("gpt_4_turbo")[0]
    app.gateway.fleet.health(deployment).blocked = "cannot be called: the key was refused"
    assert app.gateway.service_level is ServiceLevel.EMERGENCY
    assert [notice.text for notice in told] == ["Working without models: no model can be reached"]
    await app.close()
