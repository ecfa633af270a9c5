"""The log-linear model: evidence adds up to log-odds, log-odds become probabilities."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from pointsman.analysis.domain import evidence, manifests, weights
from pointsman.analysis.domain.evidence import Evidence
from pointsman.analysis.domain.weights import LABELS, NOTHING, Model
from pointsman.analysis.languages import Language
from pointsman.analysis.syntax import SyntaxTree
from pointsman.core.types import Domain, DomainReport

_MOST_EVIDENCE = 8


def domain(
    source: str,
    *,
    path: str | None = None,
    language: Language | None = None,
    tree: SyntaxTree | None = None,  # noqa: ARG001 - the contract of all analyses; words and imports do without it so far
    manifests: Mapping[str, str] | None = None,
) -> DomainReport:
    """The domain of a file with the probabilities of all five, and the evidence for it, strongest first. Never raises.

    `path` is relative to the project, with folders as far as they are known; `manifests` are texts by such paths, of which
    those in the file's folder and above it are asked. `tree` may be None. Only the first 16,000 characters are read.
    """
    model = weights.model()
    name = language.name if language is not None else ""
    where = (path or "").replace("\\", "/").removeprefix("./").lstrip("/")
    seen = _gather(source, where, name, manifests or {}, model)
    log_odds = _add(seen, name, model)
    scores = _softmax([value / model.temperature for value in log_odds])
    best = max(range(len(LABELS)), key=scores.__getitem__)
    why = evidence.strongest(seen, best, _MOST_EVIDENCE)
    if not why and model.prior.get(name, NOTHING)[best] > 0 and name:
        why = (f"language {name}",)
    return DomainReport(LABELS[best], dict(zip(LABELS, scores, strict=True)), why)


def _gather(source: str, path: str, language: str, around: Mapping[str, str], model: Model) -> list[Evidence]:
    seen = [*evidence.of_path(path, model), *evidence.of_text(source, language, model)]
    if path:
        seen.extend(manifests.of_itself(path, source))
        seen.extend(manifests.of_manifests(path, language, around))
    return seen


def _add(seen: Sequence[Evidence], language: str, model: Model) -> list[float]:
    total = list(model.prior.get(language, NOTHING))
    kinds: dict[str, list[float]] = {}
    for item in seen:
        sums = kinds.setdefault(item.kind, [0.0] * len(LABELS))
        for number, weight in enumerate(item.weights):
            sums[number] += weight
    for kind, sums in kinds.items():
        cap = model.caps[kind]
        for number, value in enumerate(sums):
            # Ten imports of one framework are hardly more telling than three: sums bend towards the cap.
            total[number] += cap * math.tanh(value / cap)
    return total


def _softmax(values: Sequence[float]) -> list[float]:
    top = max(values)
    powers = [math.exp(value - top) for value in values]
    total = sum(powers)
    return [power / total for power in powers]


def label(report: DomainReport, *, at_least: float) -> Domain:
    """The report's label, or `general` where its probability is below `at_least`: abstention."""
    return report.label if report.scores[report.label] >= at_least else Domain.GENERAL
