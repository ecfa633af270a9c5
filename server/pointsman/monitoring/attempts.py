"""The rungs of one answer, read back from its record."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

_NOBODY_S_FAULT = frozenset({"not_configured", "bad_request", "too_long", "refused", "malformed", "empty"})
"""Faults of the request, of the configuration or of the answer's content: the model itself was there."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One rung: `fault` is "" when it answered, `called_s` is None when it was passed over without a call."""

    slot: str
    deployment: str
    fault: str
    elapsed_s: float
    micro_dollars: int
    called_s: float | None

    @property
    def called(self) -> bool:
        return self.called_s is not None

    @property
    def was_down(self) -> bool:
        """Whether the model could not be reached or did not answer in time, called or resting after such a failure."""
        return self.fault != "" and self.fault not in _NOBODY_S_FAULT


@lru_cache(maxsize=4_096)
def tried(attempts: str) -> tuple[Tried, ...]:
    """What the column `attempts` says, in order; what cannot be read is left out."""
    try:
        rows = json.loads(attempts)
    except ValueError:
        return ()
    return tuple(_one(row) for row in rows if isinstance(row, list) and len(row) >= 5) if isinstance(rows, list) else ()


def _one(row: list[object]) -> Tried:
    slot, deployment, fault, elapsed, spent = row[:5]
    called = row[5] if len(row) > 5 else elapsed or None
    return Tried(str(slot), str(deployment), str(fault), _number(elapsed), round(_number(spent)), _called(called))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _called(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
