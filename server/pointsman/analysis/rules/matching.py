"""From matches of a rule's query to findings: conditions that a query cannot say, messages, fixes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tree_sitter import Node, QueryCursor

from pointsman.analysis.languages import Language
from pointsman.analysis.rules import book
from pointsman.analysis.rules.book import Book, Repair, Rule
from pointsman.analysis.rules.needs import possible
from pointsman.analysis.syntax import Captures, SyntaxTree
from pointsman.core.types import Finding, Fix, Range, TextEdit

_MATCH_LIMIT = 65_536
_PLACEHOLDER = re.compile(r"\{([a-z_]+)(?:\|([a-z]+))?\}")
_SHOWN = 60
_MOST = 200
"""Findings of one rule in one file beyond this are noise, and cost time in every editor."""


def findings(tree: SyntaxTree, rules: Book, path: str | None) -> list[Finding]:
    """The findings of `rules` in `tree`, in no particular order."""
    applies = _Applies(tree, path)
    wanted = [rule for rule in rules.rules if applies(rule)]
    seen: dict[tuple[str, int, str], None] = {}
    counts: dict[str, int] = {}
    found: list[Finding] = []
    matches = [
        (part.by_pattern[pattern], captures)
        for part in (rules.parts(wanted) if wanted else ())
        for pattern, captures in QueryCursor(part.query, match_limit=_MATCH_LIMIT).matches(tree.root)
    ]
    for rule, captures in sorted(matches, key=_place):
        if counts.get(rule.name, 0) >= _MOST or not applies(rule) or "mark" not in captures:
            continue
        mark = captures["mark"][0]
        if mark.is_missing or (mark.has_error and mark.parent is not None):
            continue
        if rule.unique and not _repeats(tree, rule, captures, seen):
            continue
        if _holds(tree, rule, mark, captures):
            counts[rule.name] = counts.get(rule.name, 0) + 1
            found.append(_finding(tree, rule, mark, captures))
    return found


class _Applies:
    """Whether a rule can hold in this file at all, asked once a rule."""

    def __init__(self, tree: SyntaxTree, path: str | None) -> None:
        self._tree, self._path = tree, (path or "").replace("\\", "/")
        self._known: dict[str, bool] = {}
        self._text: str | None = None

    def __call__(self, rule: Rule) -> bool:
        known = self._known.get(rule.name)
        if known is None:
            known = self._known[rule.name] = self._ask(rule)
        return known

    def _ask(self, rule: Rule) -> bool:
        if rule.path is not None and self._path and not rule.path.search(self._path):
            return False
        if not possible(rule.needs, self._tree.data):
            return False
        if rule.source is None and rule.unless_source is None:
            return True
        if self._text is None:
            self._text = self._tree.data.decode("utf-8", "replace")
        if rule.source is not None and not rule.source.search(self._text):
            return False
        return rule.unless_source is None or not rule.unless_source.search(self._text)


def _place(match: tuple[Rule, Captures]) -> int:
    nodes = match[1].get("mark")
    return nodes[0].start_byte if nodes else -1


def _repeats(tree: SyntaxTree, rule: Rule, captures: Captures, seen: dict[tuple[str, int, str], None]) -> bool:
    """Whether an earlier match in the same scope had the same text (a key twice in one literal)."""
    scope = captures.get("scope", [tree.root])[0]
    text = "\0".join(tree.text(node) for name in rule.unique.split() for node in captures.get(name, ()))
    key = (rule.name, scope.id, text)
    if key in seen:
        return True
    seen[key] = None
    return False


def _holds(tree: SyntaxTree, rule: Rule, mark: Node, captures: Captures) -> bool:
    language = tree.language
    if (rule.inside or rule.outside) and not _placed(tree, rule, mark, captures):
        return False
    scope = captures.get("scope", [mark])[0]
    if rule.has and not _finds(language, _filled(rule.has, tree, captures), scope, rule.depth):
        return False
    if rule.lacks and _finds(language, _filled(rule.lacks, tree, captures), scope, rule.depth):
        return False
    if rule.later and not _after(tree, _filled(rule.later, tree, captures), mark):
        return False
    if rule.unless_later and _after(tree, _filled(rule.unless_later, tree, captures), mark):
        return False
    return not (rule.unless_earlier and _before(tree, _filled(rule.unless_earlier, tree, captures), mark))


def _placed(tree: SyntaxTree, rule: Rule, mark: Node, captures: Captures) -> bool:
    inside = _filled(rule.inside, tree, captures)
    outside = _filled(rule.outside, tree, captures)
    held = not inside
    for ancestor in tree.ancestors(mark):
        if outside and _finds(tree.language, outside, ancestor, 0, mark):
            return False
        if not held and _finds(tree.language, inside, ancestor, 0, mark):
            held = True
            if not outside:
                return True
        if ancestor.type in rule.until:
            break
    return held


def _finds(language: Language, text: str, scope: Node, depth: int | None, through: Node | None = None) -> bool:
    """Whether the query has a match that starts in `scope`; a capture @through must then hold the node `through`."""
    query = book.compiled(language, text)
    if query is None:
        return False
    cursor = QueryCursor(query, match_limit=_MATCH_LIMIT)
    if depth is not None:
        cursor.set_max_start_depth(depth)
    for _, captures in cursor.matches(scope):
        branches = captures.get("through")
        if through is None or branches is None:
            return True
        if any(node.start_byte <= through.start_byte and through.end_byte <= node.end_byte for node in branches):
            return True
    return False


def _after(tree: SyntaxTree, text: str, mark: Node) -> bool:
    return any(node.start_byte >= mark.end_byte for node in _everywhere(tree, text))


def _before(tree: SyntaxTree, text: str, mark: Node) -> bool:
    return any(node.end_byte <= mark.start_byte for node in _everywhere(tree, text))


def _everywhere(tree: SyntaxTree, text: str) -> list[Node]:
    query = book.compiled(tree.language, text)
    if query is None:
        return []
    return [node for found in QueryCursor(query, match_limit=_MATCH_LIMIT).captures(tree.root).values() for node in found]


def _filled(text: str, tree: SyntaxTree, captures: Captures) -> str:
    """A condition with the match's own words in it, quoted for a query."""

    def word(found: re.Match[str]) -> str:
        nodes = captures.get(found[1])
        if not nodes:
            return found[0]
        return tree.text(nodes[0]).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\0", "")

    return _PLACEHOLDER.sub(word, text) if "{" in text else text


def _finding(tree: SyntaxTree, rule: Rule, mark: Node, captures: Captures) -> Finding:
    words = {name: tree.text(nodes[0]) for name, nodes in captures.items() if nodes}
    short = {name: _short(text) for name, text in words.items()}
    message = _template(rule.message, short) or rule.message
    fix = _fix(tree, rule.fix, captures, words) if rule.fix is not None else None
    return Finding(f"{tree.language.name}/{rule.name}", message, rule.severity, tree.range(mark), rule.url, fix)


def _fix(tree: SyntaxTree, repair: Repair, captures: Captures, words: Mapping[str, str]) -> Fix | None:
    """The repair's edits, or None where the match lacks a word that it needs."""
    edits: list[TextEdit] = []
    for edit in repair.edits:
        nodes = captures.get(edit.anchor)
        if not nodes:
            if edit.optional:
                continue
            return None
        node = nodes[0]
        indent = _indent(tree, node)
        text = _template(edit.text, words if indent is None else {**words, "indent": indent})
        if text is None:
            return None
        place = tree.range(node)
        where = {"replace": place, "before": Range(place.start, place.start), "after": Range(place.end, place.end)}[edit.where]
        edits.append(TextEdit(where, text))
    title = _template(repair.title, {name: _short(text) for name, text in words.items()})
    return Fix(title or repair.title, tuple(edits))


def _template(text: str, words: Mapping[str, str]) -> str | None:
    missing = False

    def word(found: re.Match[str]) -> str:
        nonlocal missing
        value = words.get(found[1])
        if value is None:
            missing = True
            return ""
        return value.lower() if found[2] == "lower" else value

    filled = _PLACEHOLDER.sub(word, text)
    return None if missing else filled


def _indent(tree: SyntaxTree, node: Node) -> str | None:
    """The white space before a node that is first on its line; None where it is not first."""
    start = node.start_byte
    line = max(tree.data.rfind(b"\n", 0, start), tree.data.rfind(b"\r", 0, start)) + 1
    before = tree.data[line:start].decode("utf-8", "replace")
    return None if before.strip() else before


def _short(text: str) -> str:
    first = text.split("\n", 1)[0].rstrip("\r")
    return first if len(first) <= _SHOWN else first[: _SHOWN - 1] + "…"
