"""What was learned from labelled projects: small weights for the pieces of paths, imports, words, tags and dependencies.

The hand-written evidence knows what a person would name; this knows how much all the rest leans. `learned.toml` holds the
weights, one readable line a feature, and says how they came about; `bench/domain_train.py` writes it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pointsman.analysis.domain.weights import LABELS, Weights

_FILE = Path(__file__).with_name("learned.toml")
_WORD = re.compile(r"[@$]?[A-Za-z_]\w{2,40}")
_PART = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{2,}(?![a-z])")
_MOST_FOLDERS = 12

Features = Mapping[str, AbstractSet[str]]
"""The names that a file shows, by the group that they are weighed in."""


@dataclass(frozen=True, slots=True)
class Learned:
    """The weights by group and name, what the hand-written log-odds are multiplied by, and the probabilities' temperature."""

    weights: Mapping[str, Mapping[str, Weights]]
    by_hand: float
    temperature: float


@cache
def learned() -> Learned:
    """The shipped weights."""
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return Learned(
        weights={group: dict(_lines(table)) for group, table in data["weights"].items()},
        by_hand=float(data["by_hand"]),
        temperature=float(data["temperature"]),
    )


def features(
    head: str, *, path: str, language: str, family: str, imports: Iterable[str], manifests: AbstractSet[str]
) -> Features:
    """All that is looked up for a file; `imports` and `manifests` are names as the hand-written evidence reads them."""
    folders, _, name = path.lower().rpartition("/")
    stem, *endings = name.split(".")
    return {
        "language": {language or "none"},
        "folder": set(folders.split("/")[-_MOST_FOLDERS:]),
        "name": {part.lower() for part in _PART.findall(path[len(folders) :].split(".")[0])} | {stem},
        "ending": set(endings[:3]),
        f"import {family}": {begin for each in imports for begin in _beginnings(each)},
        f"word {family}": set(_WORD.findall(head)),
        f"part {family}": {part.lower() for part in set(_PART.findall(head))},
        "manifest": manifests,
    }


def score(found: Features, model: Learned) -> Iterator[tuple[str, str, Weights]]:
    """What the known features weigh: each of a group by the square root of how many there are, as it was learned."""
    for group, names in found.items():
        table = model.weights.get(group, {})
        known = sorted(names & table.keys())
        for name in known:
            share = len(known) ** -0.5
            yield group, name, tuple(share * weight for weight in table[name])


def _beginnings(module: str) -> Iterator[str]:
    """`a.b.c` as `a`, `a.b` and `a.b.c`: a framework is recognised by any of them."""
    if module.startswith("."):
        return
    parts = re.split(r"(::|[./\\])", module)
    for end in range(1, min(len(parts), 7) + 1, 2):
        yield "".join(parts[:end])


def _lines(table: str) -> Iterator[tuple[str, Weights]]:
    for line in table.splitlines():
        name, *numbers = line.rsplit(maxsplit=len(LABELS))
        if numbers:
            yield name, tuple(map(float, numbers))
