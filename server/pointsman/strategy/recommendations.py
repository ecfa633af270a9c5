"""What to change, with the evidence: premium models that lie idle, tasks that deserve a better or a cheaper one, batches. Pure.

Nothing is recommended on a difference that chance explains: the intervals must not overlap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pointsman.core.types import Tier
from pointsman.monitoring import intervals
from pointsman.monitoring.attempts import tried
from pointsman.monitoring.intervals import Estimate
from pointsman.strategy.return_on_investment import Judged, by
from pointsman.strategy.rows import Slot

ENOUGH = 30
"""Answers of each side before anything is recommended."""

_IDLE = 0.05
_HELD_BACK = 0.25
_NO_WORSE = 0.05
_BURST_S = 60.0


@dataclass(frozen=True, slots=True)
class Recommendation:
    """`kind` is underused_premium, upgrade, budget_suffices, worth_premium or batching."""

    kind: str
    text: str
    evidence: str


def recommendations(answers: Sequence[Judged], slots: Mapping[str, Slot]) -> tuple[Recommendation, ...]:
    """All that the record supports, at most one of a kind for each task."""
    found = list(_underused(answers, slots))
    for task, group in by(answers, lambda each: each.row.task):
        found += (*_upgrade(task, group, slots), *_tiers(task, group, slots), *_batch(task, group))
    return tuple(found)


def _underused(answers: Sequence[Judged], slots: Mapping[str, Slot]) -> list[Recommendation]:
    hard = [each for each in answers if each.row.complexity in ("complex", "expert_level")]
    premium = sum(_tier(each, slots) is Tier.PREMIUM for each in hard)
    used = intervals.share(premium, len(hard))
    if used is None or len(hard) < ENOUGH or used.high > _IDLE:
        return []
    text = "premium models are hardly used for complex code: a cost setting or a missing key may keep them out"
    return [Recommendation("underused_premium", text, f"{premium} of {len(hard)} complex requests ({_range(used)})")]


def _upgrade(task: str, group: Sequence[Judged], slots: Mapping[str, Slot]) -> list[Recommendation]:
    firsts = [rungs[0] for each in group if (rungs := tried(each.row.attempts)) and rungs[0].called]
    for slot in dict.fromkeys(rung.slot for rung in firsts):
        mine = [rung for rung in firsts if rung.slot == slot]
        held = intervals.share(sum(rung.fault == "malformed" for rung in mine), len(mine))
        premium = slot in slots and slots[slot].tier is Tier.PREMIUM
        if held is not None and len(mine) >= ENOUGH and held.low > _HELD_BACK and not premium:
            text = f"{task}: begin with a stronger model than {slot}"
            return [Recommendation("upgrade", text, f"checks held back {held.value:.0%} of its first answers ({_range(held)})")]
    return []


def _tiers(task: str, group: Sequence[Judged], slots: Mapping[str, Slot]) -> list[Recommendation]:
    dear = [each for each in group if _tier(each, slots) is Tier.PREMIUM and each.reception.shown]
    cheap = [each for each in group if _tier(each, slots) not in (None, Tier.PREMIUM) and each.reception.shown]
    if min(len(dear), len(cheap)) < ENOUGH:
        return []
    above, below = _taken(dear), _taken(cheap)
    evidence = f"taken {above.value:.0%} ({_range(above)}) of premium answers, {below.value:.0%} ({_range(below)}) of others"
    if above.low > below.high:
        return [Recommendation("worth_premium", f"{task}: worth a premium model", evidence)]
    if above.high < below.low + _NO_WORSE:
        return [Recommendation("budget_suffices", f"{task}: a cheaper model does as well", evidence)]
    return []


def _batch(task: str, group: Sequence[Judged]) -> list[Recommendation]:
    """Requests within a minute of each other, which one prompt could have carried; not those that a person waits for."""
    if task.startswith(("inline", "code_completion")):
        return []
    times = sorted(each.row.at for each in group)
    followers = sum(after - before <= _BURST_S for before, after in pairwise(times))
    part = intervals.share(followers, len(group))
    if part is None or len(group) < ENOUGH or part.low < 0.5:
        return []
    text = f"{task}: ask for several at once (a review of a folder instead of file by file)"
    evidence = (
        f"{part.value:.0%} ({_range(part)}) came within a minute of the one before; what a batch would save is not measured"
    )
    return [Recommendation("batching", text, evidence)]


def _taken(answers: Sequence[Judged]) -> Estimate:
    found = intervals.share(sum(each.reception.accepted for each in answers), len(answers))
    assert found is not None  # noqa: S101 - the caller has counted them
    return found


def _tier(each: Judged, slots: Mapping[str, Slot]) -> Tier | None:
    return slots[each.row.model].tier if each.row.model in slots else None


def _range(share: Estimate) -> str:
    return f"{share.low:.0%} to {share.high:.0%}"
