"""What the manifests around a file say: a dependency on React Native says more than the word `View`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import PurePosixPath

from pointsman.analysis.domain.evidence import Evidence, look_up
from pointsman.analysis.domain.weights import LABELS, Table, Weights, model
from pointsman.core.types import Domain

_KINDS = (
    (re.compile(r"^package\.json$"), "package_json", "javascript"),
    (re.compile(r"^(?:pyproject\.toml|setup\.py|setup\.cfg|requirements[\w.-]*\.(?:txt|in)|Pipfile)$"), "python", "python"),
    (re.compile(r"^(?:pom\.xml|[\w.-]*\.gradle(?:\.kts)?|libs\.versions\.toml)$"), "jvm", "jvm"),
    (re.compile(r"^go\.mod$"), "go", "go"),
    (re.compile(r"^Cargo\.toml$"), "rust", "rust"),
    (re.compile(r"^(?:Podfile|Package\.swift|Cartfile|[\w.-]+\.podspec)$"), "swift", "swift"),
    (re.compile(r"^pubspec\.yaml$"), "dart", "dart"),
    (re.compile(r"^(?:Gemfile|[\w.-]+\.gemspec)$"), "ruby", "ruby"),
    (re.compile(r"^composer\.json$"), "php", "php"),
)
# Which manifests speak for which files: a package.json says nothing of the Python next to it.
_SPEAKS = {
    "javascript": frozenset({"javascript", "typescript", "tsx", "vue", "svelte", "html", "css", "scss", "json"}),
    "python": frozenset({"python", "html"}),
    "jvm": frozenset({"java", "kotlin", "scala", "groovy", "", "sql"}),
    "go": frozenset({"go"}),
    "rust": frozenset({"rust"}),
    "swift": frozenset({"swift", "objective_c"}),
    "dart": frozenset({"dart"}),
    "ruby": frozenset({"ruby", "html"}),
    "php": frozenset({"php", "html"}),
}
_NAME = re.compile(r"@?[A-Za-z][\w@/.-]*")
_COMMENT = re.compile(r"^[ \t]*(?:#|//).*$", re.M)
_MOST = 200_000
_SECTIONS = {
    "devDependencies": 0.5,
    "optionalDependencies": 0.5,
    "require-dev": 0.5,
    "peerDependencies": 1.0,
    "require": 1.0,
    "dependencies": 1.0,
}
_MOBILE, _FRONTEND = LABELS.index(Domain.MOBILE), LABELS.index(Domain.FRONTEND)
_DECISIVE = 0.7
_FAR = 0.5
"""What a manifest further up counts, next to the nearest one of its kind."""


def of_manifests(path: str, language: str, manifests: Mapping[str, str]) -> Iterator[Evidence]:
    """Evidence of the manifests that speak for a file, the nearest of each kind in full and those above it in part."""
    nearest: dict[str, int] = {}
    settled: set[str] = set()  # an app of its own inside a larger project
    for name in _above(path, manifests):
        kind, family = _kind(name)
        if not kind or language not in _SPEAKS[family] or name == path:
            continue
        rank = nearest[kind] = nearest.get(kind, 0) + 1
        known = _known(kind, family, manifests[name][:_MOST])
        scale = 0.0 if kind in settled else _FAR ** (rank - 1)
        if _is_mobile(weights for _, weights in known):
            settled.add(kind)
        for dependency, weights in known if scale else ():
            scaled = tuple(scale * weight for weight in weights)
            yield Evidence("manifest", f"manifest {PurePosixPath(name).name}: {dependency}", scaled)


def of_itself(path: str, source: str) -> Iterator[Evidence]:
    """A manifest belongs to the domain of what it lists."""
    kind, family = _kind(path)
    if kind:
        for dependency, weights in _known(kind, family, source[:_MOST]):
            yield Evidence("manifest", f"dependency {dependency}", weights)


def dependencies(name: str, text: str) -> frozenset[str]:
    """The names that a manifest called `name` mentions; of a package.json and a composer.json only the dependencies."""
    kind, _ = _kind(name)
    return frozenset(_names(kind, text[:_MOST])) if kind else frozenset()


def listed(path: str, language: str, manifests: Mapping[str, str]) -> frozenset[str]:
    """The names in the nearest manifest of each kind that speaks for a file."""
    names: set[str] = set()
    seen: set[str] = set()
    for name in _above(path, manifests):
        kind, family = _kind(name)
        if kind and kind not in seen and language in _SPEAKS[family] and name != path:
            seen.add(kind)
            names.update(_names(kind, manifests[name][:_MOST]))
    return frozenset(names)


def _above(path: str, manifests: Mapping[str, str]) -> list[str]:
    """Manifests in a file's folder and above it, nearest first; of a file without a path all, outermost first."""
    if not path:
        return sorted(manifests, key=lambda name: (name.count("/"), name))
    folder = path.rpartition("/")[0]
    places = {name: name.rpartition("/")[0] for name in manifests}
    near = [name for name, place in places.items() if not place or folder == place or folder.startswith(place + "/")]
    return sorted(near, key=lambda name: -name.count("/"))


def _kind(name: str) -> tuple[str, str]:
    base = name.rpartition("/")[2]
    for pattern, kind, family in _KINDS:
        if pattern.match(base):
            return kind, family
    return "", ""


@lru_cache(maxsize=256)
def _known(kind: str, family: str, text: str) -> tuple[tuple[str, Weights], ...]:
    # Modules are installed under the name that is imported in these two; elsewhere the manifest has names of its own.
    modules = model().telling.get(family, {}) if family in {"javascript", "python"} else {}
    tables = (model().manifests.get(kind, {}), modules)
    found: dict[str, Weights] = {}
    for name, scale in _names(kind, text).items():
        known = _first(tables, name)
        if known is not None:
            weights = tuple(scale * weight for weight in known[1])
            found[known[0]] = max(found.get(known[0], weights), weights, key=max)
    if _is_mobile(found.values()):
        # What React Native is built on is listed too: React next to it says nothing of a browser, rather the contrary.
        found = {
            name: tuple(-ws[_MOBILE] if at == _FRONTEND else weight for at, weight in enumerate(ws))
            for name, ws in found.items()
        }
    return tuple(sorted(((n, w) for n, w in found.items() if any(w)), key=lambda item: (-max(item[1]), item[0])))


def _is_mobile(weights: Iterable[Weights]) -> bool:
    return any(each[_MOBILE] > _DECISIVE for each in weights)


def _first(tables: tuple[Table, ...], name: str) -> tuple[str, Weights] | None:
    for table in tables:
        known = look_up(table, name)
        if known is not None:
            return known
    return None


@lru_cache(maxsize=256)
def _names(kind: str, text: str) -> Mapping[str, float]:
    """What a manifest lists, and how much each counts: tools for development say less than what is shipped."""
    if kind in {"package_json", "php"}:
        return dict(_json_names(text))
    bare = _COMMENT.sub("", text)
    return dict.fromkeys((word.rstrip("./-") for word in _NAME.findall(bare)), 1.0)


def _json_names(text: str) -> Iterator[tuple[str, float]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    if not isinstance(data, dict):
        return
    for section, scale in _SECTIONS.items():
        listed = data.get(section)
        if isinstance(listed, dict):
            yield from ((name, scale) for name in listed if isinstance(name, str))
