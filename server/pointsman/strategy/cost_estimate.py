"""How many tokens a call will be billed for, learnt from what vendors counted before. Pure.

A vendor's tokens for a prompt depend on its tokenizer and on the kind of text; an answer's on the task, for some tasks also on
the length of what was asked about. Both are a constant and a part that grows with the prompt, fitted to the calls that are most
alike: the same task at the same model, else the same task, else the same model. Before there are any it is characters / 3.7,
and the answer that the request foresees.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median

from pointsman.core.types import Usage

CHARS_PER_TOKEN = 3.7
ENOUGH = 4
"""Calls before a line is fitted to them; of fewer something between a constant and a proportion is taken."""

_ROUNDS = 4
_USUAL = 0.3
"""A relative error beyond this is an exception, which counts less the further it is off."""


@dataclass(frozen=True, slots=True)
class Billed:
    """One answered call: what was sent in characters, and what the vendor counted. `model` is the deployment's name."""

    model: str
    task: str
    chars: int
    usage: Usage


def estimate(model: str, task: str, chars: int, history: Sequence[Billed], *, foreseen_output: int, most_output: int) -> Usage:
    """The tokens that a call of `chars` characters will be billed for.

    `history` holds earlier calls of any model. `foreseen_output` is used until the task is known; no estimate passes
    `most_output`.
    """
    own = [each for each in history if each.model == model]
    mine = [each for each in own if each.task == task]
    asked = mine if len(mine) >= ENOUGH else own
    answered = mine if len(mine) >= ENOUGH else [each for each in history if each.task == task]
    read = _at(chars, [(each.chars, each.usage.input_tokens) for each in asked], chars / CHARS_PER_TOKEN)
    written = _at(chars, [(each.chars, each.usage.output_tokens) for each in answered], foreseen_output)
    # What a vendor has in its own cache depends on the moment; the usual share of it is all that can be known.
    cached = median(min(each.usage.cached_tokens / max(each.usage.input_tokens, 1), 1.0) for each in mine) if mine else 0.0
    return Usage(math.ceil(read), min(max(round(written), 1), most_output), math.floor(math.ceil(read) * cached))


def _at(x: float, points: Sequence[tuple[int, int]], unknown: float) -> float:
    """The value that `points` let expect at `x`."""
    known = [(max(px, 1), py) for px, py in points if py > 0]
    if not known:
        return unknown
    if len(known) < ENOUGH:
        return median(py * math.sqrt(max(x, 1) / px) for px, py in known)
    constant, slope = _line(tuple(known))
    # Never far beyond what was seen: a line through short prompts knows little of very long ones.
    longest, most = max(px for px, _ in known), max(py for _, py in known)
    return min(max(constant + slope * x, 1.0), most * max(x / longest, 1.0))


@lru_cache(maxsize=128)
def _line(points: tuple[tuple[int, int], ...]) -> tuple[float, float]:
    """Constant and slope, both at least 0, with the least relative errors; exceptions are weighed down.

    Remembered, since a decision must not wait for a fit: it is asked for the same points until there are new ones.
    """
    constant, slope = float(median(py for _, py in points)), 0.0
    for _ in range(_ROUNDS):
        weights = []
        for px, py in points:
            expected = max(constant + slope * px, 1.0)
            error = abs(py - expected) / expected
            weights.append(min(1.0, _USUAL / error if error else 1.0) / expected**2)
        constant, slope = _weighted(points, weights)
    return constant, slope


def _weighted(points: Sequence[tuple[int, int]], weights: Sequence[float]) -> tuple[float, float]:
    total = math.fsum(weights)
    mx = math.fsum(w * px for w, (px, _) in zip(weights, points, strict=True)) / total
    my = math.fsum(w * py for w, (_, py) in zip(weights, points, strict=True)) / total
    spread = math.fsum(w * (px - mx) ** 2 for w, (px, _) in zip(weights, points, strict=True))
    together = math.fsum(w * (px - mx) * (py - my) for w, (px, py) in zip(weights, points, strict=True))
    slope = together / spread if spread > 0 else 0.0
    if slope <= 0:
        return my, 0.0
    constant = my - slope * mx
    if constant >= 0:
        return constant, slope
    square = math.fsum(w * px * px for w, (px, _) in zip(weights, points, strict=True))
    return 0.0, math.fsum(w * px * py for w, (px, py) in zip(weights, points, strict=True)) / square
