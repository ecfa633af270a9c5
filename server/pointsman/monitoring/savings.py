"""What was saved against always asking the premium model, at the token counts that were recorded.

For each request that a model answered: the recorded input, cached and output tokens at the premium model's price. From their
sum goes all that was spent, on failed calls and cancelled requests too, so that the figure is rather too low. Answers from the
cache or without a model count nothing: a premium set-up could have had them too.
What cannot be recorded is how long the premium model's answer would have been; that is the larger part of the interval.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from pointsman.core.types import Price, Source, Usage
from pointsman.monitoring import intervals
from pointsman.monitoring.intervals import Estimate
from pointsman.storage.answers import AnswerRow

ASSUMED = (0.8, 1.25)
"""How much shorter or longer the premium model's answers may be, where too few of its own were recorded to measure it."""

_ENOUGH = 20
_Lengths = tuple[list[int], list[int]]
"""Output tokens of premium answers, and of the others."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The premium model that everything is compared with; `slots` are all slots that count as premium."""

    name: str
    price: Price
    slots: Collection[str]


@dataclass(frozen=True, slots=True)
class Savings:
    """Micro-dollars. `share` is `saved` over `always_premium`, or None when that is nothing; `how` says it in words."""

    spent: int
    saved: Estimate
    always_premium: int
    share: Estimate | None
    how: str


@dataclass(slots=True)
class _Block:
    """Requests that are drawn together: what they cost, what they would have whatever an answer's length, and by task what
    their output would have at equal length."""

    spent: int = 0
    fixed: int = 0
    by_length: dict[str, int] = field(default_factory=dict)


def savings(rows: Sequence[AnswerRow], benchmark: Benchmark, *, seed: int = 1, blocks: int = 300) -> Savings | None:
    """None when no model has answered anything yet.

    Where there are more requests than `blocks`, runs of neighbours are drawn instead of single requests: as telling, and quick.
    """
    answered = [row for row in rows if _answered(row)]
    if not answered:
        return None
    lengths = _lengths(answered, benchmark)
    size = -(-len(rows) // blocks)
    drawable = [_block(rows[at : at + size], benchmark, lengths) for at in range(0, len(rows), size)]

    def saved(drawn: Sequence[_Block], random: Random | None) -> float:
        return _always_premium(drawn, random, lengths) - sum(block.spent for block in drawn)

    def share(drawn: Sequence[_Block], random: Random | None) -> float:
        premium = _always_premium(drawn, random, lengths)
        return 1 - sum(block.spent for block in drawn) / premium if premium > 0 else 0.0

    total, part = intervals.bootstrap(drawable, saved, seed=seed), intervals.bootstrap(drawable, share, seed=seed)
    assert total is not None and part is not None  # noqa: S101 - there is a block, as there is a row
    always = _always_premium(drawable, None, lengths)
    total = Estimate(total.value, total.low, total.high, len(answered))
    spent = sum(row.micro_dollars for row in rows)
    return Savings(spent, total, round(always), part if always > 0 else None, _how(benchmark, lengths))


def _block(rows: Sequence[AnswerRow], benchmark: Benchmark, lengths: Collection[str]) -> _Block:
    found = _Block()
    for row in rows:
        found.spent += row.micro_dollars
        if not _answered(row):
            continue
        found.fixed += benchmark.price.cost(Usage(row.input_tokens, 0, min(row.cached_tokens, row.input_tokens)))
        written = benchmark.price.cost(Usage(0, row.output_tokens))
        if row.model in benchmark.slots:
            found.fixed += written
        else:
            task = row.task if row.task in lengths else ""
            found.by_length[task] = found.by_length.get(task, 0) + written
    return found


def _answered(row: AnswerRow) -> bool:
    return row.source == Source.MODEL and not row.cancelled


def _always_premium(drawn: Sequence[_Block], random: Random | None, lengths: Mapping[str, _Lengths]) -> float:
    """Micro-dollars. A resample also draws how long the premium model's answers would have been."""
    # One assumption for all tasks: drawn apart, their errors would cancel out and the interval look better than it is.
    assumed = math.exp(random.uniform(math.log(ASSUMED[0]), math.log(ASSUMED[1]))) if random else 1.0
    longer = {"": assumed} | {task: _longer(measured, random) for task, measured in lengths.items()}
    written = sum(cost * longer[task] for block in drawn for task, cost in block.by_length.items())
    return written + sum(block.fixed for block in drawn)


def _longer(measured: _Lengths, random: Random | None) -> float:
    dear, cheap = measured
    if random is not None:
        dear, cheap = random.choices(dear, k=len(dear)), random.choices(cheap, k=len(cheap))
    return (sum(dear) / len(dear)) / max(sum(cheap) / len(cheap), 1.0)


def _lengths(rows: Sequence[AnswerRow], benchmark: Benchmark) -> dict[str, _Lengths]:
    """Output tokens by task, of premium models and of the others, where there are enough of both to compare."""
    found: dict[str, _Lengths] = defaultdict(lambda: ([], []))
    for row in rows:
        if row.output_tokens > 0:
            found[row.task][0 if row.model in benchmark.slots else 1].append(row.output_tokens)
    return {task: (dear[-200:], cheap[-200:]) for task, (dear, cheap) in found.items() if min(len(dear), len(cheap)) >= _ENOUGH}


def _how(benchmark: Benchmark, lengths: Mapping[str, object]) -> str:
    dollars = f"${benchmark.price.input / 1e6:g} in and ${benchmark.price.output / 1e6:g} out for a million tokens"
    measured = f"measured for {len(lengths)} kinds of task, else " if lengths else ""
    return (
        f"recorded tokens at the price of {benchmark.name} ({dollars}), less all that was spent; answers "
        f"from the cache or without a model count nothing. 95 % interval: requests drawn again, and the length of "
        f"{benchmark.name}'s own answers {measured}assumed to be {ASSUMED[0]:g} to {ASSUMED[1]:g} times the recorded ones"
    )
