"""Money: reserved before a call, settled after it, in integer micro-dollars, across every process on the same file.

A reservation that is never settled (its process was killed) counts in full until its day is over: the ledger may refuse too
early, it never allows too much. Days are UTC days, so that neither a time zone nor daylight saving opens a second budget.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from pointsman.core.clock import Clock
from pointsman.core.errors import BudgetError
from pointsman.core.types import Tier
from pointsman.storage.store import Store


@dataclass(frozen=True, slots=True)
class Limits:
    """Micro-dollars a day: for the model's class, and for the user over all classes. None is unlimited."""

    tier: int | None = None
    user: int | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """What one day has cost so far, by tier, open reservations included. `sealed` says why no paid call is allowed."""

    day: str
    by_tier: Mapping[Tier, int]
    sealed: str = ""

    @property
    def all(self) -> int:
        return sum(self.by_tier.values())


@dataclass(frozen=True, slots=True)
class Reservation:
    """Money set aside for one call. `totals` is the day right after it."""

    id: str
    tier: Tier
    micro_dollars: int
    totals: Totals


class Ledger:
    """Reserve and settle, each one atomic transaction."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def day(self) -> str:
        """Today's name, a UTC date."""
        return datetime.fromtimestamp(self._clock.wall(), UTC).strftime("%Y-%m-%d")

    async def reserve(self, *, tier: Tier, user_tier: str, deployment: str, micro_dollars: int, limits: Limits) -> Reservation:
        """Set money aside for one call, or refuse.

        Raises BudgetError when it could exceed a limit, and StorageError when the ledger cannot be written: no paid call may
        then be made.
        """
        row = (uuid.uuid4().hex, self.day(), self._clock.wall(), tier.value, user_tier, deployment, micro_dollars)
        totals = await self._store.write(partial(_reserve, row=row, limits=limits))
        return Reservation(row[0], tier, micro_dollars, totals)

    async def settle(self, reservation: Reservation, micro_dollars: int) -> None:
        """Replace what was reserved by what was used. Settling again changes nothing. Raises StorageError."""
        await self._store.write(partial(_settle, identifier=reservation.id, micro_dollars=micro_dollars))

    def settle_soon(self, reservation: Reservation, micro_dollars: int) -> None:
        """`settle` in the background: until it is written (or for ever, when it never is) the reservation counts in full."""
        self._store.write_soon(partial(_settle, identifier=reservation.id, micro_dollars=micro_dollars))

    async def totals(self) -> Totals:
        """What today has cost so far. Raises StorageError."""
        return await self._store.read(partial(_totals, day=self.day()))


def _totals(connection: sqlite3.Connection, day: str) -> Totals:
    rows = connection.execute("SELECT tier, micro_dollars FROM totals WHERE day = ?", (day,)).fetchall()
    sealed = connection.execute("SELECT reason FROM sealed WHERE day = ?", (day,)).fetchone()
    return Totals(day, {Tier(tier): int(amount) for tier, amount in rows}, str(sealed[0]) if sealed else "")


def _reserve(connection: sqlite3.Connection, row: tuple[str, str, float, str, str, str, int], limits: Limits) -> Totals:
    _, day, _, tier, user_tier, _, amount = row
    before = _totals(connection, day)
    if before.sealed:
        raise BudgetError(f"calls that cost money wait until tomorrow (UTC): {before.sealed}")
    spent = before.by_tier.get(Tier(tier), 0)
    if limits.tier is not None and spent + amount > limits.tier:
        left = _dollars(max(limits.tier - spent, 0))
        raise BudgetError(f"today's limit of {_dollars(limits.tier)} for {tier} models leaves {left}")
    if limits.user is not None and before.all + amount > limits.user:
        left = _dollars(max(limits.user - before.all, 0))
        raise BudgetError(f"today's limit of {_dollars(limits.user)} for {user_tier} users leaves {left}")
    connection.execute(
        "INSERT INTO ledger (id, day, at, tier, user_tier, deployment, reserved) VALUES (?, ?, ?, ?, ?, ?, ?)", row
    )
    _add(connection, day, tier, amount)
    return Totals(day, {**before.by_tier, Tier(tier): spent + amount})


def _settle(connection: sqlite3.Connection, identifier: str, micro_dollars: int) -> None:
    found = connection.execute(
        "UPDATE ledger SET settled = ? WHERE id = ? AND settled IS NULL RETURNING day, tier, reserved",
        (micro_dollars, identifier),
    ).fetchall()
    for day, tier, reserved in found:
        # On the day of the reservation, also when midnight came between: one call belongs to one day.
        _add(connection, day, tier, micro_dollars - int(reserved))


def _add(connection: sqlite3.Connection, day: str, tier: str, amount: int) -> None:
    connection.execute(
        "INSERT INTO totals (day, tier, micro_dollars) VALUES (?, ?, ?)"
        " ON CONFLICT (day, tier) DO UPDATE SET micro_dollars = micro_dollars + excluded.micro_dollars",
        (day, tier, amount),
    )


def _dollars(micro_dollars: int) -> str:
    return f"${micro_dollars / 1_000_000:.2f}"
