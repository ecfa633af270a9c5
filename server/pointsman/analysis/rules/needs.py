"""What a file must contain for a rule's query to match at all, read off the query itself.

Compiling a query costs milliseconds, tens of them with the largest grammars; a file without the word `Timer` needs no rule of
timers. Only what surely must be there counts: a word that a capture equals, where the capture is neither optional nor one of
several ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*\"|;[^\n]*|[()\[\]]|@[\w.-]+|#[\w?!-]+|[?*+]|[^\s()\[\]\"@?*+;]+")
_EQUAL = frozenset({"#eq?", "#any-of?"})

Needs = tuple[tuple[frozenset[bytes], ...], ...]
"""For each pattern of a query, sets of words of each of which the file must have one."""


def needs(query: str) -> Needs:
    """The words for each pattern; an empty pattern needs nothing, so that the rule is always asked."""
    return tuple(_of_pattern(pattern) for pattern in _patterns([found[0] for found in _TOKEN.finditer(query)]))


def possible(wanted: Needs, data: bytes) -> bool:
    """Whether some pattern has all its words in the file."""
    return any(all(any(word in data for word in words) for words in pattern) for pattern in wanted)


def _patterns(tokens: list[str]) -> Iterator[list[str]]:
    """The stretches of tokens that are a pattern each: a bracketed whole with the capture or the quantifier behind it."""
    depth, pattern = 0, list[str]()
    for token in tokens:
        if token.startswith(";"):
            continue
        if depth == 0 and pattern and token in {"(", "["}:
            yield pattern
            pattern = []
        pattern.append(token)
        depth += (token in {"(", "["}) - (token in {")", "]"})
    if pattern:
        yield pattern


def _of_pattern(tokens: list[str]) -> tuple[frozenset[bytes], ...]:
    certain = _certain(tokens)
    found: list[frozenset[bytes]] = []
    for at, token in enumerate(tokens):
        if token in _EQUAL and tokens[at + 1] in certain:
            end = tokens.index(")", at)
            words = [_plain(word) for word in tokens[at + 2 : end]]
            if words and all(words):
                found.append(frozenset(words))
    return tuple(found)


def _certain(tokens: list[str]) -> frozenset[str]:
    """Captures that every match has: outside of alternatives, of what is optional, and of what a predicate says."""
    found: set[str] = set()
    doubtful: set[str] = set()
    open_at: list[tuple[str, list[str]]] = []
    last: list[str] = []  # the captures in what was closed last, which a quantifier behind it makes doubtful
    for at, token in enumerate(tokens):
        if token in {"(", "["}:
            open_at.append((token, []))
        elif token in {")", "]"} and open_at:
            kind, last = open_at.pop()
            if kind == "[":
                doubtful.update(last)
            if open_at:
                open_at[-1][1].extend(last)
        elif token in {"?", "*"}:
            doubtful.update(last)
        elif token.startswith("@") and not _said(tokens, at):
            found.add(token)
            if tokens[at - 1] in {"?", "*"}:
                doubtful.add(token)
            if open_at:
                open_at[-1][1].append(token)
            last = [*last, token]
    return frozenset(found - doubtful)


def _said(tokens: list[str], at: int) -> bool:
    """Whether a capture is the word of a predicate rather than a mark on a node."""
    while at and tokens[at] not in {"(", ")", "[", "]"}:
        at -= 1
        if tokens[at].startswith("#"):
            return True
    return False


def _plain(token: str) -> bytes:
    if not token.startswith('"'):
        return b""
    return re.sub(r"\\(.)", r"\1", token[1:-1]).encode() if "\\n" not in token and "\\t" not in token else b""
