"""What a half-typed text would be if its author stopped here: open brackets closed, open statements given a body.

A parser that meets the end of the text inside `if (a && f(` drops the function around it. Closing what is open keeps it, so
that a score does not jump while somebody types. Only the end of the text is completed; holes elsewhere are the parser's.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from pointsman.analysis.languages import Language
from pointsman.analysis.syntax import SyntaxTree, attempt

_BUDGET_S = 0.3
_GUESSING_S = 0.05
_GUESSES = ("", " ", " x", " (x) {}", " x {}", " {}", " : x", " => {}", " (e: E) {}", ";", "}", " in x {}", '""')
"""What may be missing at the very end, tried in order until nothing is wrong any more or the time is up."""
_TRY_ALONE = frozenset(("swift", "rust", "cpp"))
_COMPANIONS = {("do", False): " while (x);", ("try", False): " finally {}", ("try", True): " catch (...) {}"}
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_HEADS = frozenset(("if", "while", "for", "foreach", "switch", "catch", "match", "when", "synchronized", "using", "elseif"))
_BARE_HEADS = frozenset(("go", "rust", "swift"))
_SEMICOLONS = frozenset(("java", "c", "cpp", "objective_c", "csharp", "php", "dart", "rust", "javascript", "typescript", "tsx"))
_JSX = frozenset(("javascript", "tsx"))
_BEFORE_TAG = frozenset(("(", "{", "[", "}", "return", "?", ":", "&", "|", "=>", ",", "=", ";", ">", "/>", ""))
_CHARACTERS = frozenset(("rust", "go", "c", "cpp", "objective_c", "java", "csharp", "kotlin"))
_WANTS_OPERAND = re.compile(
    r"(?:\b(?:and|or|not|in|is|await|new|typeof|instanceof|from|throw|raise|del|assert|return not|case)"
    r"|(?<!\+)\+|(?<!-)-|[*/%&|^=<>!~?,.])\Z"
)
_WANTS_BODY = re.compile(
    r"(?:\b(?:else|do|try|finally|loop|defer|repeat)|=>|->"
    r"|\b(?:function|func|fun|fn|class|struct|interface|enum|impl|trait|protocol|namespace)\b[^;{}=]*)\Z"
)
_BARE_HEAD = re.compile(r"\b(?:if|for|while|switch|match|guard|select)\b[^;{}\n]*\Z")
_PYTHON_HEAD = re.compile(r"(?:async\s+)?(?:if|elif|else|while|for|def|class|with|try|except|finally|match|case)\b")
_RUBY_OPENERS = re.compile(
    r"^[ \t]*(?:def|class|module|if|unless|while|until|for|case|begin)\b|\bdo\b|=\s*(?:if|case|begin)\b", re.M
)
_RUBY_END = re.compile(r"^[ \t]*end\b|[;\s]end\s*$", re.M)


@dataclass(slots=True)
class _Scanned:
    """Brackets still open, each with the word before it and the semicolons in it; and what ends an open string or comment."""

    brackets: list[tuple[str, str]] = field(default_factory=list)
    semicolons: list[int] = field(default_factory=list)
    inside: str = ""

    def in_element(self) -> bool:
        """Whether the text is the content of a JSX element."""
        return bool(self.brackets) and self.brackets[-1][0] == ">"


def completed(tree: SyntaxTree) -> SyntaxTree:
    """The tree of the completed text where that has fewer errors, else `tree` itself."""
    source = tree.data.decode("utf-8", "replace").rstrip()
    scanned = _scan(source, tree.language)
    best = tree
    stop = time.perf_counter() + _GUESSING_S
    for guess in _GUESSES:
        ending = _ending(source, tree.language, scanned, guess)
        better = attempt(source + ending, tree.language, budget_s=_BUDGET_S).tree if ending else None
        if better is not None and better.errors < best.errors:
            best = better
        if not best.errors or time.perf_counter() > stop:
            break
    return best


def _ending(source: str, language: Language, scanned: _Scanned, guess: str) -> str:
    ending = scanned.inside + guess
    if not ending.strip() and _WANTS_OPERAND.search(source[-80:]) and not _WANTS_BODY.search(source[-80:]):
        ending = " x"
    for (bracket, word), semicolons in zip(reversed(scanned.brackets), reversed(scanned.semicolons), strict=True):
        if bracket == "{":
            ending += "" if guess == " " else _statement_end(source + ending, language)
        elif word == "for" and language.name in _SEMICOLONS and language.name != "rust" and semicolons == 1:
            ending += ";"
        ending += _CLOSING.get(bracket) or (" />" if bracket == "<" else f"</{word}>")
        if bracket == "(" and word in _HEADS and language.name != "python":
            ending += " {}"
        elif bracket == "{":
            ending += _COMPANIONS.get((word, language.name in _TRY_ALONE), "")
    if language.name == "python":
        line = (source + ending).rpartition("\n")[2].strip()
        return ending + (" pass" if line.endswith(":") else ": pass" if _PYTHON_HEAD.match(line) else "")
    if language.name == "ruby":
        return ending + "\nend" * max(0, len(_RUBY_OPENERS.findall(source)) - len(_RUBY_END.findall(source)))
    return ending if scanned.brackets else ending + _statement_end(source + ending, language)


def _statement_end(text: str, language: Language) -> str:
    """What ends the last statement before a closing brace."""
    statement = re.split(r"[;{}]", text[-400:])[-1].strip()
    if not statement:
        return ""
    if _WANTS_BODY.search(statement) or (language.name in _BARE_HEADS and _BARE_HEAD.search(statement)):
        return " {}"
    return ";" if language.name in _SEMICOLONS else ""


def _scan(source: str, language: Language) -> _Scanned:
    found = _Scanned()
    word = ""
    before = ""
    for match in _walk(source, language, found):
        kind, text = match.lastgroup, match.group()
        opens, before = before in _BEFORE_TAG, text
        if kind == "word":
            word = text
            continue
        if kind == "open":
            found.brackets.append((text, word))
            found.semicolons.append(0)
        elif kind == "close":
            # A stray closer is a typo; it does not close what is open.
            if found.brackets and _CLOSING.get(found.brackets[-1][0]) == text:
                found.brackets.pop()
                found.semicolons.pop()
        elif kind == "tag":
            # Elsewhere `<` compares or begins type arguments.
            if opens or found.in_element():
                found.brackets.append(("<", text[1:]))
                found.semicolons.append(0)
        elif kind in ("end_tag", "shut"):
            if found.brackets and found.brackets[-1][0] == (">" if kind == "end_tag" else "<"):
                found.brackets.pop()
                found.semicolons.pop()
        elif kind == "mark":
            if found.brackets and found.brackets[-1][0] == "<":
                found.brackets[-1] = (">", found.brackets[-1][1])
        elif kind == "semicolon":
            if found.semicolons:
                found.semicolons[-1] += 1
        elif match.end() == len(source) and kind is not None:
            found.inside = _terminator(kind, text)
        word = ""
    return found


def _walk(source: str, language: Language, found: _Scanned) -> Iterator[re.Match[str]]:
    """The tokens of a text; in the content of an element a quote is a quote."""
    pattern, place = _tokens(language), 0
    while (match := pattern.search(source, place)) is not None:
        if match.lastgroup in ("string", "line") and found.in_element():
            place = match.start() + 1
            continue
        yield match
        place = match.end()


def _terminator(kind: str, text: str) -> str:
    quote = {"triple": text[:3], "string": text[:1], "block": "*/"}.get(kind, "\n" if kind == "line" else "")
    closed = len(text) >= 2 * len(quote) and text.endswith(quote) if quote.strip() else False
    return "" if closed else quote


@cache
def _tokens(language: Language) -> re.Pattern[str]:
    parts = []
    if language.block_comment == ("/*", "*/"):
        parts.append(r"(?P<block>/\*.*?(?:\*/|\Z))")
    if language.line_comment:
        parts.append(rf"(?P<line>{re.escape(language.line_comment)}[^\n]*)")
    parts.append(
        r'(?P<triple>"""(?:\\.|.)*?(?:"""|\Z)' + (r"|'''(?:\\.|.)*?(?:'''|\Z))" if language.name in ("python", "dart") else ")")
    )
    quotes = [r'"(?:\\.|[^"\\\n])*(?:"|(?=\n)|\Z)', r"`[^`]*(?:`|\Z)"]
    # A quote alone is a lifetime in Rust and a digit separator in C++: only whole characters count there.
    quotes.append(r"'(?:\\.[^'\n]{0,8}|[^'\\\n])'" if language.name in _CHARACTERS else r"'(?:\\.|[^'\\\n])*(?:'|(?=\n)|\Z)")
    parts.append("(?P<string>" + "|".join(quotes) + ")")
    if language.name in _JSX:
        parts.append(r"(?P<end_tag></[\w.:-]*>?)|(?P<tag><(?=[A-Za-z>])[\w.:-]*)|(?P<shut>/>)|(?P<arrow>=>|>=)|(?P<mark>>)")
    parts.append(r"(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<semicolon>;)|(?P<word>[A-Za-z_@$][\w$]*)|(?P<other>[^\s\w])")
    return re.compile("|".join(parts), re.S)
