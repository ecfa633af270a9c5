"""Money around a call: the most that it can cost is reserved before it, what it did cost is settled after it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from pointsman.core.clock import Clock
from pointsman.core.errors import BudgetError, Fault, ProviderError, StorageError
from pointsman.core.types import Deployment, Price, Tier, Usage
from pointsman.providers.base import Prompt
from pointsman.storage.ledger import Ledger, Limits, Reservation, Totals

CALLS_A_MINUTE = 120
_OVERHEAD_TOKENS = 64
_ABSURD = 4
_FREE = Price()


@dataclass(frozen=True, slots=True)
class Spent:
    """Micro-dollars: by this process, and by every Pointsman on this ledger since midnight UTC."""

    session: int
    today: int


@dataclass(frozen=True, slots=True)
class DailyLimits:
    """Micro-dollars a day by model class, and for the user's tier over all classes. None is unlimited."""

    by_tier: Mapping[Tier, int | None]
    user: int | None
    user_tier: str


class Budget:
    """The only way to spend money. A deployment whose price is zero needs none of it and works without a ledger."""

    def __init__(self, ledger: Ledger, limits: DailyLimits, clock: Clock) -> None:
        self._ledger, self._clock = ledger, clock
        self.limits = limits
        self._session = 0
        self._totals: Totals | None = None
        self._recent: deque[float] = deque(maxlen=CALLS_A_MINUTE)

    async def reserve(self, deployment: Deployment, tier: Tier, prompt: Prompt, *, limit_s: float) -> Reservation | None:
        """Set aside the most that this call can cost; None when it costs nothing.

        Raises BudgetError with the reason, within `limit_s`; also when the ledger cannot be written.
        """
        if deployment.price == _FREE:
            return None
        now = self._clock.monotonic()
        if len(self._recent) == CALLS_A_MINUTE and now - self._recent[0] < 60.0:
            raise BudgetError(f"{CALLS_A_MINUTE} paid calls in the last minute are the limit")
        reserving = asyncio.create_task(
            self._ledger.reserve(
                tier=tier,
                user_tier=self.limits.user_tier,
                deployment=deployment.name,
                micro_dollars=most(deployment, prompt),
                limits=Limits(self.limits.by_tier.get(tier), self.limits.user),
            )
        )
        try:
            async with asyncio.timeout(max(limit_s, 0.01)):
                reservation = await asyncio.shield(reserving)
        except StorageError as error:
            raise BudgetError(f"no paid call without a ledger: {error}") from None
        except (TimeoutError, asyncio.CancelledError) as error:
            # The ledger may still grant it after we have gone: money that nobody will spend is given back then.
            reserving.add_done_callback(self._return_late)
            if isinstance(error, asyncio.CancelledError):
                raise
            raise BudgetError("no paid call without a ledger: it did not answer in time") from None
        self._recent.append(now)
        self._totals = reservation.totals
        return reservation

    def settle(self, reservation: Reservation | None, deployment: Deployment, usage: Usage) -> int:
        """Account for what one call used, in the background; returns its micro-dollars."""
        if reservation is None:
            return 0
        used = charge(deployment.price, usage, reserved=reservation.micro_dollars)
        self._session += used
        self._ledger.settle_soon(reservation, used)
        if self._totals is not None and self._totals.day == reservation.totals.day:
            spent = dict(self._totals.by_tier)
            spent[reservation.tier] = spent.get(reservation.tier, 0) + used - reservation.micro_dollars
            self._totals = Totals(self._totals.day, spent, self._totals.sealed)
        return used

    async def refresh(self) -> None:
        """Learn what other processes have spent. Never raises: without a ledger the last known figures stay."""
        with contextlib.suppress(StorageError):
            self._totals = await self._ledger.totals()

    def left(self, tier: Tier) -> int | None:
        """Micro-dollars that today still allows for models of `tier`, as far as known; None is unlimited."""
        totals = self._totals
        if totals is not None and totals.day != self._ledger.day():
            totals = None
        room = []
        if (limit := self.limits.by_tier.get(tier)) is not None:
            room.append(limit - (totals.by_tier.get(tier, 0) if totals else 0))
        if self.limits.user is not None:
            room.append(self.limits.user - (totals.all if totals else 0))
        return max(min(room), 0) if room else None

    def spent(self) -> Spent:
        """What is known without asking the disk; see `refresh`."""
        today = self._totals.all if self._totals is not None and self._totals.day == self._ledger.day() else 0
        return Spent(self._session, max(today, self._session if self._totals is None else 0))

    def _return_late(self, reserving: asyncio.Task[Reservation]) -> None:
        if not reserving.cancelled() and reserving.exception() is None:
            self._ledger.settle_soon(reserving.result(), 0)


def characters(prompt: Prompt) -> int:
    """All that is sent, in characters."""
    return len(prompt.system) + len(prompt.prefix) + len(prompt.suffix) + sum(len(each.text) for each in prompt.messages)


def charge(price: Price, usage: Usage, *, reserved: int) -> int:
    """What a vendor's count of tokens costs, where that count can be true.

    Vendors have sent negative and absurd counts. Money never flows back, cached tokens are part of the input, and a count that
    is far beyond the most that the call could use is replaced by that most.
    """
    given = max(usage.input_tokens, 0)
    cost = price.cost(Usage(given, max(usage.output_tokens, 0), min(max(usage.cached_tokens, 0), given)))
    return cost if cost <= _ABSURD * reserved else reserved


def most(deployment: Deployment, prompt: Prompt) -> int:
    """The most micro-dollars that one call can cost: no tokenizer makes more tokens of a text than it has bytes."""
    texts = (prompt.system, prompt.prefix, prompt.suffix, *(each.text for each in prompt.messages))
    tokens = sum(len(text.encode("utf-8", "replace")) for text in texts) + _OVERHEAD_TOKENS * (1 + len(prompt.messages))
    return deployment.price.cost(Usage(tokens, min(prompt.max_output_tokens, deployment.max_output_tokens)))


def estimated(prompt: Prompt, answered_chars: int) -> Usage:
    """What a call has used, where the vendor did not say."""
    return Usage(_tokens(characters(prompt)) + _OVERHEAD_TOKENS, _tokens(answered_chars))


def used_by_failure(error: ProviderError, prompt: Prompt, answered_chars: int) -> Usage:
    """What a failed call is charged: nothing when the vendor refused it, else what was sent and what had come by then.

    A call that was cut or timed out may be billed by the vendor, so it counts; a refused one is not.
    """
    if answered_chars == 0 and (error.status is not None or error.fault in _UNBILLED):
        return Usage()
    return estimated(prompt, answered_chars)


_UNBILLED = frozenset(
    {
        Fault.NOT_CONFIGURED, Fault.AUTH, Fault.NOT_FOUND, Fault.BAD_REQUEST, Fault.TOO_LONG, Fault.RATE_LIMITED,
        Fault.OVERLOADED, Fault.SERVER, Fault.NETWORK, Fault.REDIRECT,
    }
)  # fmt: skip


def _tokens(chars: int) -> int:
    # Characters / 3.7, rounded up.
    return -(-chars * 10 // 37)
