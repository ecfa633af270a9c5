"""Code of another language inside a file (script and style in a page) keeps the rules of its own language."""

from __future__ import annotations

from collections import defaultdict

import tree_sitter
from tree_sitter import Node

from pointsman.analysis import languages, syntax
from pointsman.analysis.languages import Embedded, Language
from pointsman.analysis.rules import book, matching
from pointsman.analysis.syntax import SyntaxTree
from pointsman.core.types import Finding

# A data block (`type="application/json"`) is no program, and a module or plain script is JavaScript.
_SCRIPT = {"module": "javascript", "text/javascript": "javascript", "application/javascript": "javascript", "": ""}
_MOST_PARTS = 50


def findings(tree: SyntaxTree, path: str | None) -> list[Finding]:
    """What the rules of the embedded languages say, at the places where the code stands in the whole file."""
    found: list[Finding] = []
    for language, parts in _parts(tree).items():
        rules = book.rules(language)
        if rules is None:
            continue
        # The parts of one language are one program, as a browser runs them; places stay those of the file.
        parsed = syntax.attempt_ranges(tree.data, language, [_range(node) for node in parts[:_MOST_PARTS]])
        if parsed.tree is not None:
            found.extend(matching.findings(parsed.tree, rules, path))
    return found


def _parts(tree: SyntaxTree) -> dict[Language, list[Node]]:
    found: dict[Language, list[Node]] = defaultdict(list)
    wanted = {item.parent: item for item in tree.language.embedded}
    if not wanted:
        return found
    for parent in _nodes(tree.root, frozenset(wanted)):
        item = wanted[parent.type]
        language = _language(tree, parent, item)
        if language is not None and language is not tree.language:
            found[language].extend(node for node in parent.children if node.type == item.content)
    return found


def _nodes(root: Node, types: frozenset[str]) -> list[Node]:
    found: list[Node] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type in types:
            found.append(node)
        else:
            waiting.extend(reversed(node.children))
    return found


def _language(tree: SyntaxTree, parent: Node, item: Embedded) -> Language | None:
    """The language that the element's `lang` or `type` names, else the default; None for data and for none of ours."""
    attributes = {name.lower(): value for name, value in _attributes(tree, parent)}
    named = attributes.get("lang") or attributes.get("type", "")
    alias = _SCRIPT.get(named.lower(), named)
    if alias:
        return languages.by_alias(alias)
    return languages.by_alias(item.language) if item.language else None


def _attributes(tree: SyntaxTree, parent: Node) -> list[tuple[str, str]]:
    start = next((child for child in parent.children if child.type == "start_tag"), None)
    found: list[tuple[str, str]] = []
    for attribute in start.children if start is not None else ():
        if attribute.type == "attribute":
            name, _, value = tree.text(attribute).partition("=")
            found.append((name.strip(), value.strip().strip("\"'")))
    return found


def _range(node: Node) -> tree_sitter.Range:
    return tree_sitter.Range(node.start_point, node.end_point, node.start_byte, node.end_byte)
