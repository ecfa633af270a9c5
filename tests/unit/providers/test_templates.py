"""Templates claim nothing that was not read off the code, and leave a file that parses."""

from __future__ import annotations

import pytest

from pointsman.analysis import languages, syntax
from pointsman.analysis.outline import outline
from pointsman.providers import templates

FUNCTIONS = {
    "python": "def load_order(order_id):\n    return order_id\n",
    "typescript": "function loadOrder(orderId: number) {\n  return orderId;\n}\n",
    "java": "class A {\n    int loadOrder(int orderId) {\n        return orderId;\n    }\n}\n",
    "kotlin": "fun loadOrder(orderId: Int): Int {\n    return orderId\n}\n",
    "swift": "func loadOrder(orderId: Int) -> Int {\n    return orderId\n}\n",
    "go": "package a\n\nfunc LoadOrder(orderId int) int {\n\treturn orderId\n}\n",
    "rust": "fn load_order(order_id: u32) -> u32 {\n    order_id\n}\n",
    "ruby": "def load_order(order_id)\n  order_id\nend\n",
    "csharp": "class A\n{\n    int LoadOrder(int orderId)\n    {\n        return orderId;\n    }\n}\n",
    "c": "int load_order(int order_id) {\n    return order_id;\n}\n",
}


def documented(source: str, language: str) -> str:
    tree = syntax.parse(source, languages.by_name(language))
    assert tree is not None
    symbol = next(symbol for symbol in outline(tree) if symbol.kind in ("function", "method"))
    lines = tuple(source.split("\n"))
    text = templates.documentation(symbol, lines, language)
    assert text is not None
    return "\n".join((*lines[: symbol.range.start.line], text, *lines[symbol.range.end.line + 1 :]))


@pytest.mark.parametrize("language", FUNCTIONS)
def test_a_documented_function_parses_and_has_documentation(language: str) -> None:
    text = documented(FUNCTIONS[language], language)
    assert "load order" in text.lower()
    tree = syntax.parse(text, languages.by_name(language))
    assert tree is not None
    assert not tree.errors
    assert next(symbol for symbol in outline(tree) if symbol.kind in ("function", "method")).documentation is not None


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("get_order", "Get order."),
        ("getHTTPResponse", "Get HTTP response."),
        ("parseURLs", "Parse URLs."),
        ("isAValidName", "Is a valid name."),
        ("utf8Decode", "Utf8 decode."),
        ("__init__", "Init."),
        ("größe_ändern", "Größe ändern."),
        ("_", "Describe this."),
    ],
)
def test_a_name_becomes_words_and_acronyms_stay_whole(name: str, sentence: str) -> None:
    assert f'"""{sentence}' in documented(f"def {name}():\n    return 1\n", "python")
