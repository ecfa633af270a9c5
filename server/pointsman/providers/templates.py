"""Templates: documentation, tests and explanations from the syntax tree alone, for when no model can be reached.

They say what they are, claim nothing that was not read off the code, and keep the file parsing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pointsman.analysis.outline import Symbol
from pointsman.core.types import FunctionReport

_WORD = re.compile(r"[A-Z]+s?(?![a-z])\d*|[A-Z]?[^\W\dA-Z_]+\d*|[^\W_]+")


def documentation(symbol: Symbol, lines: tuple[str, ...], language: str) -> str | None:
    """The symbol's own lines with a documentation stub put where the language wants it; None where there is no convention,
    or where it has documentation already. `lines` are those of the whole document."""
    if symbol.documentation is not None:
        return None
    start, end = symbol.range.start.line, symbol.range.end.line
    own = list(lines[start : end + 1])
    indent = own[0][: len(own[0]) - len(own[0].lstrip())]
    if language == "python":
        return _python(symbol, own, indent)
    style = _STYLES.get(language)
    if style is None:
        return None
    return "\n".join([*(indent + row for row in style(symbol)), *own])


def _python(symbol: Symbol, own: list[str], indent: str) -> str | None:
    if symbol.body_range is None or symbol.body_range.start.line == symbol.range.start.line:
        return None
    inner = " " * symbol.body_range.start.column if symbol.body_range.start.column > len(indent) else indent + "    "
    rows = [f'{inner}"""{_sentence(symbol)}']
    if symbol.parameters:
        rows += ["", f"{inner}Args:", *(f"{inner}    {name}: Describe `{name}`." for name in _documented(symbol))]
    rows = [*rows, f'{inner}"""'] if len(rows) > 1 else [rows[0] + '"""']
    at = symbol.body_range.start.line - symbol.range.start.line
    return "\n".join([*own[:at], *rows, *own[at:]])


def _block(symbol: Symbol) -> list[str]:
    parameters = [f" * @param {name} Describe `{name}`." for name in _documented(symbol)]
    return ["/**", f" * {_sentence(symbol)}", *([" *"] if parameters else []), *parameters, " */"]


def _swift(symbol: Symbol) -> list[str]:
    names = _documented(symbol)
    if not names:
        return [f"/// {_sentence(symbol)}"]
    return [f"/// {_sentence(symbol)}", "///", "/// - Parameters:", *(f"///   - {n}: Describe `{n}`." for n in names)]


def _line(mark: str, named: bool = False) -> Callable[[Symbol], list[str]]:
    def write(symbol: Symbol) -> list[str]:
        sentence = _sentence(symbol)
        return [f"{mark} {symbol.name} {sentence[:1].lower()}{sentence[1:]}" if named else f"{mark} {sentence}"]

    return write


def _sentence(symbol: Symbol) -> str:
    words = [word if len(word) > 1 and word[:2].isupper() else word.lower() for word in _WORD.findall(symbol.name)]
    said = " ".join(words) or "describe this"
    return f"{said[0].upper()}{said[1:]}."


def _documented(symbol: Symbol) -> tuple[str, ...]:
    return tuple(name.lstrip("*&.") for name in symbol.parameters if name not in ("self", "cls", "this"))


_STYLES = {
    **dict.fromkeys(("javascript", "typescript", "tsx", "java", "kotlin", "php", "c", "cpp"), _block),
    "swift": _swift,
    "rust": _line("///"),
    "csharp": _line("///"),
    "go": _line("//", named=True),
    "ruby": _line("#"),
}


def tests(symbol: Symbol, language: str) -> str | None:
    """A skeleton of tests in the language's usual framework; None where there is none. It fails until somebody fills it in."""
    template = _TESTS.get("typescript" if language in ("javascript", "tsx") else language)
    if template is None:
        return None
    arguments = ", ".join(_documented(symbol)) if language != "python" else ", ".join(f"{n}=..." for n in _documented(symbol))
    title = symbol.name[:1].upper() + symbol.name[1:]
    return template.replace("$NAME", symbol.name).replace("$TITLE", title).replace("$ARGUMENTS", arguments)


_TESTS = {
    "python": 'def test_$NAME() -> None:\n    """Replace the placeholders by a real case."""\n'
    "    expected = ...\n    assert $NAME($ARGUMENTS) == expected",
    "typescript": 'describe("$NAME", () => {\n  it("does what it promises", () => {\n    // Replace by a real case.\n'
    '    expect($NAME).toBe("a real expectation");\n  });\n});',
    "kotlin": "class $TITLETest {\n    @Test\n    fun `$NAME does what it promises`() {\n"
    '        fail("replace by a real case")\n    }\n}',
    "java": "class $TITLETest {\n    @Test\n    void $NAMEDoesWhatItPromises() {\n"
    '        fail("replace by a real case");\n    }\n}',
    "swift": "final class $TITLETests: XCTestCase {\n    func test$TITLE() {\n"
    '        XCTFail("replace by a real case")\n    }\n}',
    "go": 'func Test$TITLE(t *testing.T) {\n\tt.Fatal("replace by a real case")\n}',
    "rust": "#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn $NAME_does_what_it_promises() {\n"
    '        panic!("replace by a real case");\n    }\n}',
}


def explanation(symbol: Symbol | None, report: FunctionReport | None, *, domain: str, remarks: tuple[str, ...]) -> str:
    """What can be said of a piece of code without a model: its shape, its scores and what the rules found."""
    lines = []
    if symbol is not None:
        takes = ", ".join(f"`{name}`" for name in _documented(symbol)) or "nothing"
        lines.append(
            f"`{symbol.name}` is a {symbol.kind} of {symbol.range.end.line - symbol.range.start.line + 1} lines ({domain})."
        )
        if symbol.kind in ("function", "method"):
            lines.append(f"It takes {takes}.")
    if report is not None:
        lines.append(
            f"Cognitive complexity {report.cognitive}, cyclomatic {report.cyclomatic}, nested {report.max_nesting} deep: "
            + _judgement(report)
        )
    lines += [f"- {remark}" for remark in remarks[:8]] or ["The rules found nothing here."]
    return "\n".join(lines) + "\n\n*Read off the syntax tree, without a model.*"


def _judgement(report: FunctionReport) -> str:
    if report.cognitive > 25:
        return "hard to follow; split it before changing it."
    if report.cognitive > 15:
        return "more than most readers hold in mind at once."
    return "easy to follow." if report.cognitive <= 5 else "readable."
