"""Names and parameters of functions, read from any of the grammars: they agree on little but the idea."""

from __future__ import annotations

from tree_sitter import Node

from pointsman.analysis.syntax import SyntaxTree

ANONYMOUS = "(anonymous)"

_NAME_FIELDS = ("name", "declarator", "pattern", "key", "left", "property")
_SPECIAL = {
    "init_declaration": "init",
    "deinit_declaration": "deinit",
    "subscript_declaration": "subscript",
    "secondary_constructor": "constructor",
    "anonymous_initializer": "init",
    "computed_getter": "get",
    "getter": "get",
    "computed_setter": "set",
    "setter": "set",
    "willset_clause": "willSet",
    "didset_clause": "didSet",
}
_DECLARATORS = frozenset(
    (
        "function_declarator", "pointer_declarator", "reference_declarator", "parenthesized_declarator",
        "attributed_declarator", "init_declarator", "array_declarator", "variadic_declarator",
    )
)  # fmt: skip
# What a nameless function may be the value of, and so be called by.
_HOLDERS = frozenset(
    (
        "variable_declarator", "pair", "assignment_expression", "assignment", "public_field_definition", "field_definition",
        "init_declarator", "property_declaration", "var_spec", "keyed_element", "array_element_initializer",
        "initialized_variable_definition", "let_declaration",
    )
)  # fmt: skip
_THROUGH = frozenset(("parenthesized_expression", "expression_list", "as_expression", "satisfies_expression"))
_LISTS = frozenset(
    (
        "parameters", "formal_parameters", "formal_parameter_list", "parameter_list", "function_value_parameters",
        "method_parameters", "lambda_parameters", "closure_parameters", "block_parameters", "bracketed_parameter_list",
        "function_arguments",
    )
)  # fmt: skip
_PARAMETERS = frozenset(
    (
        "identifier", "typed_parameter", "default_parameter", "typed_default_parameter", "list_splat_pattern",
        "dictionary_splat_pattern", "tuple_pattern", "required_parameter", "optional_parameter", "rest_pattern",
        "assignment_pattern", "object_pattern", "array_pattern", "formal_parameter", "spread_parameter", "parameter",
        "parameter_declaration", "optional_parameter_declaration", "variadic_parameter_declaration", "variadic_parameter",
        "simple_parameter", "property_promotion_parameter", "self_parameter", "method_parameter", "splat_parameter",
        "hash_splat_parameter", "block_parameter", "keyword_parameter", "destructured_parameter", "forward_parameter",
        "reference_pattern", "mut_pattern", "tuple_struct_pattern", "function_argument", "parameter_array",
    )
)  # fmt: skip
_NESTED_LISTS = frozenset(("optional_formal_parameters", "optional_positional_formal_parameters", "named_formal_parameters"))
_CLASSES = frozenset(
    (
        "class_definition", "class_body", "class_declaration", "class", "interface_declaration", "interface_body", "enum_body",
        "enum_class_body", "enum_declaration", "record_declaration", "object_declaration", "companion_object", "protocol_body",
        "protocol_declaration", "extension_declaration", "extension_body", "impl_item", "trait_item", "trait_declaration",
        "struct_declaration", "struct_specifier", "class_specifier", "class_implementation", "implementation_definition",
        "mixin_declaration", "enum_body_declarations", "annotation_type_body", "field_declaration_list", "object",
    )
)  # fmt: skip


def first_node(node: Node) -> Node:
    """Where a function begins: at itself, but in Dart at its signature, which the grammar writes beside the body."""
    if node.type != "function_body":
        return node
    signature = node.prev_named_sibling
    while signature is not None and signature.type in ("initializers", "redirection", "comment"):
        signature = signature.prev_named_sibling
    return signature if signature is not None and "signature" in signature.type else node


def head_byte(node: Node) -> int:
    """Where a reader finds a function: at its own name, below attributes and return types, else where it begins."""
    own = name_node(node)
    return own.start_byte if own is not None and own.end_byte > own.start_byte else first_node(node).start_byte


_TRANSPARENT = frozenset(
    ("ERROR", "block", "decorated_definition", "body_statement", "declaration_list", "template_declaration")
)


def name_node(node: Node) -> Node | None:
    """The node of a function's own name, None where it has none."""
    if node.type == "function_body":
        signature = first_node(node)
        if signature is node:
            return None
        inner = signature.named_children[0] if signature.type == "method_signature" and signature.named_children else signature
        return inner.child_by_field_name("name")
    found = node.child_by_field_name("name") or node.child_by_field_name("declarator")
    while found is not None and found.type in _DECLARATORS:
        found = found.child_by_field_name("declarator") or next(iter(found.named_children), None)
    if found is None and node.type == "method_definition":
        return next((child for child in node.named_children if child.type == "identifier"), None)
    return found


def name(tree: SyntaxTree, node: Node) -> str:
    """What a reader calls this function: its own name, that of what it is assigned to, or `(anonymous)`."""
    special = _SPECIAL.get(node.type)
    if special is not None:
        return special
    if node.type == "accessor_declaration":
        return next((child.type for child in node.children if child.type in ("get", "set", "init", "add", "remove")), ANONYMOUS)
    if node.type == "destructor_declaration":
        own = name_node(node)
        return "~" + tree.text(own) if own is not None else ANONYMOUS
    if node.type == "operator_declaration":
        operator = node.child_by_field_name("operator")
        return "operator" + (tree.text(operator) if operator is not None else "")
    found = label_node(node)
    if found is None:
        return ANONYMOUS
    text = _one_line(tree.text(found))
    return text.rpartition(".")[2] if "member" in found.type else text


def label_node(node: Node) -> Node | None:
    """Where a function's name is written: at itself, or at what it is assigned to; None for one that nothing names."""
    own = name_node(node)
    if own is not None and own.end_byte > own.start_byte and own.type != "abstract_function_declarator":
        return own
    holder = node.parent
    while holder is not None and holder.type in _THROUGH:
        holder = holder.parent
    if holder is None or (holder.type not in _HOLDERS and node.type != "computed_property"):
        return None
    fields = (holder.child_by_field_name(field) for field in _NAME_FIELDS)
    return next((found for found in fields if found is not None and found.end_byte <= node.start_byte), None)


def parameters(tree: SyntaxTree, node: Node) -> tuple[str, ...]:
    """The names of a function's parameters in order; a pattern's whole text where it has no single name."""
    names: list[str] = []
    for child in _parameter_nodes(node):
        names += _names(tree, child)
    return tuple(names)


def is_method(node: Node) -> bool:
    """Whether a function is written directly in a class, an object or their like."""
    if node.type in ("method_declaration", "method_definition", "constructor_declaration", "singleton_method"):
        return True
    if node.child_by_field_name("receiver") is not None:
        return True
    around = node.parent
    for _ in range(3):
        if around is None or around.parent is None:
            return False
        if around.type in _CLASSES:
            return True
        if around.type not in _TRANSPARENT:
            return False
        around = around.parent
    return False


def _parameter_nodes(node: Node) -> list[Node]:
    if node.type == "function_body":
        own = name_node(node)
        holder = own.parent if own is not None else None
    else:
        holder = node.child_by_field_name("parameters") or _declarator(node) or node
    if holder is None:
        return []
    single = node.child_by_field_name("parameter")
    if single is not None and single.type == "identifier":
        return [single]
    if holder.type not in _LISTS:
        inside = holder.child_by_field_name("parameters")
        holder = inside or next((child for child in holder.named_children if child.type in _LISTS), holder)
    if holder.type == "function_value_parameters":
        # Kotlin writes default values beside their parameters, and `true` is an identifier there.
        return [child for child in holder.named_children if child.type == "parameter"]
    own_list = holder.type in _LISTS
    found: list[Node] = []
    for child in holder.named_children:
        if child.type in _NESTED_LISTS:
            found += [inner for inner in child.named_children if inner.type in _PARAMETERS]
        elif child.type in _PARAMETERS and (own_list or child.type not in ("identifier", "object_pattern", "array_pattern")):
            found.append(child)
    return found


def _declarator(node: Node) -> Node | None:
    found = node.child_by_field_name("declarator")
    while found is not None and found.type in _DECLARATORS and found.type != "function_declarator":
        found = found.child_by_field_name("declarator") or next(iter(found.named_children), None)
    return found


def _names(tree: SyntaxTree, node: Node) -> list[str]:
    text = _one_line(tree.text(node))
    if text in ("void", "..."):
        return []
    several = [child for child in node.children_by_field_name("name") if child.type in ("identifier", "field_identifier")]
    if node.type == "parameter_declaration" and len(several) > 1:
        return [tree.text(child) for child in several]
    if several:
        return [tree.text(several[0])]
    for field in ("name", "pattern", "declarator", "left"):
        found = node.child_by_field_name(field)
        if found is not None:
            return [_one_line(tree.text(found)).lstrip("*&$ ")]
    simple = next((child for child in node.named_children if "identifier" in child.type), None)
    if simple is not None and node.type in ("typed_parameter", "parameter", "method_parameter", "formal_parameter"):
        last = [child for child in node.named_children if child.type in ("identifier", "simple_identifier")]
        return [tree.text((last[-1] if node.type in ("method_parameter", "formal_parameter") else last[0]) if last else simple)]
    return [text.partition(":")[0].partition("=")[0].strip().lstrip("*&$")]


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]
