"""What a file declares: functions, classes and their like, with the ranges that edits and prompts need.

The data is `grammars/<language>/outline.scm`; the name of a capture is the kind of the symbol.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tree_sitter import Node

from pointsman.analysis import outline_names
from pointsman.analysis.syntax import SyntaxTree
from pointsman.core.types import Position, Range

FUNCTIONS = frozenset(("function", "method"))
_SIGNATURE = 300
_SELECTORS = ("name", "selectors", "key", "type", "heading_content", "as")
_WRAPPERS = frozenset(
    (
        "decorated_definition",
        "export_statement",
        "template_declaration",
        "method_signature",
        "lexical_declaration",
        "variable_declaration",
        "variable_declarator",
    )
)
_DOC_STRINGS = frozenset(("string", "concatenated_string"))
_BODIES = frozenset(
    ("class_body", "compound_statement", "enum_class_body", "block", "body", "declaration_list", "enum_body", "function_body")
)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A declaration. Ranges are in lines and code points.

    `kind` is function, method, class, interface, struct, enum, type, module, rule, resource, stage, section or key.
    `signature` is the declaration without its body, on one line. `documentation` is where its doc comment or docstring is.
    `body_range` is None where there is no body; `parent` is the name of the symbol around it.
    """

    name: str
    kind: str
    range: Range
    name_range: Range
    body_range: Range | None
    signature: str
    documentation: Range | None = None
    parameters: tuple[str, ...] = ()
    parent: str | None = None


def outline(tree: SyntaxTree) -> tuple[Symbol, ...]:
    """All named declarations in the order of the text, those of embedded code included."""
    found = [symbol for part in (tree, *tree.embedded()) for symbol in _symbols(part)]
    if tree.embedded():
        found.sort(key=lambda symbol: symbol.range.start)
    return tuple(found)


def enclosing(tree: SyntaxTree, position: Position) -> Symbol | None:
    """The innermost named function or method at a position, else the innermost other declaration, else None."""
    return innermost(outline(tree), position)


def innermost(symbols: Iterable[Symbol], position: Position) -> Symbol | None:
    """`enclosing` for an outline that is known already."""
    around = [symbol for symbol in symbols if symbol.range.start <= position <= symbol.range.end]
    functions = [symbol for symbol in around if symbol.kind in FUNCTIONS]
    innermost = functions or around
    return innermost[-1] if innermost else None


def _symbols(tree: SyntaxTree) -> list[Symbol]:
    marked = {
        node.id: (first.start_byte, -node.end_byte, kind, node, first)
        for kind, nodes in tree.captures("outline").items()
        for node in nodes
        for first in (outline_names.first_node(node),)
    }
    symbols: list[Symbol] = []
    around: list[tuple[int, str]] = []
    for start, negative_end, kind, node, first in sorted(marked.values(), key=lambda item: item[:2]):
        while around and around[-1][0] <= start:
            around.pop()
        symbol = _symbol(tree, kind, node, first, around[-1][1] if around else None)
        if symbol is not None:
            symbols.append(symbol)
            around.append((-negative_end, symbol.name))
    return symbols


def _symbol(tree: SyntaxTree, kind: str, node: Node, first: Node, parent: str | None) -> Symbol | None:
    if kind == "function":
        name = outline_names.name(tree, node)
        if name == outline_names.ANONYMOUS:
            return None
        kind = "method" if outline_names.is_method(node) else "function"
        label = outline_names.label_node(node)
        parameters = outline_names.parameters(tree, node)
    else:
        label = _label(node)
        if label is None:
            return None
        name, parameters = " ".join(tree.text(label).split())[:_SIGNATURE], ()
    body = node if first is not node else _body(node)
    whole = Range(tree.position(first.start_byte), tree.position(node.end_byte))
    head_end = body.start_byte if body is not None else node.end_byte
    head = tree.data[first.start_byte : head_end].decode("utf-8", "replace")
    return Symbol(
        name=name,
        kind=kind,
        range=whole,
        name_range=tree.range(label) if label is not None else Range(whole.start, whole.start),
        body_range=tree.range(body) if body is not None else None,
        signature=" ".join(head.split()).rstrip(":{=> ")[:_SIGNATURE],
        documentation=_documentation(tree, first, body),
        parameters=parameters,
        parent=parent,
    )


def _label(node: Node) -> Node | None:
    for field in _SELECTORS:
        found = node.child_by_field_name(field)
        if found is not None:
            return found
    if node.type == "block":  # HCL: resource "aws_instance" "web"
        labels = [child for child in node.named_children if child.type in ("identifier", "string_lit")]
        return labels[-1] if labels else None
    return next((child for child in node.named_children if not child.type.startswith("keyword")), None)


def _body(node: Node) -> Node | None:
    found = node.child_by_field_name("body")
    return found if found is not None else next((child for child in node.named_children if child.type in _BODIES), None)


def _documentation(tree: SyntaxTree, node: Node, body: Node | None) -> Range | None:
    if tree.language.name == "python" and body is not None:
        statement = next((child for child in body.named_children if child.type != "comment"), None)
        string = statement.named_children[0] if statement is not None and statement.named_child_count == 1 else statement
        return tree.range(string) if string is not None and string.type in _DOC_STRINGS else None
    while node.parent is not None and node.parent.type in _WRAPPERS:
        node = node.parent
    first: Node | None = None
    last: Node | None = None
    line, comment = tree.line(node.start_byte), node.prev_named_sibling
    while comment is not None and "comment" in comment.type and tree.line(max(0, comment.end_byte - 1)) in (line - 1, line):
        first, last = comment, last or comment
        line, comment = tree.line(comment.start_byte), comment.prev_named_sibling
    if first is None or last is None:
        return None
    return Range(tree.position(first.start_byte), tree.position(last.end_byte))
