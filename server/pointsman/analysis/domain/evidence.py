"""What a file says of its domain: paths, imports, words, tags, keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pointsman.analysis.domain.weights import Model, Table, Weights

HEAD = 16_000
"""Characters that are looked at: imports and the first declarations stand there, and it bounds the time."""

_LONGEST_LINE = 2_000
_IMPORTS = {
    "python": re.compile(r"^[ \t]*(?:from|import)[ \t]+([A-Za-z_][\w.]*)", re.M),
    # The quote comes first, so that the search jumps from string to string.
    "javascript": re.compile(
        r"""["'](?:(?<=from .)|(?<=from.)|(?<=require\(.)|(?<=import .)|(?<=import\(.)|(?<=@use .))([^"'\n]{1,200})["']"""
    ),
    "jvm": re.compile(r"^[ \t]*(?:import|package)[ \t]+(?:static[ \t]+)?([\w.]+)", re.M),
    "swift": re.compile(
        r"^[ \t]*(?:@\w+[ \t]+)?(?:import|@import)[ \t]+(?:(?:class|struct|enum|func|protocol)[ \t]+)?([\w.]+)"
        r"""|^[ \t]*#[ \t]*import[ \t]*[<"]([^>"\n]{1,200})[>"]""",
        re.M,
    ),
    "c": re.compile(r"""^[ \t]*#[ \t]*(?:include|import)[ \t]*[<"]([^>"\n]{1,200})[>"]""", re.M),
    "go": re.compile(r"""^[ \t]*(?:import[ \t]+)?(?:[\w.]+[ \t]+)?"([\w.~-]+(?:/[\w.~-]+)*)"[ \t]*$""", re.M),
    "rust": re.compile(r"^[ \t]*(?:pub(?:\([\w ]+\))?[ \t]+)?(?:use|extern[ \t]+crate)[ \t]+(?:::)?([\w:]+)", re.M),
    "dart": re.compile(r"""^[ \t]*(?:import|export)[ \t]+["']([^"'\n]{1,200})["']""", re.M),
    "ruby": re.compile(r"""^[ \t]*require(?:_relative)?[ \t(]+["']([^"'\n]{1,200})["']""", re.M),
    "php": re.compile(r"^[ \t]*use[ \t]+(?:function[ \t]+)?\\?([\w\\]+)", re.M),
    "csharp": re.compile(r"^[ \t]*(?:global[ \t]+)?using[ \t]+(?:static[ \t]+)?([\w.]+)[ \t]*;", re.M),
}
_WORD = re.compile(r"[@$]?[A-Za-z_]\w*(?:\.\w+)?")
_TAG = re.compile(r"<([A-Za-z][\w.-]*)(?=[\s/>])")
_YAML_KEY = re.compile(r"^(?:-[ ]+)?[\"']?([\w$.-]+)[\"']?[ \t]*:(?=\s|$)", re.M)
_JSON_KEY = re.compile(r"""^(?:[ ]{2}|[ ]{4}|\t)"([\w$@/.-]+)"[ \t]*:""", re.M)
_SEPARATOR = re.compile(r"[./\\]|::")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that was seen: its kind (a key of the caps), its name for people, and what it says."""

    kind: str
    name: str
    weights: Weights


def of_path(path: str, model: Model) -> Iterator[Evidence]:
    """What the file's name and folders say; each pattern counts once."""
    for pattern in model.paths:
        found = pattern.match.search(path)
        if found is not None:
            yield Evidence("path", f"path {found[0].strip('/') or path}", pattern.weights)


def of_text(head: str, language: str, model: Model) -> Iterator[Evidence]:
    """What the beginning of a text says, read as `language` ("" for none of ours)."""
    families = model.families.get(language, ())
    for family in families:
        yield from _imports(head, family, model)
    for family in families:
        yield from _words(head, model.words.get(family, {}))
    if language in {"javascript", "tsx", "vue", "svelte", ""} and "<" in head:
        yield from _tags(head, model.tags)
    if language in {"yaml", "json", ""}:
        yield from _keys(head, language, model)
    for pattern in model.texts:
        if (not pattern.languages or language in pattern.languages) and pattern.match.search(head) is not None:
            yield Evidence("keys", pattern.name, pattern.weights)


def look_up(table: Table, name: str) -> tuple[str, Weights] | None:
    """The longest beginning of a dotted or slashed name that the table knows."""
    while name:
        weights = table.get(name)
        if weights is not None:
            return name, weights
        cut = 0
        for found in _SEPARATOR.finditer(name):
            cut = found.start()
        name = name[:cut]
    return None


def beginning(source: str) -> str:
    """What is looked at of a text."""
    head = source[:HEAD]
    if max(map(len, head.split("\n")), default=0) <= _LONGEST_LINE:
        return head
    return "\n".join(line[:_LONGEST_LINE] for line in head.split("\n"))


def imported(head: str, family: str) -> list[str]:
    """The names of modules that a text imports, as it writes them."""
    pattern = _IMPORTS.get(family)
    if pattern is None:
        return []
    return [(found[1] or found[pattern.groups] or "").strip() for found in pattern.finditer(head)]


def _imports(head: str, family: str, model: Model) -> Iterator[Evidence]:
    table = model.imports.get(family)
    if table is None:
        return
    seen: set[str] = set()
    for name in imported(head, family):
        known = look_up(table, name)
        if known is not None and known[0] not in seen:
            seen.add(known[0])
            yield Evidence("import", f"import {known[0]}", known[1])


def _words(head: str, table: Table) -> Iterator[Evidence]:
    seen = set(_WORD.findall(head))
    # `models.Model` is one word to look up, and two.
    parts = {part for word in seen if "." in word for part in word.split(".")}
    for word in sorted((seen | parts) & table.keys()):
        yield Evidence("word", word, table[word])


def _tags(head: str, table: Table) -> Iterator[Evidence]:
    for tag in sorted(set(_TAG.findall(head)) & table.keys()):
        yield Evidence("tag", f"<{tag}>", table[tag])


def _keys(head: str, language: str, model: Model) -> Iterator[Evidence]:
    keys = set((_JSON_KEY if language == "json" else _YAML_KEY).findall(head))
    for known in model.keys:
        if keys.issuperset(known.keys) and (known.text is None or known.text.search(head) is not None):
            yield Evidence("keys", f"keys {', '.join(known.keys)}", known.weights)


def strongest(evidence: Iterable[Evidence], label: int, most: int) -> tuple[str, ...]:
    """The names of what speaks for one label, strongest first."""
    ranked = sorted((item for item in evidence if item.weights[label] > 0), key=lambda item: -item.weights[label])
    return tuple(dict.fromkeys(item.name for item in ranked))[:most]
