"""A hedged request against real servers: the loser's socket is closed at once, and both calls are charged."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

from tests.fixtures.model_server import Reply
from tests.gateway.houses import TEXTS, street
from tests.gateway.scripted import BUDGET, STANDARD, ask

from pointsman.strategy.plan import Profile


async def test_the_loser_s_socket_is_closed_at_once(tmp_path: Path) -> None:
    silent = Reply(TEXTS[BUDGET], fault="stall", at=0)
    async with street(tmp_path, replies={BUDGET: silent}, deadline_s=10.0) as houses:
        answer, _ = await houses.ask(ask(profile=Profile(latency="immediate")))
        assert (answer.model, answer.text) == (STANDARD, TEXTS[STANDARD])
        assert "overtaken by gpt_4_turbo" in answer.message
        assert await asyncio.to_thread(houses.servers[BUDGET].wait_closed, 1.0)
        charges = dict(await houses.charges())
        assert set(charges) == {BUDGET, STANDARD}
        assert answer.micro_dollars == sum(settled or 0 for settled in charges.values())
        for before, after in pairwise(["", *houses.shown]):
            assert after == "" or after.startswith(before) or after == answer.text
