"""What kind of project a file belongs to: how large, and how modern its stack. `project.toml` is the data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

Size = Literal["small", "medium", "large"]
Stack = Literal["modern_stack", "legacy_stack", "cutting_edge"]
Version = tuple[int, ...]

_MOST = 200_000
_REASONS = 6
_KINDS = (
    (re.compile(r"(?:^|/)package\.json$"), "node"),
    (re.compile(r"(?:^|/)(?:pyproject\.toml|setup\.py|setup\.cfg|requirements[\w.-]*\.txt|Pipfile)$"), "python"),
    (re.compile(r"(?:^|/)(?:pom\.xml|[\w.-]*\.gradle(?:\.kts)?|libs\.versions\.toml)$"), "jvm"),
    (re.compile(r"(?:^|/)go\.mod$"), "go"),
    (re.compile(r"(?:^|/)Cargo\.toml$"), "rust"),
    (re.compile(r"(?:^|/)composer\.json$"), "php"),
    (re.compile(r"(?:^|/)Gemfile$"), "ruby"),
)
# How a manifest writes a name and its version; %s is the name, the groups are major and minor.
_NUMBER = r"(\d{1,5})(?:[._](\d{1,4}))?"
_JSON = r"\"%s\"\s*:\s*\"[^\d\"]{0,6}" + _NUMBER
_FORMS = {
    "node": _JSON,
    "php": _JSON,
    "python": r"(?im)(?:^|[\"'\s])%s(?:\[[\w,]*\])?[\"']?\s*[=<>~^!(\s\"']{1,8}" + _NUMBER,
    "jvm": r"(?im)(?:^|[\"'<.\s-])%s[\w.-]{0,40}[\"'>:\s=(]{1,6}(?:<version>|JavaVersion\.VERSION_|v)?" + _NUMBER,
    "go": r"(?m)^%s\s+" + _NUMBER,
    "rust": r"(?m)^%s\s*=\s*\"" + _NUMBER,
    "ruby": r"(?m)^[ \t]*(?:gem\s+)?[\"']?%s[\"']?\s*,?\s*[\"'][^\d\"']{0,6}" + _NUMBER,
}
_PRE_RELEASE = re.compile(r"\d[-.]?(?:alpha|beta|rc|canary|nightly|experimental)(?![a-z])", re.I)


@dataclass(frozen=True, slots=True)
class ProjectContext:
    """Size and stack in the strategy's words; `stack` is None where no manifest tells. `evidence` says why."""

    size: Size
    stack: Stack | None
    evidence: tuple[str, ...] = ()


def project(manifests: Mapping[str, str], *, files: int, lines: int | None = None) -> ProjectContext:
    """Size from the number of source files (and lines, where counted), stack from what the manifests ask for. Never raises."""
    size = _size(files, lines)
    votes: dict[str, Stack] = {}
    for name in sorted(manifests):
        kind = next((kind for pattern, kind in _KINDS if pattern.search(name)), None)
        if kind is not None:
            votes.update(_votes(kind, manifests[name][:_MOST]))
    stack = _stack(list(votes.values()))
    counted = f"{files} files" if lines is None else f"{files} files, {lines} lines"
    reasons = [reason for reason, vote in votes.items() if vote == stack]
    return ProjectContext(size, stack, (counted, *reasons[:_REASONS]))


def _size(files: int, lines: int | None) -> Size:
    limits = _data()["size"]
    if files >= limits["files"]["large"] or (lines or 0) >= limits["lines"]["large"]:
        return "large"
    few_lines = lines is None or lines <= limits["lines"]["small"]
    return "small" if files <= limits["files"]["small"] and few_lines else "medium"


def _stack(votes: list[Stack]) -> Stack | None:
    if not votes:
        return None
    legacy, edge = votes.count("legacy_stack"), votes.count("cutting_edge")
    if legacy * 2 > len(votes):
        return "legacy_stack"
    # One pre-release among many settled versions is an experiment, not a stack.
    return "cutting_edge" if edge * 2 > len(votes) else "modern_stack"


def _votes(kind: str, text: str) -> Iterator[tuple[str, Stack]]:
    data = _data()[kind]
    for name, (legacy, edge) in data["versions"].items():
        version = _version(kind, name, text)
        if version is not None:
            yield f"{name} {'.'.join(map(str, version))}", _age(version, _parsed(legacy), _parsed(edge))
    tools = data.get("tools", {})
    for age, words in (("legacy_stack", tools.get("old", "")), ("cutting_edge", tools.get("new", ""))):
        for name in words.split():
            if _mentions(kind, name, text):
                yield name, "legacy_stack" if age == "legacy_stack" else "cutting_edge"
    found = _PRE_RELEASE.search(text) if kind in {"node", "python"} else None
    if found is not None:
        yield f"a pre-release ({found[0]})", "cutting_edge"


def _age(version: Version, legacy: Version, edge: Version) -> Stack:
    if version[: len(legacy)] <= legacy:
        return "legacy_stack"
    return "cutting_edge" if version[: len(edge)] >= edge else "modern_stack"


def _version(kind: str, name: str, text: str) -> Version | None:
    """The first version that a manifest gives for a name, major and minor."""
    found = re.search(_FORMS[kind] % re.escape(name).replace("%", "%%"), text)
    if found is None:
        return None
    major, minor = int(found[1]), int(found[2] or 0)
    if name in {"java", "sourceCompatibility"} and major == 1:
        return minor, 0  # Java 8 was called 1.8
    return major, minor


def _mentions(kind: str, name: str, text: str) -> bool:
    word = re.escape(name)
    mark = rf'"{word}"\s*:' if kind == "node" else rf"(?m)(?:^|[\"'\s]){word}(?=[\"'\s=<>~:;,\[]|$)"
    return re.search(mark, text) is not None


def _parsed(version: str) -> Version:
    return tuple(int(part) for part in version.split("."))


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("project.toml").read_text(encoding="utf-8"))
