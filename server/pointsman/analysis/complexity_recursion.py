"""Which functions of a file call themselves, directly or through others of the same file.

By name, as a reader sees it: there are no types here. A bare call is a call of a free function; a method is called through
`self`, `this` and their like, except in languages where a bare name may mean a method (`bare-methods`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from pointsman.analysis import outline_names
from pointsman.analysis.syntax import SyntaxTree

if TYPE_CHECKING:
    from pointsman.analysis.complexity import Frame

_CALL = re.compile(rb"\b(\w+) ?\(")
_RECEIVER = re.compile(rb"\(\s*(\w+)")
_JOINTS = (b".", b"->", b"::", b".#")
_OWN = (b"self.", b"this.", b"cls.", b"Self::", b"self::", b"static::", b"this->", b"this?.", b"self?.", b"this.#", b"[self ")
_WORD = re.compile(rb"(?<![\w$.-])([\w-]+)(?![\w-]|\s*\(\))")
_NOT_CODE = re.compile(r"comment|string_content|string_fragment|raw_text|heredoc|^string$|string_literal$|char")


def mark(tree: SyntaxTree, frames: list[Frame]) -> None:
    """Set `recursive` on every frame that lies on a cycle of calls."""
    named: dict[bytes, list[int]] = {}
    for index, frame in enumerate(frames):
        bare = frame.name.rpartition("::")[2].rpartition(".")[2]
        if bare and not bare.startswith("("):
            named.setdefault(bare.encode("utf-8", "replace"), []).append(index)
    if not named:
        return
    edges = _edges(tree, frames, named)
    for index, targets in edges.items():
        if index in targets or (targets and _reaches(edges, index)):
            frames[index].recursive = True


def _edges(tree: SyntaxTree, frames: list[Frame], named: dict[bytes, list[int]]) -> dict[int, set[int]]:
    starts = [frame.start for frame in frames]
    words = "bare-calls" in tree.language.traits
    overloads = "overloads" in tree.language.traits
    bare_methods = "bare-methods" in tree.language.traits
    methods = [outline_names.is_method(frame.node) for frame in frames]
    edges: dict[int, set[int]] = {}
    for match in (_WORD if words else _CALL).finditer(tree.data):
        targets = named.get(match.group(1))
        if targets is None:
            continue
        place = match.start(1)
        meant = [i for i in targets if words or _means(tree.data, place, methods[i], bare_methods, frames[i])]
        caller = _around(frames, starts, place) if meant else None
        if caller is None or _declares(frames[caller], place) or not _code(tree, place):
            continue
        count = _arguments(tree, match.end()) if overloads else None
        for target in meant:
            if count is None or count == len(outline_names.parameters(tree, frames[target].node)):
                edges.setdefault(caller, set()).add(target)
    return edges


def _means(data: bytes, place: int, method: bool, bare_methods: bool, target: Frame) -> bool:
    """Whether a call by name at `place` may be a call of `target`, by what is written before the name."""
    if data.endswith(_JOINTS, 0, place):
        return method and (data.endswith(_OWN, 0, place) or _through_receiver(data, place, target))
    return bare_methods or not method


def _around(frames: list[Frame], starts: list[int], place: int) -> int | None:
    """The innermost *named* function around a byte: a callback's calls are its author's."""
    index = bisect_right(starts, place) - 1
    frame = frames[index] if index >= 0 else None
    while frame is not None and (frame.end <= place or frame.name.startswith("(")):
        frame = frame.parent
    if frame is None or frame.parent is None:
        return None
    index = bisect_right(starts, frame.start) - 1
    while frames[index] is not frame:
        index -= 1
    return index


def _declares(frame: Frame, place: int) -> bool:
    node = outline_names.name_node(frame.node)
    return node is not None and node.start_byte <= place < node.end_byte


def _code(tree: SyntaxTree, place: int) -> bool:
    node = tree.root.descendant_for_byte_range(place, place + 1)
    return node is not None and _NOT_CODE.search(node.type) is None


def _through_receiver(data: bytes, place: int, target: Frame) -> bool:
    """Go: whether the call goes through the name of the method's receiver."""
    node = target.node.child_by_field_name("receiver")
    match = _RECEIVER.match(data, node.start_byte, node.end_byte) if node is not None else None
    return match is not None and data.endswith(match.group(1) + b".", 0, place)


def _arguments(tree: SyntaxTree, after_parenthesis: int) -> int | None:
    """How many arguments a call has whose opening parenthesis ends at this byte; None where that cannot be told."""
    node = tree.root.descendant_for_byte_range(after_parenthesis - 1, after_parenthesis)
    holder = node.parent if node is not None else None
    if holder is None or "argument" not in holder.type:
        return None
    return sum(1 for child in holder.named_children if "comment" not in child.type)


def _reaches(edges: dict[int, set[int]], start: int) -> bool:
    seen: set[int] = set()
    stack = list(edges[start])
    while stack:
        current = stack.pop()
        if current == start:
            return True
        if current not in seen:
            seen.add(current)
            stack += edges.get(current, ())
    return False
