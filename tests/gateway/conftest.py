"""The SDKs are imported once before the clock of any test runs: that takes seconds, and is no test of the ladder."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.gateway.houses import TEXTS, street
from tests.gateway.scripted import LADDER, ask

from pointsman.strategy.plan import Profile


@pytest.fixture(scope="session", autouse=True)
def sdks_are_imported(tmp_path_factory: pytest.TempPathFactory) -> None:
    async def once(folder: Path) -> None:
        async with street(folder, deadline_s=60.0) as houses:
            for slot in LADDER:
                answer, _ = await houses.ask(ask(profile=Profile(override=slot)))
                assert answer.text == TEXTS[slot]

    asyncio.run(once(tmp_path_factory.mktemp("warm")))
