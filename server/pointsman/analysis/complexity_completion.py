"""What a half-typed text would be if its author stopped here: open brackets closed, open statements given a body.

A parser that meets the end of the text inside `if (a && f(` drops the function around it. Closing what is open keeps it, so
that a score does not jump while somebody types. Only the end of the text is completed; holes elsewhere are the parser's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from pointsman.analysis.languages import Language
from pointsman.analysis.syntax import SyntaxTree, attempt

_BUDGET_S = 0.3
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_HEADS = frozenset(("if", "while", "for", "foreach", "switch", "catch", "match", "when", "synchronized", "using", "elseif"))
_BARE_HEADS = frozenset(("go", "rust", "swift"))
_SEMICOLONS = frozenset(("java", "c", "cpp", "objective_c", "csharp", "php", "dart", "rust", "javascript", "typescript", "tsx"))
_CHARACTERS = frozenset(("rust", "go", "c", "cpp", "objective_c", "java", "csharp", "kotlin"))
_WANTS_OPERAND = re.compile(
    r"(?:\b(?:and|or|not|in|is|await|new|typeof|instanceof|from|throw|raise|del|assert|return not|case)"
    r"|(?<![-+])[-+*/%&|^=<>!~?,.]|&&|\|\|)\Z"
)
_WANTS_BODY = re.compile(
    r"(?:\b(?:else|do|try|finally|loop|defer|repeat)|=>|->"
    r"|\b(?:function|func|fun|fn|class|struct|interface|enum|impl|trait|protocol|namespace)\b[^;{}=]*)\Z"
)
_BARE_HEAD = re.compile(r"\b(?:if|for|while|switch|match|guard|select)\b[^;{}\n]*\Z")
_PYTHON_HEAD = re.compile(r"(?:async\s+)?(?:if|elif|else|while|for|def|class|with|try|except|finally|match|case)\b")
_RUBY_OPENERS = re.compile(
    r"^\s*(?:def|class|module|if|unless|while|until|for|case|begin)\b|\bdo\b|=\s*(?:if|case|begin)\b", re.M
)
_RUBY_END = re.compile(r"^\s*end\b|[;\s]end\s*$", re.M)


@dataclass(slots=True)
class _Scanned:
    """Brackets still open, each with the word before it and the semicolons in it; and what ends an open string or comment."""

    brackets: list[tuple[str, str]] = field(default_factory=list)
    semicolons: list[int] = field(default_factory=list)
    inside: str = ""


def completed(tree: SyntaxTree) -> SyntaxTree:
    """The tree of the completed text where that has fewer errors, else `tree` itself."""
    source = tree.data.decode("utf-8", "replace")
    ending = _ending(source.rstrip(), tree.language)
    if not ending:
        return tree
    better = attempt(source.rstrip() + ending, tree.language, budget_s=_BUDGET_S).tree
    return better if better is not None and better.errors < tree.errors else tree


def _ending(source: str, language: Language) -> str:
    scanned = _scan(source, language)
    ending = scanned.inside
    if not ending and _WANTS_OPERAND.search(source[-80:]) and not _WANTS_BODY.search(source[-80:]):
        ending = " x"
    for (bracket, word), semicolons in zip(reversed(scanned.brackets), reversed(scanned.semicolons), strict=True):
        if bracket == "{":
            ending += _statement_end(source + ending, language)
        elif word == "for" and language.name in _SEMICOLONS and language.name not in ("rust",) and semicolons == 1:
            ending += ";"
        ending += _CLOSING[bracket]
        if bracket == "(" and word in _HEADS and language.name != "python":
            ending += " {}"
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
    for match in _tokens(language).finditer(source):
        kind, text = match.lastgroup, match.group()
        if kind == "word":
            word = text
            continue
        if kind == "open":
            found.brackets.append((text, word))
            found.semicolons.append(0)
        elif kind == "close":
            # A stray closer is a typo; it does not close what is open.
            if found.brackets and _CLOSING[found.brackets[-1][0]] == text:
                found.brackets.pop()
                found.semicolons.pop()
        elif kind == "semicolon":
            if found.semicolons:
                found.semicolons[-1] += 1
        elif match.end() == len(source) and kind is not None:
            found.inside = _terminator(kind, text)
        word = ""
    return found


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
    parts.append(r"(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<semicolon>;)|(?P<word>[A-Za-z_@$][\w$]*)|(?P<other>[^\s\w])")
    return re.compile("|".join(parts), re.S)
