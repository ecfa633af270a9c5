"""The rules of a language as its `grammars/<language>/rules.toml` writes them down.

`grammars/RULES.md` explains the keys to people who write rules.
"""

from __future__ import annotations

import re
import threading
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from tree_sitter import Query, QueryError

from pointsman.analysis import languages, syntax
from pointsman.analysis.languages import Language
from pointsman.analysis.rules.needs import Needs, needs
from pointsman.core.types import Severity

_TOGETHER = 4
"""Rules that one query holds: compiling stops everything else, and more at a time would be felt."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of a fix: `where` is "replace", "before" or "after" the capture `anchor`; `text` is a template.

    Without the anchor in a match there is no fix, or, if the edit is `optional`, a fix without it.
    """

    where: str
    anchor: str
    text: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Repair:
    """A fix as data: templates over the captures of a match."""

    title: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Every condition that is set must hold for a match of `query` to become a finding."""

    name: str
    message: str
    severity: Severity
    query: str
    url: str | None = None
    inside: str = ""
    outside: str = ""
    until: frozenset[str] = frozenset()
    has: str = ""
    lacks: str = ""
    depth: int | None = 1
    later: str = ""
    unless_later: str = ""
    unless_earlier: str = ""
    source: re.Pattern[str] | None = None
    unless_source: re.Pattern[str] | None = None
    path: re.Pattern[str] | None = None
    unique: str = ""
    fix: Repair | None = None
    needs: Needs = ()
    """What a file must contain for the query to match, pattern by pattern."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some rules as one query, and whose each of its patterns is."""

    query: Query
    by_pattern: tuple[Rule, ...]


class Book:
    """The rules of one language. They are compiled when a file first needs them, those that are new to it together: a file is
    walked a few times at most, and nobody waits for rules of what their project does not use."""

    def __init__(self, language: Language, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self._language = language
        self._parts: list[Part] = []
        self._compiled: set[str] = set()
        self._lock = threading.Lock()  # files are looked at on threads; a rule in two parts would tell everything twice

    def parts(self, wanted: Sequence[Rule]) -> list[Part]:
        """The queries that hold these rules, and maybe others besides."""
        names = {rule.name for rule in wanted}
        with self._lock:
            fresh = [rule for rule in wanted if rule.name not in self._compiled]
            for start in range(0, len(fresh), _TOGETHER):
                self._parts.append(_part(self._language, fresh[start : start + _TOGETHER]))
            self._compiled.update(rule.name for rule in fresh)
            return [part for part in self._parts if any(rule.name in names for rule in part.by_pattern)]


@cache
def rules(language: Language) -> Book | None:
    """The rules that hold for files of `language`, or None where it has none."""
    found = tuple(read(language).values())
    return Book(language, found) if found and syntax.load(language) is not None else None


def _part(language: Language, found: Sequence[Rule]) -> Part:
    grammar = syntax.load(language)
    assert grammar is not None  # noqa: S101 - `rules` asked; a grammar that loaded once stays
    starts: list[int] = []
    text = ""
    for rule in found:
        starts.append(len(text.encode()))
        text += rule.query + "\n"
    try:
        query = Query(grammar, text)
    except QueryError as error:  # the tests compile every rule: this is a broken installation, and it costs only the rules
        raise ValueError(f"grammars/{language.name}/rules.toml: {error}") from error
    patterns = (query.start_byte_for_pattern(number) for number in range(query.pattern_count))
    return Part(query, tuple(found[bisect_right(starts, start) - 1] for start in patterns))


@lru_cache(maxsize=2048)
def compiled(language: Language, text: str) -> Query | None:
    """A condition's query, or None where it does not compile (its text may come from the file's own words)."""
    grammar = syntax.load(language)
    try:
        return Query(grammar, text) if grammar is not None else None
    except (QueryError, ValueError):
        return None


def read(language: Language) -> Mapping[str, Rule]:
    """The rules of `language` by name, before they are compiled: its own, and those of the folders that it includes."""
    found: dict[str, Rule] = {}
    for folder in _folders(language):
        for name, entry in _entries(folder):
            only = entry.get("languages")
            if only is None or language.name in only:
                found[name] = _rule(name, entry)
    return found


def own(folder: Path) -> Mapping[str, Rule]:
    """The rules that one folder of `grammars/` holds itself, by name."""
    return {name: _rule(name, entry) for name, entry in _entries(folder)}


def _folders(language: Language) -> Iterator[Path]:
    own = language.folder / "rules.toml"
    listed = _document(own).get("include", []) if own.is_file() else []
    names = dict.fromkeys([*listed, *language.queries])
    yield from (languages.by_name(name).folder for name in names)


def _entries(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    file = folder / "rules.toml"
    if file.is_file():
        yield from ((name, entry) for name, entry in _document(file).items() if isinstance(entry, dict))


@cache
def _document(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _rule(name: str, entry: dict[str, Any]) -> Rule:
    known = {key: value for key, value in entry.items() if key != "languages"}
    known["severity"] = Severity(entry["severity"])
    known["until"] = frozenset(entry.get("until", ()))
    if entry.get("depth") == "any":
        known["depth"] = None
    for key in ("source", "unless_source", "path"):
        if key in entry:
            known[key] = re.compile(entry[key])
    if "fix" in entry:
        known["fix"] = _repair(entry["fix"])
    return Rule(name=name, needs=needs(entry["query"]), **known)


def _repair(entry: dict[str, Any]) -> Repair:
    edits: list[Edit] = []
    for item in entry["edits"]:
        where = next(key for key in ("replace", "before", "after") if key in item)
        edits.append(Edit(where, item[where], item["text"], item.get("optional", False)))
    return Repair(entry["title"], tuple(edits))
