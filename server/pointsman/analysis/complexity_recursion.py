"""Which functions of a file call themselves, directly or through others of the same file.

By name, as a reader sees it: there are no types here. A bare call is a call of a free function; a method is called through
`self`, `this` and their like, except in languages where a bare name may mean a method (`bare-methods`).
"""

from __future__ import annotations

import re
from bisect import bisect_right

from pointsman.analysis import outline_names
from pointsman.analysis.complexity_frame import Frame
from pointsman.analysis.syntax import SyntaxTree

_CALL = re.compile(rb"\b(\w+) ?\(")
_RECEIVER = re.compile(rb"\(\s*(\w+)")
_VARIABLE = re.compile(rb"(\w+)\.\Z")
_LONGEST_VARIABLE = 200
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
    for index in _on_cycles(_edges(tree, frames, named)):
        if index < len(frames):
            frames[index].recursive = True


def _edges(tree: SyntaxTree, frames: list[Frame], named: dict[bytes, list[int]]) -> dict[int, set[int]]:
    """Who calls whom. A call leads to a junction, numbered after the frames, and from there to all that it may mean: ten
    thousand functions of one name that call it would be a hundred million edges otherwise.
    """
    starts = [frame.start for frame in frames]
    words = "bare-calls" in tree.language.traits
    overloads = "overloads" in tree.language.traits
    meanings = _Meanings(tree, frames, "bare-methods" in tree.language.traits)
    junctions: dict[tuple[bytes, object, int | None], int] = {}
    edges: dict[int, set[int]] = {}
    for match in (_WORD if words else _CALL).finditer(tree.data):
        name, place = match.group(1), match.start(1)
        targets = named.get(name)
        if targets is None:
            continue
        way = "any" if words else meanings.way(place)
        meant = meanings.of(name, way, targets)
        caller = _around(frames, starts, place) if meant else None
        if caller is None or _declares(frames[caller], place) or not _code(tree, place):
            continue
        count = _arguments(tree, match.end()) if overloads else None
        junction = junctions.get((name, way, count))
        if junction is None:
            junction = junctions[name, way, count] = len(frames) + len(junctions)
            edges[junction] = {i for i in meant if count is None or count == meanings.parameters(i)}
        edges.setdefault(caller, set()).add(junction)
    return edges


class _Meanings:
    """What a call by name may mean, by what is written before the name. Each answer is worked out once."""

    def __init__(self, tree: SyntaxTree, frames: list[Frame], bare_methods: bool) -> None:
        self._tree, self._frames, self._bare_methods = tree, frames, bare_methods
        self._known: dict[tuple[bytes, object], list[int]] = {}
        self._counts: dict[int, int] = {}

    def way(self, place: int) -> object:
        """How the name at `place` is called: bare, through the function's own object, or through a variable (its name)."""
        data = self._tree.data
        if not data.endswith(_JOINTS, 0, place):
            return "any" if self._bare_methods else "bare"
        if data.endswith(_OWN, 0, place):
            return "own"
        through = _VARIABLE.search(data, max(place - _LONGEST_VARIABLE, 0), place)
        return through.group(1) if through else b""

    def of(self, name: bytes, way: object, targets: list[int]) -> list[int]:
        """Those of `targets`, which all have this name, that a call of such a `way` may mean."""
        known = self._known.get((name, way))
        if known is None:
            known = self._known[name, way] = [i for i in targets if way == "any" or self._fits(self._frames[i], way)]
        return known

    def parameters(self, index: int) -> int:
        """How many parameters a function has."""
        if index not in self._counts:
            self._counts[index] = len(outline_names.parameters(self._tree, self._frames[index].node))
        return self._counts[index]

    def _fits(self, target: Frame, way: object) -> bool:
        method = outline_names.is_method(target.node)
        if isinstance(way, bytes):
            return method and way == self._receiver(target)
        return method is (way == "own")

    def _receiver(self, target: Frame) -> bytes | None:
        """Go: the name of a method's receiver."""
        node = target.node.child_by_field_name("receiver")
        match = _RECEIVER.match(self._tree.data, node.start_byte, node.end_byte) if node is not None else None
        return match.group(1) if match else None


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


def _arguments(tree: SyntaxTree, after_parenthesis: int) -> int | None:
    """How many arguments a call has whose opening parenthesis ends at this byte; None where that cannot be told."""
    node = tree.root.descendant_for_byte_range(after_parenthesis - 1, after_parenthesis)
    holder = node.parent if node is not None else None
    if holder is None or "argument" not in holder.type:
        return None
    return sum(1 for child in holder.named_children if "comment" not in child.type)


def _on_cycles(edges: dict[int, set[int]]) -> set[int]:
    """The nodes from which a way leads back to them: Tarjan's strongly connected components, each edge seen once."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    waiting: list[int] = []
    inside: set[int] = set()
    found: set[int] = set()
    for root in edges:
        work = [] if root in order else [(root, iter(edges[root]))]
        while work:
            node, targets = work[-1]
            if node not in order:
                order[node] = low[node] = len(order)
                waiting.append(node)
                inside.add(node)
            for target in targets:
                if target not in order:
                    work.append((target, iter(edges.get(target, ()))))
                    break
                if target in inside:
                    low[node] = min(low[node], order[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    found |= _component(waiting, inside, node)
    return found


def _component(waiting: list[int], inside: set[int], root: int) -> set[int]:
    """`root` and what lies above it on the stack, taken off it; none where it is alone: no edge leads from a node to itself."""
    component: set[int] = set()
    while root not in component:
        component.add(waiting.pop())
    inside -= component
    return component if len(component) > 1 else set()
