"""The model's weights, read once from `weights.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pointsman.core.types import Domain

LABELS = tuple(Domain)
Weights = tuple[float, ...]
"""One log-odd a label, in the order of LABELS."""
NOTHING: Weights = (0.0,) * len(LABELS)

_FILE = Path(__file__).with_name("weights.toml")
_TIERS = ("strong", "medium", "weak")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression over a path or a text. `name` is what people are told.

    It is asked for files of `languages` only, or of all where there are none named.
    """

    match: re.Pattern[str]
    weights: Weights
    name: str = ""
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class KeySet:
    """Keys that all stand at the top of a YAML or JSON file, and a text that must be there too."""

    keys: tuple[str, ...]
    weights: Weights
    text: re.Pattern[str] | None = None


Table = Mapping[str, Weights]


@dataclass(frozen=True, slots=True)
class Model:
    """All of `weights.toml`, ready to be looked up."""

    temperature: float
    caps: Mapping[str, float]
    families: Mapping[str, tuple[str, ...]]
    prior: Table
    paths: tuple[Pattern, ...]
    texts: tuple[Pattern, ...]
    keys: tuple[KeySet, ...]
    imports: Mapping[str, Table]
    telling: Mapping[str, Table]
    """Of the imports, those that say something of a project when its manifest lists them."""
    words: Mapping[str, Table]
    tags: Table
    manifests: Mapping[str, Table]


@cache
def model() -> Model:
    """The shipped model."""
    data: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    tiers: dict[str, float] = data["tiers"]
    families: dict[str, list[str]] = {}
    for family, languages in data["families"].items():
        for language in languages.split():
            families.setdefault(language, []).append(family)
    return Model(
        temperature=float(data["temperature"]),
        caps=data["caps"],
        families={language: tuple(found) for language, found in families.items()},
        prior={language: _weights(text) for language, text in data["prior"].items()},
        paths=tuple(Pattern(re.compile(item["match"]), _weights(item["weights"])) for item in data["path"]),
        texts=tuple(
            Pattern(
                re.compile(item["match"]), _weights(item["weights"]), item["name"], frozenset(item.get("languages", "").split())
            )
            for item in data["text"]
        ),
        keys=tuple(
            KeySet(tuple(item["all"].split()), _weights(item["weights"]), re.compile(item["text"]) if "text" in item else None)
            for item in data["keys"]
        ),
        imports={family: _table(_graded(labels, tiers)) for family, labels in data["imports"].items()},
        telling={
            family: _table(
                (Domain(label), tiers["medium"], graded.get("strong", "").split())
                for label, graded in labels.items()
                if label != Domain.GENERAL
            )
            for family, labels in data["imports"].items()
        },
        words={family: _table(_graded(labels, tiers)) for family, labels in data["words"].items()},
        tags=_table((Domain(label), 1.5, words.split()) for label, words in data["tags"].items()),
        manifests={
            kind: _table((Domain(label), tiers["strong"], words.split()) for label, words in labels.items())
            for kind, labels in data["manifest"].items()
        },
    )


def one(label: Domain, weight: float) -> Weights:
    """`weight` for one label, nothing for the others."""
    return tuple(weight if other is label else 0.0 for other in LABELS)


def _weights(text: str) -> Weights:
    found = dict.fromkeys(LABELS, 0.0)
    for part in text.split(","):
        label, weight = part.split()
        found[Domain(label)] = float(weight)
    return tuple(found.values())


def _graded(labels: Mapping[str, Mapping[str, str]], tiers: Mapping[str, float]) -> Iterable[tuple[Domain, float, list[str]]]:
    for label, graded in labels.items():
        for tier in _TIERS:
            yield Domain(label), tiers[tier], graded.get(tier, "").split()


def _table(entries: Iterable[tuple[Domain, float, list[str]]]) -> Table:
    found: dict[str, Weights] = {}
    for label, weight, words in entries:
        for word in words:
            # A word may speak for two domains.
            found[word] = tuple(a + b for a, b in zip(found.get(word, NOTHING), one(label, weight), strict=True))
    return found
