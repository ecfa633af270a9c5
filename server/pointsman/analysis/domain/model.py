"""The log-linear model: evidence adds up to log-odds, log-odds become probabilities."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from pointsman.analysis.domain import evidence, learned, manifests, weights
from pointsman.analysis.domain.evidence import Evidence
from pointsman.analysis.domain.learned import Features
from pointsman.analysis.domain.weights import LABELS, NOTHING, Model
from pointsman.analysis.languages import Language
from pointsman.analysis.syntax import SyntaxTree
from pointsman.core.types import Domain, DomainReport

_MOST_EVIDENCE = 8
_TELLING = 0.15
"""The log-odd from which on a learned weight is told as evidence."""


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
    where = _normal(path or "")
    around = {_normal(each): text for each, text in (manifests or {}).items()}
    head = evidence.beginning(source)
    seen = _gather(source, head, where, name, around, model)
    more = list(learned.score(features(head, where, name, around), learned.learned()))
    log_odds = [learned.learned().by_hand * value for value in by_hand(seen, name, model)]
    for _, _, leaning in more:
        for number, value in enumerate(leaning):
            log_odds[number] += value
    scores = _softmax([value / learned.learned().temperature for value in log_odds])
    best = max(range(len(LABELS)), key=scores.__getitem__)
    told = [Evidence(group, f"{group.partition(' ')[0]} {item}", each) for group, item, each in more if each[best] > _TELLING]
    why = tuple(dict.fromkeys(each for part in (seen, told) for each in evidence.strongest(part, best, _MOST_EVIDENCE)))
    if not why and model.prior.get(name, NOTHING)[best] > 0 and name:
        why = (f"language {name}",)
    return DomainReport(LABELS[best], dict(zip(LABELS, scores, strict=True)), why[:_MOST_EVIDENCE])


def features(head: str, path: str, language: str, around: Mapping[str, str]) -> Features:
    """What the learned weights are looked up by."""
    families = weights.model().families.get(language, ())
    imports = [module for family in families for module in evidence.imported(head, family)]
    listed = manifests.listed(path, language, around)
    family = families[0] if families else language or "none"
    return learned.features(head, path=path, language=language, family=family, imports=imports, manifests=listed)


def _normal(path: str) -> str:
    return path.replace("\\", "/").removeprefix("./").lstrip("/")


def _gather(source: str, head: str, path: str, language: str, around: Mapping[str, str], model: Model) -> list[Evidence]:
    seen = [*evidence.of_path(path, model), *evidence.of_text(head, language, model)]
    if path:
        seen.extend(manifests.of_itself(path, source))
    seen.extend(manifests.of_manifests(path, language, around))
    return seen


def gathered(source: str, path: str, language: str, around: Mapping[str, str]) -> tuple[list[float], Features]:
    """The hand-written log-odds of a file and its features: what the weights are learned from."""
    model = weights.model()
    head = evidence.beginning(source)
    seen = _gather(source, head, path, language, around, model)
    return by_hand(seen, language, model), features(head, path, language, around)


def by_hand(seen: Sequence[Evidence], language: str, model: Model) -> list[float]:
    """The log-odds that the hand-written weights give to what was seen."""
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
