"""Syntax trees over tree-sitter: parsing under a budget, positions in code points, cached queries.

Nothing here raises on any text or bytes, and nothing recurses as deep as the code nests.
"""

from __future__ import annotations

import re
import time
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module

import tree_sitter
from tree_sitter import Node, Query, QueryCursor

from pointsman.analysis import languages
from pointsman.analysis.languages import Language
from pointsman.core.types import Position, Range

MAX_BYTES = 5_000_000
"""Larger files are not parsed."""
BUDGET_S = 2.0
"""Longest time that one parse may take when the caller names none."""

_MINIFIED_BYTES = 20_000
_MINIFIED_LINE = 1_000
_WHILE_PARSING = 1 << 16
# Afterwards a predicate such as #eq? fetches one chunk for each node's text: small ones, then.
_WHILE_MATCHING = 256
# Parsed in one go: the worst text of this size, where recovery takes time in its square, ends in 0.1 s.
_SMALL = 2_048
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LONE_CR = re.compile(rb"\r(?!\n)")
_MATCH_LIMIT = 65_536
_MAX_DEPTH = 1_000
_MAX_LOOSE = 20_000
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"()[]{}")
_MAX_INDENTS = 120
_INDENT = re.compile(rb"^[ \t]*(?:[-?:][ \t]+)*", re.M)
_SAMPLES = 48
_MAX_EMBEDDED = 100
_NAMED_LANGUAGE = re.compile(rb"(?:\A(?:```+|~~~+)[ \t{.]*|\b(?:lang|type)\s*=\s*[\"']?)([\w/+#.-]+)")
_TOO_DEEP = "the code nests too deep; it is not analysed"

Captures = dict[str, list[Node]]
"""Nodes by capture name, in the order in which they appear."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The outcome of a parse: a tree, or the problem in words for a person."""

    tree: SyntaxTree | None
    problem: str | None = None


class _Source:
    """Hands a text to tree-sitter in chunks; only a text that is read so can be parsed under a budget."""

    __slots__ = ("chunk", "text")

    def __init__(self, text: bytes) -> None:
        self.text, self.chunk = text, _WHILE_PARSING

    def __call__(self, byte: int, _point: tree_sitter.Point) -> bytes:
        return self.text[byte : byte + self.chunk]


class SyntaxTree:
    """One parsed text. Immutable: an edit makes a new tree.

    `data` is the text as UTF-8 (lone surrogates as three bytes each); all byte offsets are offsets into it.
    """

    def __init__(self, language: Language, data: bytes, tree: tree_sitter.Tree) -> None:
        self.language = language
        self.data = data
        self._tree = tree
        self._ascii = data.isascii()
        self._starts: list[int] | None = None
        self._errors: int | None = None
        self._embedded: tuple[SyntaxTree, ...] | None = None

    @property
    def root(self) -> Node:
        """The node of the whole text."""
        return self._tree.root_node

    @property
    def errors(self) -> int:
        """How many nodes the parser could not make sense of (ERROR) or had to invent (MISSING)."""
        if self._errors is None:
            self._errors = _count_errors(self._tree, self.language) if self._tree.root_node.has_error else 0
        return self._errors

    def position(self, byte: int) -> Position:
        """Where a byte offset lies. Exact between characters, as nodes' offsets are."""
        starts = self._line_starts()
        line = bisect_right(starts, byte) - 1
        start = starts[line]
        column = byte - start if self._ascii else len(_decode(self.data[start:byte]))
        return Position(line, column)

    def offset(self, position: Position) -> int:
        """The byte offset of a position, clipped to the text."""
        starts = self._line_starts()
        if position.line < 0:
            return 0
        if position.line >= len(starts):
            return len(self.data)
        start = starts[position.line]
        end = starts[position.line + 1] if position.line + 1 < len(starts) else len(self.data)
        line = self.data[start:end].rstrip(b"\r\n")
        column = max(position.column, 0)
        if self._ascii:
            return start + min(column, len(line))
        return start + len(_decode(line)[:column].encode("utf-8", "surrogatepass"))

    def range(self, node: Node) -> Range:
        """The node's range in lines and code points."""
        return Range(self.position(node.start_byte), self.position(node.end_byte))

    def line(self, byte: int) -> int:
        """The zero-based line of a byte offset."""
        return bisect_right(self._line_starts(), byte) - 1

    def text(self, node: Node) -> str:
        """The node's source text."""
        return _decode(self.data[node.start_byte : node.end_byte])

    def query(self, name: str) -> Query | None:
        """`grammars/<language>/<name>.scm` compiled (with those it inherits), or None where there is none."""
        return compiled(self.language, name)

    def captures(self, name: str, node: Node | None = None) -> Captures:
        """All captures of the query `name` in `node` (default: everywhere); empty where the language has no such query."""
        query = self.query(name)
        if query is None:
            return {}
        # No progress callback here: with one, tree-sitter 0.26.1 crashes the process now and then. Queries cost O(text).
        return QueryCursor(query, match_limit=_MATCH_LIMIT).captures(node or self.root)

    def matches(self, name: str, node: Node | None = None) -> list[tuple[int, Captures]]:
        """All matches of the query `name` as (pattern index, captures); empty where the language has no such query."""
        query = self.query(name)
        if query is None:
            return []
        return QueryCursor(query, match_limit=_MATCH_LIMIT).matches(node or self.root)

    def at(self, position: Position) -> Node:
        """The smallest node at a position; at the end of a word, the word's."""
        byte = self.offset(position)
        root = self.root
        found = root.descendant_for_byte_range(byte, byte)
        before = root.descendant_for_byte_range(byte - 1, byte) if byte else None
        both = [node for node in (found, before) if node is not None]
        return min(both, key=lambda node: node.end_byte - node.start_byte, default=root)

    def ancestors(self, node: Node) -> Iterator[Node]:
        """The nodes around `node`, innermost first, without `node` itself."""
        # Going down once is O(depth); asking each node for its parent would be O(depth) every time.
        chain: list[Node] = []
        current: Node | None = self.root
        while current is not None and current != node:
            chain.append(current)
            current = current.child_with_descendant(node)
        return reversed(chain)

    def embedded(self) -> tuple[SyntaxTree, ...]:
        """Trees of the code of other languages in this text (script and style elements, code fences), at their place in it."""
        if self._embedded is None:
            self._embedded = tuple(_embedded(self)) if self.language.embedded else ()
        return self._embedded

    def _line_starts(self) -> list[int]:
        if self._starts is None:
            self._starts = [0, *(match.end() for match in _LINE_END.finditer(self.data))]
        return self._starts


def parse(source: str | bytes, language: Language, *, budget_s: float = BUDGET_S) -> SyntaxTree | None:
    """The syntax tree of `source`, or None where `attempt` has a problem to tell instead."""
    return attempt(source, language, budget_s=budget_s).tree


def attempt(source: str | bytes, language: Language, *, budget_s: float = BUDGET_S) -> Parsed:
    """Parse `source`, at most for `budget_s` seconds. Bytes that are not UTF-8 are read with replacement characters."""
    if isinstance(source, bytes):
        source = source.decode("utf-8", "replace")
    data = source.encode("utf-8", "surrogatepass")
    return attempt_ranges(data, language, None, budget_s=budget_s)


def attempt_ranges(
    data: bytes, language: Language, ranges: list[tree_sitter.Range] | None, *, budget_s: float = BUDGET_S
) -> Parsed:
    """Like `attempt`, for text already encoded, seeing only `ranges` of it (embedded code keeps its place in the file)."""
    problem = refusal(data)
    if problem is None and "fixed-indent-stack" in language.traits and _indents(data) > _MAX_INDENTS:
        problem = _TOO_DEEP
    if problem is not None:
        return Parsed(None, problem)
    grammar = load(language)
    if grammar is None:
        return Parsed(None, f"the grammar {language.module} is not installed")
    # The grammars know \n only, an editor also ends lines at a lone \r: same length, so offsets stay true.
    text = _LONE_CR.sub(b"\n", data) if b"\r" in data else data
    parser = tree_sitter.Parser(grammar, included_ranges=ranges) if ranges else tree_sitter.Parser(grammar)
    try:
        if len(text) <= _SMALL:
            tree = parser.parse(text)
        else:
            source = _Source(text)
            stop = time.perf_counter() + budget_s
            tree = parser.parse(source, progress_callback=lambda _byte, _error: time.perf_counter() > stop)
            source.chunk = _WHILE_MATCHING
    except (ValueError, RuntimeError):
        return Parsed(None, f"parsing took longer than {budget_s:g} s")
    problem = _bomb(tree.root_node)
    return Parsed(None, problem) if problem else Parsed(SyntaxTree(language, data, tree))


def refusal(data: bytes) -> str | None:
    """Why a text is not parsed at all (too large, minified), or None."""
    size = len(data)
    if size > MAX_BYTES:
        return f"the file has {size / 1e6:.1f} MB; files above {MAX_BYTES / 1e6:.0f} MB are not analysed"
    if size > _MINIFIED_BYTES:
        lines = data.count(b"\n") or data.count(b"\r")
        if size / (lines + 1) > _MINIFIED_LINE:
            return f"the file looks minified ({size // (lines + 1)} bytes a line); it is not analysed"
    return _TOO_DEEP if size > _MAX_DEPTH and _brackets_too_deep(data) else None


def _brackets_too_deep(data: bytes) -> bool:
    """Whether brackets nest deeper than any person writes. Each pass removes the innermost pairs, at the speed of C."""
    left = data.translate(None, _NOT_BRACKETS)
    for _ in range(_MAX_DEPTH // 10):
        if len(left) <= _MAX_DEPTH:
            return False
        before = len(left)
        left = left.replace(b"()", b"").replace(b"[]", b"").replace(b"{}", b"")
        if len(left) == before:
            break
    return len(left) > 2 * _MAX_DEPTH


def _indents(data: bytes) -> int:
    """How many columns blocks may start at. The YAML grammar keeps at most about 250 open and crashes the process beyond."""
    prefixes = set(_INDENT.findall(data))
    return len({column for prefix in prefixes for column in (len(prefix), *(m.end() for m in re.finditer(rb"\S", prefix)))})


def _bomb(root: Node) -> str | None:
    """A problem where the tree is so deep, or an error so wide, that queries over it would take time in its square.

    Samples the tree evenly: a shape that hurts is where most of the nodes are.
    """
    count = root.descendant_count
    if count <= _MAX_DEPTH:
        return None
    cursor = root.walk()
    for sample in range(1, _SAMPLES + 1):
        cursor.goto_descendant(count * sample // (_SAMPLES + 1))
        if cursor.depth > _MAX_DEPTH:
            return _TOO_DEEP
        while cursor.goto_parent():
            node = cursor.node
            if node is not None and node.is_error and node.child_count > _MAX_LOOSE:
                return "most of the file is one syntax error; it is not analysed"
    return None


def _embedded(tree: SyntaxTree) -> Iterator[SyntaxTree]:
    grammar = load(tree.language)
    for spec in tree.language.embedded if grammar is not None else ():
        query = _query(tree.language, f"({spec.parent} ({spec.content}) @content) @parent")
        for _, captures in QueryCursor(query).matches(tree.root)[:_MAX_EMBEDDED]:
            parent, content = captures["parent"][0], captures["content"][0]
            named = _NAMED_LANGUAGE.search(tree.data[parent.start_byte : content.start_byte])
            alias = _decode(named.group(1)) if named else spec.language
            language = languages.by_alias(alias) if alias else None
            if language is None:
                continue
            place = tree_sitter.Range(content.start_point, content.end_point, content.start_byte, content.end_byte)
            inner = attempt_ranges(tree.data, language, [place]).tree
            if inner is not None:
                yield inner


@cache
def load(language: Language) -> tree_sitter.Language | None:
    """The grammar of a language, imported on first use; None where its wheel is not installed."""
    try:
        return tree_sitter.Language(getattr(import_module(language.module), language.function)())
    except (ImportError, AttributeError, ValueError):
        return None


@cache
def compiled(language: Language, name: str) -> Query | None:
    """The query `name` of a language; None where no folder has it. A query that does not compile is a fault of this package.

    Raises tree_sitter.QueryError for such a query: a test compiles them all, so that no user ever sees it.
    """
    grammar = load(language)
    if grammar is None:
        return None
    files = (languages.by_name(folder).folder / f"{name}.scm" for folder in language.queries)
    sources = [file.read_text(encoding="utf-8") for file in files if file.is_file()]
    return Query(grammar, "\n".join(sources)) if sources else None


@cache
def _query(language: Language, source: str) -> Query:
    grammar = load(language)
    assert grammar is not None  # noqa: S101  (whoever asks holds a tree of it)
    return Query(grammar, source)


def _count_errors(tree: tree_sitter.Tree, language: Language) -> int:
    return len(QueryCursor(_query(language, "[(ERROR) (MISSING)] @error")).captures(tree.root_node).get("error", ()))


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")
