"""How well files are given their domain: on packages that nothing was fitted on, with path and manifests and by name alone.

    python bench/domain.py                 what is measured below, on the unseen half of domain.toml
    python bench/domain.py --ship          fits on both halves too, and writes the weights that ship

The packages of `domain.toml` are fetched once into the cache folder (npm, pip and apt-get with the machine's own settings; what
a registry no longer has is named and left out). The small weights are fitted on the half called "tuned" and asked about
the other. The weights that ship were fitted in the same way on both halves, so that they know more projects: asking them about
either half would praise them for what they have seen, and is not done here.
"""

from __future__ import annotations

import argparse
import dataclasses
import multiprocessing
import os
import time
from collections import Counter
from pathlib import Path

import domain_sources
import domain_train
import numpy as np
import platformdirs
from domain_sources import Project, Sample
from domain_train import Fit, Row

from pointsman.analysis import languages, syntax
from pointsman.analysis.domain import domain, learned, model
from pointsman.analysis.domain.weights import LABELS

MAIN = ("typescript", "tsx", "javascript", "python", "java", "go", "rust")
LEAST_SHIPPED = 6
NUMBER = {label.value: number for number, label in enumerate(LABELS)}


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """One file as it is asked in both ways."""

    whole: Row
    named: Row
    tuned: bool


def gather(job: tuple[Project, Path]) -> list[Pair]:
    """The rows of one project."""
    project, into = job
    return [_pair(project, sample) for sample in domain_sources.samples([project], into)]


def _pair(project: Project, sample: Sample) -> Pair:
    language = languages.detect(sample.path, None, sample.source)
    name, label = language.name if language is not None else "", NUMBER[sample.label]
    whole = model.gathered(sample.source, sample.path, name, sample.manifests)
    named = model.gathered(sample.source, sample.path.rpartition("/")[2], name, {})
    return Pair(
        Row(project.house, label, name, tuple(whole[0]), whole[1]),
        Row(project.house, label, name, tuple(named[0]), named[1]),
        project.tuned,
    )


def report(title: str, rows: list[Row], fit: Fit) -> None:
    """Macro-F1, accuracy by language and how far probabilities are from what comes true."""
    chances = domain_train.softmax(domain_train.logits(rows, fit) / fit.temperature)
    truth, told, sure = np.array([row.label for row in rows]), chances.argmax(axis=1), chances.max(axis=1)
    scores = {}
    for number, label in enumerate(LABELS):
        hit, said, real = ((told == number) & (truth == number)).sum(), (told == number).sum(), (truth == number).sum()
        scores[label.value] = 2 * hit / max(said + real, 1)
    right = told == truth
    bins = np.minimum((sure * 10).astype(int), 9)
    # Expected calibration error: by how much what is sure to so many per cent is right more or less often than that.
    error = sum(abs((right[bins == each] - sure[bins == each]).sum()) for each in set(bins.tolist())) / len(rows)
    print(f"\n{title}: {len(rows)} files, accuracy {right.mean():.3f}, calibration error {error:.3f}")
    print(f"  macro-F1 {np.mean(list(scores.values())):.3f}")
    print("  F1 " + "  ".join(f"{label} {score:.3f}" for label, score in scores.items()))
    spoken = np.array([row.language for row in rows])
    print("  accuracy " + "  ".join(f"{name} {right[spoken == name].mean():.3f}" for name in MAIN if (spoken == name).any()))
    main = np.isin(spoken, MAIN)
    print(f"  accuracy of these seven together {right[main].mean():.3f}")


def pace(found: list[Project], into: Path) -> None:
    """What a file costs, beyond reading and parsing it, with the weights that ship."""
    took: list[float] = []
    for sample in domain_sources.samples(found[:: max(len(found) // 12, 1)], into):
        language = languages.detect(sample.path, None, sample.source)
        tree = syntax.parse(sample.source, language) if language is not None else None
        started = time.process_time()
        domain(sample.source, path=sample.path, language=language, tree=tree, manifests=sample.manifests)
        took.append((time.process_time() - started) * 1e3)
    took.sort()
    middle, mean, late = took[len(took) // 2], sum(took) / len(took), took[int(len(took) * 0.95)]
    print(f"\ncost of a file: median {middle:.2f} ms, mean {mean:.2f} ms, p95 {late:.2f} ms")


def main() -> None:
    """Fetch, fit, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=Path(platformdirs.user_cache_dir("pointsman")) / "domain")
    parser.add_argument("--ship", action="store_true", help="fit on both halves as well and write learned.toml")
    options = parser.parse_args()
    found = domain_sources.projects()
    domain_sources.fetch(found, options.cache)
    with multiprocessing.Pool(os.cpu_count()) as pool:
        pairs = [pair for part in pool.imap(gather, [(project, options.cache) for project in found]) for pair in part]
    tuned, unseen = [pair for pair in pairs if pair.tuned], [pair for pair in pairs if not pair.tuned]
    labels = Counter(LABELS[pair.whole.label].value for pair in pairs)
    print(f"{len(pairs)} files of {len(found)} packages: " + ", ".join(f"{count} {label}" for label, count in labels.items()))
    fit = domain_train.fit(_both(tuned))
    shipped = learned.learned()
    fit = dataclasses.replace(fit, temperature=shipped.temperature)
    report("with path and manifests", [pair.whole for pair in unseen], fit)
    report("by name and text alone", [pair.named for pair in unseen], fit)
    pace(found, options.cache)
    if options.ship:
        values = domain_train.logits(_both(unseen), fit)
        heat = domain_train.temperature(values, np.array([row.label for row in _both(unseen)]))
        last = dataclasses.replace(domain_train.fit(_both(pairs), least=LEAST_SHIPPED), temperature=heat)
        domain_train.write(last, Path(learned.__file__).with_suffix(".toml"), domain_train.provenance(len(pairs), len(found)))
        print(f"{len(last.weights)} weights are written")


def _both(pairs: list[Pair]) -> list[Row]:
    return [pair.whole for pair in pairs] + [pair.named for pair in pairs]


if __name__ == "__main__":
    main()
