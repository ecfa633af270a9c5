"""What the record says of the last minutes, as health: a process that has called nobody yet begins with it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pointsman.core.errors import Fault
from pointsman.gateway.fleet import Fleet
from pointsman.gateway.health import WINDOW_S
from pointsman.storage.answers import AnswerRow

ROWS = 500
"""As many answers are looked at."""

_UNTOLD = {Fault.MALFORMED.value}
"""An answer below the threshold is recorded like one that could not be read: which of the two it was is not known any more."""


def recall(rows: Sequence[AnswerRow], fleet: Fleet, now: float) -> int:
    """Give the calls in `rows` (newest first, `now` is wall time) to the health of their deployments; returns how many.

    Calls of deployments that are not configured any more, of answers that nobody waited for, and calls that were overtaken by
    another say nothing here.
    """
    known = {each.name: fleet.health(each) for each in fleet.deployments}
    told = 0
    for row in reversed(rows):
        age = now - row.at
        if row.cancelled or not 0 <= age <= WINDOW_S:
            continue
        for _, deployment, fault, _, _, call_s, *_ in json.loads(row.attempts):
            health = known.get(deployment)
            if health is not None and call_s is not None and fault not in _UNTOLD:
                health.recall(age, fault == "", call_s, quality=row.quality, task=row.task)
                told += 1
                if fault == Fault.RATE_LIMITED:
                    health.was_limited(age)
            if fault == "":
                # What stands behind the answer was overtaken by it.
                break
    return told
