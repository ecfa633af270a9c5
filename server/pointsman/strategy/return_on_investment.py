"""What the money was worth, from the record and from what people did with answers. Pure.

Each figure says how it was computed. One that needs people's own word, or more answers than there are, has no value and says
what is missing; nothing here is guessed. The one assumption, how fast people type, is part of its figure's interval.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pointsman.core.types import Source
from pointsman.monitoring import intervals
from pointsman.monitoring.attempts import tried
from pointsman.monitoring.feedback import Reception
from pointsman.monitoring.intervals import Estimate
from pointsman.storage.answers import AnswerRow

TYPED_PER_MINUTE = (150.0, 200.0, 350.0)
"""Characters a minute that people type: slow, usual, fast. The interval of time saved runs from fast to slow."""

FEW = 10
"""Fewer observations than this make no figure."""

_REVIEWS = ("review", "security")
_FIXES = ("fix", "debug", "bug")
_DOCUMENTS = ("document", "docs", "writing", "docstring")
_UNSHOWN = Reception()


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the requirement's `value_metrics`: `value` is None where it is not measured, and `how` then says why."""

    group: str
    name: str
    unit: str
    value: Estimate | None
    how: str


@dataclass(frozen=True, slots=True)
class Feature:
    """What one task is worth: micro-dollars for each accepted suggestion, and the share that people took."""

    task: str
    answers: int
    micro_dollars: int
    acceptance: Estimate | None
    cost_per_accepted: Estimate | None


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer of a model and what became of it."""

    row: AnswerRow
    reception: Reception


def judged(rows: Sequence[AnswerRow], received: Mapping[str, Reception]) -> list[Judged]:
    """The answers of models that somebody waited for, with their reception."""
    return [Judged(row, received.get(row.id, _UNSHOWN)) for row in rows if row.source == Source.MODEL and not row.cancelled]


def figures(answers: Sequence[Judged], *, seed: int = 1) -> tuple[Figure, ...]:
    """Every value metric of the requirement, in its order."""
    reviews, fixes, documents = (_about(answers, words) for words in (_REVIEWS, _FIXES, _DOCUMENTS))
    typing = f"characters of accepted code and text over {TYPED_PER_MINUTE[1]:g} typed a minute ({TYPED_PER_MINUTE[0]:g} to "
    typing += f"{TYPED_PER_MINUTE[2]:g}), less the wait; rewritten lines count whole, reading and thinking are not measured"
    gains, benefits = "productivity_gains", "cost_benefits"
    return (
        Figure(gains, "Time saved per task", "s", *_each(_seconds(answers), len(_accepted(answers)), typing)),
        Figure(gains, "Quality improvement scores", "score", *_improvement(answers, seed)),
        Figure(gains, "Error reduction rates", "share", *_held_back(answers)),
        Figure(gains, "Learning acceleration", "", None, "not measured: what people learn only they can tell"),
        Figure(benefits, "Development time reduction", "s", *_enough(_seconds(answers), len(_accepted(answers)), typing)),
        Figure(benefits, "Bug fix efficiency", "share", *_taken(fixes, "fixes that a person took, of those shown")),
        Figure(benefits, "Code review automation", "micro_dollars", *_cost_each(reviews, "a review", seed)),
        Figure(
            benefits, "Documentation generation savings", "s",
            *_enough(_seconds(documents), len(_accepted(documents)), f"in documentation tasks: {typing}"),
        ),
    )  # fmt: skip


def features(answers: Sequence[Judged], *, seed: int = 1) -> tuple[Feature, ...]:
    """Each task's value, the most used first."""
    return tuple(
        Feature(
            task,
            len(group),
            sum(each.row.micro_dollars for each in group),
            intervals.share(len(_accepted(group)), sum(each.reception.shown for each in group)),
            cost_per_accepted(group, seed=seed),
        )
        for task, group in by(answers, lambda each: each.row.task)
    )


def cost_per_accepted(answers: Sequence[Judged], *, seed: int = 1) -> Estimate | None:
    """Micro-dollars of all answers over those that were accepted; None below `FEW` accepted ones."""
    taken = len(_accepted(answers))
    if taken < FEW:
        return None

    def ratio(drawn: Sequence[Judged], _: object) -> float:
        # A resample without any accepted answer costs what it costs: it must not count as free.
        return sum(each.row.micro_dollars for each in drawn) / max(len(_accepted(drawn)), 1)

    return intervals.bootstrap(answers, ratio, seed=seed, resamples=200)


def by(answers: Sequence[Judged], name: Callable[[Judged], str]) -> list[tuple[str, list[Judged]]]:
    """Groups by a name, the largest first; answers without that name are left out."""
    groups: dict[str, list[Judged]] = {}
    for each in answers:
        if name(each):
            groups.setdefault(name(each), []).append(each)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))


def _accepted(answers: Sequence[Judged]) -> list[Judged]:
    return [each for each in answers if each.reception.accepted]


def _about(answers: Sequence[Judged], words: Sequence[str]) -> list[Judged]:
    return [each for each in answers if any(word in each.row.task for word in words)]


def _spoken(each: Judged) -> bool:
    """Reviews and explanations are read: nobody would have typed them."""
    return any(word in each.row.task for word in (*_REVIEWS, "explain", "explanation"))


def _seconds(answers: Sequence[Judged]) -> Estimate:
    """Seconds of typing that accepted answers replaced, less the wait for them; below nothing counts as nothing."""
    taken = [each.row for each in _accepted(answers) if not each.reception.part and not _spoken(each)]
    slow, usual, fast = (
        sum(max(row.answer_chars * 60 / pace - row.elapsed_ms / 1_000, 0.0) for row in taken) for pace in TYPED_PER_MINUTE
    )
    return Estimate(usual, fast, slow, len(taken))


def _enough(value: Estimate, observed: int, how: str) -> tuple[Estimate | None, str]:
    if observed < FEW:
        return None, f"not measured: {observed} accepted answers are too few (at least {FEW})"
    return value, f"{how}, what was taken in part counts nothing"


def _each(total: Estimate, observed: int, how: str) -> tuple[Estimate | None, str]:
    value, said = _enough(total, observed, how)
    if value is None or total.samples == 0:
        return None, said if value is None else "not measured: no answer was taken whole"
    count = total.samples
    return Estimate(value.value / count, value.low / count, value.high / count, count), said


def _improvement(answers: Sequence[Judged], seed: int) -> tuple[Estimate | None, str]:
    """What going on after a poor first answer gained: only answers that replaced one that a check had held back."""
    replaced = [each for each in answers if any(rung.fault == "malformed" and rung.called for rung in tried(each.row.attempts))]
    if len(replaced) < FEW:
        return None, f"not measured: {len(replaced)} answers replaced one that a check held back (at least {FEW})"
    scores = [each.row.quality for each in replaced]
    return intervals.mean(scores, seed=seed), "mean check score of the answers that replaced one held back below 0.70"


def _held_back(answers: Sequence[Judged]) -> tuple[Estimate | None, str]:
    called = [rung for each in answers for rung in tried(each.row.attempts) if rung.called]
    held = sum(rung.fault == "malformed" for rung in called)
    if len(called) < FEW:
        return None, f"not measured: {len(called)} calls are too few (at least {FEW})"
    return intervals.share(held, len(called)), "calls whose answer an automatic check held back before anybody saw it"


def _taken(answers: Sequence[Judged], how: str) -> tuple[Estimate | None, str]:
    shown = sum(each.reception.shown for each in answers)
    if shown < FEW:
        return None, f"not measured: {shown} shown are too few (at least {FEW}); editors report what people do with an answer"
    return intervals.share(len(_accepted(answers)), shown), how


def _cost_each(answers: Sequence[Judged], what: str, seed: int) -> tuple[Estimate | None, str]:
    if len(answers) < FEW:
        return None, f"not measured: {len(answers)} are too few (at least {FEW})"
    costs = [float(each.row.micro_dollars) for each in answers]
    return intervals.mean(costs, seed=seed), f"mean cost of {what}; what a person's hour costs is yours to set against it"
