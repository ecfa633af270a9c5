"""Completion with no model at all: a nested-cache n-gram over the open file and the workspace.

After Hellendoorn and Devanbu, "Are Deep Neural Networks the Best Choice for Modeling Source Code?" (2017): code repeats itself,
and repeats itself most in the same file, then in the same workspace. Instead of counting every order, the text is kept as a
token stream and matches of the last two tokens are extended backwards, so that memory stays at a few bytes a token.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

_TOKEN = re.compile(
    r"(?P<gap>[ \t]*)(?P<lexeme>\r\n|\r|\n|[^\W\d]\w*|\d[\w.]*|\"(?:[^\"\\\r\n]|\\.)*\"|'(?:[^'\\\r\n]|\\.)*'"
    r"|===|!==|\.\.\.|==|!=|<=|>=|->|=>|\*\*|//|:=|\+=|-=|&&|\|\||\?\.|\?\?|::|</|/>|[^\s])"
)
_WORD = re.compile(r"[^\W\d]\w*\Z")
_LINE_END = "\n"
ORDER = 8
"""Longest context that is compared, in tokens: longer matches hardly change the prediction."""
CANDIDATES = 160
"""Places that are compared at most for one token; the nearest are kept."""
TAB = 255


@dataclass(frozen=True, slots=True)
class Guess:
    """The rest of a line. `confidence` is the product of the probabilities of its tokens, 0..1."""

    text: str
    confidence: float


class Stream:
    """A token stream of one or more files that can be asked where a pair of tokens occurred before."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.tokens = array("I")
        self.gaps = array("B")
        self._pairs = array("Q")
        self._fresh: dict[int, list[int]] = {}

    def learn(self, text: str) -> None:
        """Append a file; call `settle` after the last one."""
        tokens, gaps, pairs = self.tokens, self.gaps, self._fresh
        tokens.extend((self.vocabulary.barrier,) * 2)
        gaps.extend((0, 0))
        before, last = tokens[-2], tokens[-1]
        for gap, lexeme in lex(text):
            token = self.vocabulary.number(lexeme)
            pairs.setdefault(_pair(before, last), []).append(len(tokens))
            tokens.append(token)
            gaps.append(gap)
            before, last = last, token

    def settle(self) -> None:
        """Move what was learnt into the compact index: 8 bytes a token instead of a dictionary."""
        merged = list(self._pairs)
        for pair, places in self._fresh.items():
            merged.extend(pair << 32 | place for place in places)
        merged.sort()
        self._pairs, self._fresh = array("Q", merged), {}

    def places(self, before: int, last: int) -> list[int]:
        """Where the token after (before, last) stands, the latest last."""
        pair = _pair(before, last)
        start = bisect_left(self._pairs, pair << 32)
        stop = bisect_left(self._pairs, (pair + 1) << 32, start)
        found = [value & 0xFFFFFFFF for value in self._pairs[max(start, stop - CANDIDATES) : stop]]
        return (found + self._fresh.get(pair, []))[-CANDIDATES:]

    def match(self, place: int, history: list[int]) -> int:
        """How many tokens before `place` equal the end of `history`."""
        length, limit = 0, min(len(history), place, ORDER)
        while length < limit and self.tokens[place - 1 - length] == history[-1 - length]:
            length += 1
        return length


class Vocabulary:
    """Numbers for lexemes, shared by all streams of one model."""

    def __init__(self) -> None:
        self.lexemes: list[str] = ["\0", _LINE_END]
        self._numbers = {"\0": 0, _LINE_END: 1}
        self.barrier, self.line_end = 0, 1

    def number(self, lexeme: str) -> int:
        number = self._numbers.get(lexeme)
        if number is None:
            number = self._numbers[lexeme] = len(self.lexemes)
            self.lexemes.append(lexeme)
        return number


class WorkspaceModel:
    """Learns the files of a workspace and guesses the rest of a line, with an honest confidence.

    `limit_tokens` bounds its memory (about 14 bytes a token and the words themselves). Files count once, by path; a changed
    file is not learnt again until `reset`, since the open file is always read fresh at each guess.
    """

    def __init__(self, limit_tokens: int = 600_000) -> None:
        self._limit = limit_tokens
        self.reset()

    def reset(self) -> None:
        """Forget the whole workspace."""
        self._vocabulary = Vocabulary()
        self._stream = Stream(self._vocabulary)
        self._known: set[str] = set()

    @property
    def size(self) -> int:
        """Tokens learnt so far."""
        return len(self._stream.tokens)

    def learn(self, path: str, text: str) -> bool:
        """Add one file. False when it is known already or the limit is reached."""
        if path in self._known or self.size >= self._limit:
            return False
        self._known.add(path)
        self._stream.learn(text)
        return True

    def settle(self) -> None:
        """Compact what was learnt; worth a call after each batch of files."""
        self._stream.settle()

    def words(self, start: str, limit: int = 40) -> list[str]:
        """Names in the workspace that begin with `start`, in the order in which they were met."""
        found = (lexeme for lexeme in self._vocabulary.lexemes if lexeme.startswith(start) and _WORD.match(lexeme))
        return list(islice(found, limit))

    def guess(self, prefix: str, suffix: str, *, max_tokens: int = 40) -> Guess | None:
        """The most likely rest of the line at the end of `prefix`, or None when nothing like it was seen."""
        known = len(self._vocabulary.lexemes)
        local = Stream(self._vocabulary)
        local.learn(_outside_line(suffix[:20_000]))
        head, partial = _split_partial(prefix[-40_000:])
        local.learn(head)
        try:
            return self._continue(local, partial, not head[-1:].isspace() or head.endswith(("\n", "\r")), max_tokens)
        finally:
            # Words of a buffer in flux must not pile up in the shared vocabulary while somebody types for hours.
            self._vocabulary_trim(known)

    def _continue(self, local: Stream, partial: str, spaced: bool, max_tokens: int) -> Guess | None:
        history = list(local.tokens[-ORDER:])
        text, confidence = "", 1.0
        for step in range(max_tokens):
            best = self._next(local, history, partial if step == 0 else "")
            if best is None:
                return None
            token, gap, probability = best
            confidence *= probability
            if confidence < 0.02:
                return None
            if token in (self._vocabulary.line_end, self._vocabulary.barrier):
                break
            lexeme = self._vocabulary.lexemes[token]
            space = "\t" if gap == TAB else " " * gap
            text += lexeme[len(partial) :] if step == 0 and partial else (space if step or spaced else "") + lexeme
            history = [*history[1 - ORDER :], token]
        return Guess(text, confidence) if text.strip() else None

    def _next(self, local: Stream, history: list[int], partial: str) -> tuple[int, int, float] | None:
        weights: dict[int, float] = {}
        gaps: dict[int, int] = {}
        lexemes = self._vocabulary.lexemes
        longest = 0
        for stream, near in ((local, 3.0), (self._stream, 1.0)):
            for place in stream.places(history[-2], history[-1]):
                token = stream.tokens[place] if place < len(stream.tokens) else 0
                if partial and not (lexemes[token].startswith(partial) and lexemes[token] != partial):
                    continue
                length = stream.match(place, history)
                longest = max(longest, length)
                weights[token] = weights.get(token, 0.0) + near * 3.0**length
                gaps[token] = stream.gaps[place]
        if not weights:
            return None
        token = max(weights, key=weights.__getitem__)
        # Witten-Bell's escape: the more different continuations a context had, the more likely is one never seen. One short
        # match alone must not look certain, so it shares its weight with an unseen continuation of the shortest kind.
        escape = len(weights) * 9.0 + (27.0 if longest < 4 else 0.0)
        return token, gaps[token], weights[token] / (sum(weights.values()) + escape)

    def _vocabulary_trim(self, size: int) -> None:
        for lexeme in self._vocabulary.lexemes[size:]:
            del self._vocabulary._numbers[lexeme]
        del self._vocabulary.lexemes[size:]


def lex(text: str) -> Iterator[tuple[int, str]]:
    """Tokens of any language, each with the width of the blank before it (255 for one that has tabs)."""
    for match in _TOKEN.finditer(text):
        gap, lexeme = match["gap"], match["lexeme"]
        width = TAB if "\t" in gap else min(len(gap), TAB - 1)
        yield width, _LINE_END if lexeme in ("\r\n", "\r") else lexeme


def _pair(before: int, last: int) -> int:
    return (before * 2_654_435_761 + last * 40_503) & 0xFFFFFFFF


def _split_partial(prefix: str) -> tuple[str, str]:
    word = _WORD.search(prefix[-200:])
    return (prefix[: -len(word[0])], word[0]) if word else (prefix, "")


def _outside_line(suffix: str) -> str:
    end = suffix.find("\n")
    return suffix[end + 1 :] if end >= 0 else ""
