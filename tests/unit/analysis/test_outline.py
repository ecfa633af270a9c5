from __future__ import annotations

import pytest

from pointsman.analysis import languages
from pointsman.analysis.outline import Symbol, enclosing, outline
from pointsman.analysis.syntax import SyntaxTree, parse
from pointsman.core.types import Position


def _tree(language: str, source: str) -> SyntaxTree:
    tree = parse(source, languages.by_name(language))
    assert tree is not None
    return tree


def _outline(language: str, source: str) -> list[tuple[str, str, str | None]]:
    return [(symbol.kind, symbol.name, symbol.parent) for symbol in outline(_tree(language, source))]


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        ("python", "class A:\n    def f(self): pass\ndef g(): pass\n",
         [("class", "A", None), ("method", "f", "A"), ("function", "g", None)]),
        ("typescript", "interface I {}\nenum E {}\nconst f = () => 1\n",
         [("interface", "I", None), ("enum", "E", None), ("function", "f", None)]),
        ("go", "package a\ntype T struct{}\nfunc (t T) F() {}\n", [("struct", "T", None), ("method", "F", None)]),
        ("rust", "impl A { fn f() {} }\n", [("class", "A", None), ("method", "f", "A")]),
        ("kotlin", "class A { fun f() {} }\n", [("class", "A", None), ("method", "f", "A")]),
        ("swift", "protocol P {}\nclass A { func f() {} }\n",
         [("interface", "P", None), ("class", "A", None), ("method", "f", "A")]),
        ("dart", "class A { int f(int a) { return a; } }\n", [("class", "A", None), ("method", "f", "A")]),
        ("css", ".a { color: red }\n", [("rule", ".a", None)]),
        ("hcl", 'resource "aws_x" "web" {}\n', [("resource", '"web"', None)]),
        ("dockerfile", "FROM a:b AS build\n", [("stage", "build", None)]),
        ("yaml", "on: push\njobs:\n  a: 1\n", [("key", "on", None), ("key", "jobs", None)]),
        ("vue", "<script>\nfunction f() {}\n</script>\n", [("function", "f", None)]),
        ("sql", "CREATE TABLE t (a int);\n", [("struct", "t", None)]),
    ],
)  # fmt: skip
def test_outline(language: str, source: str, expected: list[tuple[str, str, str | None]]) -> None:
    assert _outline(language, source) == expected


def _one(language: str, source: str) -> Symbol:
    return outline(_tree(language, source))[0]


def test_a_function_with_all_its_parts() -> None:
    symbol = _one("python", "@cached\ndef area(w: int, h=2, *rest) -> int:\n    '''Width by height.'''\n    return w * h\n")
    assert symbol.signature == "def area(w: int, h=2, *rest) -> int"
    assert symbol.parameters == ("w", "h", "rest")
    assert symbol.name_range == ((1, 4), (1, 8))
    assert symbol.body_range == ((2, 4), (3, 16))
    assert symbol.documentation == ((2, 4), (2, 26))


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("javascript", "/** Doc. */\nexport const f = (a) => a;\n"),
        ("go", "package a\n\n// f is documented.\nfunc f() {}\n"),
        ("rust", "/// Doc.\nfn f() {}\n"),
        ("java", "class A {\n  /** Doc. */\n  void f() {}\n}\n"),
    ],
)
def test_doc_comments(language: str, source: str) -> None:
    documented = [symbol for symbol in outline(_tree(language, source)) if symbol.name == "f"]
    assert documented[0].documentation is not None
    undocumented = source.replace("Doc", "x").replace("\nfn", "\n\n\nfn").replace("\nfunc", "\n\n\nfunc")
    undocumented = undocumented.replace("\nexport", "\n\n\nexport").replace("\n  void", "\n\n\n  void")
    assert [s.documentation for s in outline(_tree(language, undocumented)) if s.name == "f"] == [None]


def test_enclosing_is_the_innermost_function() -> None:
    tree = _tree("python", "class A:\n    x = 1\n    def f(self):\n        def g():\n            return 1\n        return g\n")
    at = [(1, 5), (2, 8), (4, 14), (5, 9)]
    found = [enclosing(tree, Position(*place)) for place in at]
    assert [symbol.name if symbol else None for symbol in found] == ["A", "f", "g", "f"]
    assert enclosing(tree, Position(99, 0)) is None
