"""Cognitive and cyclomatic complexity of every function of a file.

One engine for all languages: a query (`grammars/<language>/complexity.scm`) marks what counts, this module adds it up by
the SonarSource white paper (cognitive) and by McCabe as lizard and gocyclo count it (cyclomatic). `grammars/README.md` lists
the marks and the conventions that were chosen where tools differ. The marks are intervals of bytes, so broken code, where
statements hang loose in error nodes, is scored like any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tree_sitter import Node

from pointsman.analysis import complexity_completion, complexity_recursion, outline_names
from pointsman.analysis.complexity_frame import Frame
from pointsman.analysis.complexity_level import level
from pointsman.analysis.syntax import Captures, SyntaxTree
from pointsman.core.types import ComplexityReport, FunctionReport

# Marks at the same node take effect in this order: a body that is itself an `if` nests before it is scored.
_RANK = {
    "nesting": 0,
    "function": 1,
    "lambda": 2,
    "paren": 3,
    "logical": 4,
    "branch": 5,
    "directive": 6,
    "switch": 7,
    "decision": 8,
    "else": 9,
    "jump": 10,
    "and": 11,
    "or": 12,
    "last-arm": 13,
}
_MODIFIERS = ("elseif", "else", "function")
_OPERATOR_BEFORE = re.compile(rb"(?:&&|\|\||\b(?:and|or))\s*\Z", re.IGNORECASE)
_LOOK_BACK = 40
_DECORATOR_BODIES = (["function_definition", "return_statement"], ["decorated_definition", "return_statement"])


@dataclass(slots=True)
class _Sequence:
    """Boolean operators that are read as one condition; a change of operator starts a new sequence."""

    last: str = ""


@dataclass(slots=True)
class _Open:
    start: int
    end: int
    kind: str
    sequence: _Sequence | None = None


def complexity(tree: SyntaxTree) -> ComplexityReport:
    """Scores of a file and of each of its functions, embedded code included, in the order of the text."""
    functions: list[FunctionReport] = []
    cyclomatic = cognitive = 0
    for part in (tree, *tree.embedded()):
        last = len(part.data)
        part = complexity_completion.completed(part) if part is tree and part.errors else part
        top, frames = frames_of(part, part.captures("complexity"))
        functions += [_report(part, frame, last) for frame in frames]
        cyclomatic += sum(1 + frame.decisions for frame in frames) + (top.decisions and 1 + top.decisions)
        cognitive += top.cognitive + sum(child.cognitive for child in top.children)
    functions.sort(key=lambda report: (report.line, -report.end_line))
    if not functions and not cyclomatic and tree.query("complexity") is not None:
        cyclomatic = 1
    return ComplexityReport(level(functions, cyclomatic, cognitive), cyclomatic, cognitive, tuple(functions))


def frames_of(tree: SyntaxTree, captures: Captures) -> tuple[Frame, list[Frame]]:
    """The file's own frame, and those of its functions in the order of the text, scored by the marks in `captures`."""
    top = Frame(tree.root, 0, len(tree.data))
    if not captures:
        return top, []
    modified = {name: {node.id for node in captures.get(name, ())} for name in _MODIFIERS}
    frames = _Sweep(tree.data, top, modified["elseif"], modified["else"], modified["function"]).run(_events(captures))
    for frame in frames:
        frame.name = outline_names.name(tree, frame.node)
    complexity_recursion.mark(tree, frames)
    for frame in frames:
        if frame.recursive:
            frame.cognitive += 1
    _nest_inner(tree, frames)
    return top, frames


def _events(captures: dict[str, list[Node]]) -> list[tuple[int, int, int, int, str, Node]]:
    events = {}
    for kind, nodes in captures.items():
        rank = _RANK.get(kind)
        if rank is None:
            continue
        for node in nodes:
            start, end, identity = node.start_byte, node.end_byte, node.id
            if end > start:
                events[rank, start, end, identity] = (start, -end, rank, identity, kind, node)
    return sorted(events.values(), key=lambda event: event[:4])


class _Sweep:
    """One pass over the marks, left to right, with the open intervals on a stack."""

    def __init__(self, data: bytes, top: Frame, elseifs: set[int], elses: set[int], functions: set[int]) -> None:
        self._data, self._frame = data, top
        self._elseifs, self._continuing, self._functions = elseifs, elseifs | elses, functions
        self._open: list[_Open] = []
        self._frames: list[Frame] = []

    def run(self, events: list[tuple[int, int, int, int, str, Node]]) -> list[Frame]:
        for start, negative_end, _, identity, kind, node in events:
            while self._open and self._open[-1].end <= start:
                self._close()
            self._mark(kind, start, -negative_end, identity, node)
        return self._frames

    def _close(self) -> None:
        kind = self._open.pop().kind
        if kind == "nesting":
            self._frame.nesting -= 1
        elif kind == "function" and self._frame.parent is not None:
            self._frame = self._frame.parent

    def _mark(self, kind: str, start: int, end: int, identity: int, node: Node) -> None:
        frame = self._frame
        if kind == "branch":
            frame.decisions += 1
            if identity not in self._elseifs:
                frame.structure()
        elif kind == "decision":
            frame.decisions += 1
        elif kind in ("nesting", "lambda"):
            # A clause that only continues the statement around it (`else if`) does not nest deeper than that.
            continues = self._functions if kind == "lambda" else self._continuing
            if identity not in continues:
                frame.nest()
                self._open.append(_Open(start, end, "nesting"))
        elif kind in ("and", "or"):
            self._operator(kind)
        elif kind in ("logical", "paren"):
            self._open.append(_Open(start, end, kind, self._sequence(start)))
        elif kind in ("else", "jump"):
            frame.cognitive += 1
        elif kind == "switch":
            frame.structure()
        elif kind == "function":
            self._function(start, end, node)
        elif kind == "last-arm":
            frame.decisions -= 1
        elif kind == "directive" and frame.parent is not None:
            # #if around whole functions is the build's business; within one it is a branch to its reader.
            frame.decisions += 1
            frame.structure()

    def _function(self, start: int, end: int, node: Node) -> None:
        frame = Frame(node, start, end, parent=self._frame, depth=self._frame.nesting)
        self._frame.children.append(frame)
        self._frames.append(frame)
        self._frame = frame
        self._open.append(_Open(start, end, "function"))

    def _operator(self, kind: str) -> None:
        self._frame.decisions += 1
        sequence = self._open[-1].sequence if self._open else None
        if sequence is None or sequence.last != kind:
            self._frame.cognitive += 1
        if sequence is not None:
            sequence.last = kind

    def _sequence(self, start: int) -> _Sequence:
        outer = self._open[-1] if self._open else None
        if outer is None or outer.sequence is None:
            return _Sequence()
        before = self._data[max(0, start - _LOOK_BACK) : start]
        if outer.kind == "paren" or start == outer.start or _OPERATOR_BEFORE.search(before):
            return outer.sequence
        return _Sequence()


def _nest_inner(tree: SyntaxTree, frames: list[Frame]) -> None:
    """Add to each function's cognitive score what is nested in it, one level deeper than where it is written."""
    for frame in reversed(frames):  # parents come before their children in the text
        lift = 0 if _transparent(tree, frame) else 1
        for child in frame.children:
            frame.cognitive += child.cognitive + child.structural * (child.depth + lift)
            frame.structural += child.structural


def _transparent(tree: SyntaxTree, frame: Frame) -> bool:
    """Whether the paper takes a function for a mere wrapper, so that functions in it do not count as nested."""
    if not frame.children:
        return False
    if "declarative-functions" in tree.language.traits and not frame.structural:
        return True
    if "decorator-functions" in tree.language.traits and len(frame.children) == 1:
        body = frame.node.child_by_field_name("body")
        statements = [child for child in body.named_children if child.type != "comment"] if body is not None else []
        if statements and statements[0].type == "expression_statement" and statements[0].named_children[0].type == "string":
            statements = statements[1:]
        return [child.type for child in statements] in _DECORATOR_BODIES
    return False


def _report(tree: SyntaxTree, frame: Frame, last: int) -> FunctionReport:
    return FunctionReport(
        name=frame.name,
        line=tree.line(outline_names.head_byte(frame.node)) + 1,
        end_line=tree.line(max(frame.start, min(frame.end, last) - 1)) + 1,
        cyclomatic=1 + frame.decisions,
        cognitive=frame.cognitive,
        max_nesting=frame.max_nesting,
        parameters=len(outline_names.parameters(tree, frame.node)),
    )
