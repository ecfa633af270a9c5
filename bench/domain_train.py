"""Learns the small weights of `learned.toml` from the labelled projects of `domain.toml`: a ridge regression in numpy alone.

Each file is learned from twice, with its path and manifests and with its name alone, so that neither leans on the other. A
feature must stand in several houses' projects, or it would be the mark of one project rather than of a domain.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pointsman.analysis.domain.learned import Features
from pointsman.analysis.domain.weights import LABELS

LEAST_HOUSES = 5
"""Houses in whose projects a feature must stand."""
RIDGE = 2.5e-3
STEPS = 80
SMALLEST = 0.04
"""Features whose largest weight is below say nothing, and are not shipped."""
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Row:
    """A file to learn from: who made it, its label's number, its language, hand-written log-odds and features."""

    house: str
    label: int
    language: str
    by_hand: tuple[float, ...]
    features: Features


@dataclass(frozen=True, slots=True)
class Fit:
    """What was learned."""

    weights: dict[tuple[str, str], Floats]
    by_hand: float
    temperature: float


def vocabulary(rows: Sequence[Row], least: int = LEAST_HOUSES) -> dict[tuple[str, str], int]:
    """The features that stand in enough houses, numbered."""
    houses: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        for group, names in row.features.items():
            for name in names:
                houses[group, name].add(row.house)
    enough = sorted(feature for feature, found in houses.items() if len(found) >= least and _plain(feature[1]))
    return {feature: number for number, feature in enumerate(enough)}


def _plain(name: str) -> bool:
    """Whether a name can stand in the file: a line of it is split at white space, and no quote may end the text."""
    return name.isprintable() and name.split() == [name] and not {'"', "\\"} & set(name)


def matrix(rows: Sequence[Row], words: dict[tuple[str, str], int]) -> Floats:
    """Rows by features; what a row knows of a group shares the square root of one, as `learned.score` has it."""
    found = np.zeros((len(rows), len(words)), dtype=np.float32)
    for number, row in enumerate(rows):
        for group, names in row.features.items():
            known = [words[group, name] for name in names if (group, name) in words]
            if known:
                found[number, known] = len(known) ** -0.5
    return found


def weigh(rows: Sequence[Row]) -> Floats:
    """How much each row counts: labels that are rare in their language more, that the commonest do not become its name."""
    common = Counter((row.language, row.label) for row in rows)
    language = Counter(row.language for row in rows)
    houses = Counter(row.house for row in rows)
    counts = np.array(
        [(language[row.language] / common[row.language, row.label]) ** 0.5 / houses[row.house] ** 0.3 for row in rows],
        dtype=np.float32,
    )
    return np.asarray(counts / counts.mean())


def fit(rows: Sequence[Row], *, ridge: float = RIDGE, steps: int = STEPS, least: int = LEAST_HOUSES) -> Fit:
    """The weights that explain the labels best, in Nesterov's accelerated descent from nothing."""
    words = vocabulary(rows, least)
    table = matrix(rows, words)
    hand = np.array([row.by_hand for row in rows], dtype=np.float32)
    truth = np.eye(len(LABELS), dtype=np.float32)[[row.label for row in rows]]
    counts = weigh(rows)[:, None] / len(rows)
    weights: Floats = np.zeros((len(words), len(LABELS)), dtype=np.float32)
    ahead, share = weights.copy(), 0.6
    speed, pace = 1.5, 1.0
    for _ in range(steps):
        errors = (softmax(share * hand + table @ ahead) - truth) * counts
        moved = np.asarray(ahead - speed * (table.T @ errors + ridge * ahead), dtype=np.float32)
        share -= 0.02 * float((errors * hand).sum())
        following = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        ahead = np.asarray(moved + (pace - 1) / following * (moved - weights), dtype=np.float32)
        weights, pace = moved, following
    kept = {feature: weights[number] for feature, number in words.items() if np.abs(weights[number]).max() >= SMALLEST}
    return Fit(kept, share, 1.0)


def logits(rows: Sequence[Row], found: Fit) -> Floats:
    """The log-odds of rows, before the temperature."""
    words = {feature: number for number, feature in enumerate(found.weights)}
    table = np.array(list(found.weights.values()), dtype=np.float32).reshape(-1, len(LABELS))
    hand = np.array([row.by_hand for row in rows], dtype=np.float32)
    return np.asarray(found.by_hand * hand + matrix(rows, words) @ table)


def softmax(values: Floats) -> Floats:
    """Probabilities of log-odds, row by row."""
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def temperature(values: Floats, labels: Ints) -> float:
    """By what log-odds are divided so that the labels of rows that were not learned from are least surprising."""
    tried = np.geomspace(0.6, 3.0, 33)
    losses = [-np.log(softmax(values / each)[np.arange(len(labels)), labels] + 1e-12).mean() for each in tried]
    return float(tried[int(np.argmin(losses))])


def provenance(files: int, packages: int) -> str:
    """What stands at the top of the file."""
    return (
        f"What bench/domain_train.py learned from {files} files of {packages} packages, listed with versions and labels in\n"
        f"bench/domain.toml: a multinomial ridge regression (ridge {RIDGE}, {STEPS} steps) over features that several\n"
        "houses share, each file with its path and manifests and with its name alone. A line is a feature and its log-odds\n"
        f"for {', '.join(label.value for label in LABELS)}; those that a file shows of one group are each\n"
        "divided by the square root of how many they are. Written by `bench/domain.py --ship`, not by hand."
    )


def write(found: Fit, file: Path, provenance: str) -> None:
    """The weights as `learned.toml`: a line a feature, its log-odds in the order of the labels."""
    groups: dict[str, list[str]] = defaultdict(list)
    for (group, name), weights in sorted(found.weights.items()):
        groups[group].append(" ".join([name, *(f"{weight:.2f}" for weight in weights)]))
    lines = [f"# {line}" for line in provenance.splitlines()]
    lines += ["", f"by_hand = {found.by_hand:.3f}", f"temperature = {found.temperature:.3f}", "", "[weights]"]
    for group, table in groups.items():
        lines += [f'"{group}" = """', *table, '"""']
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
