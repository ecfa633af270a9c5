"""A process that spends from a ledger until it is killed: `python -m tests.unit.storage.spender DB LIMIT COUNT`.

Each line on stdout is an acknowledgement: `r ID` once a reservation is written, `s ID MICRO_DOLLARS` once it is settled.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from pointsman.core.clock import SystemClock
from pointsman.core.errors import BudgetError
from pointsman.core.types import Tier
from pointsman.storage.ledger import Ledger, Limits
from pointsman.storage.store import Store

AMOUNT = 1_000


async def spend(path: Path, limit: int, count: int) -> None:
    clock = SystemClock()
    store = Store(path, clock=clock)
    store.open()
    ledger = Ledger(store, clock)

    async def one(number: int) -> None:
        try:
            held = await ledger.reserve(
                tier=Tier.PREMIUM, user_tier="free", deployment="d", micro_dollars=AMOUNT, limits=Limits(None, limit)
            )
        except BudgetError:
            return
        acknowledge(f"r {held.id}")
        used = number % AMOUNT
        await ledger.settle(held, used)
        acknowledge(f"s {held.id} {used}")

    for start in range(0, count, 4):
        await asyncio.gather(*(one(start + each) for each in range(4)))
    await store.aclose()


def acknowledge(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(spend(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
