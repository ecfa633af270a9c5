"""Speed and steadiness of the analysis: `python bench/analyze.py [FOLDER ...]` (default: Python's own library).

Prints one JSON document. CPU seconds of one process, so that a busy machine changes little:
- lines a CPU-second of parse, complexity, domain and all (`analyze`), and of lizard where it is installed;
- what a keystroke costs in a file of 10,000 lines (the whole file, and the enclosing function alone);
- half-typed code: the share of states, cutting functions at every token, where the cognitive score is within 1 of what the
  text so far would score in the finished function.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import sysconfig
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tree_sitter import Node

from pointsman.analysis import languages
from pointsman.analysis.complexity import complexity, frames_of
from pointsman.analysis.outline import outline
from pointsman.analysis.report import analyze
from pointsman.analysis.syntax import SyntaxTree, parse
from pointsman.cli import analyze_files

_FILES = 300
_FUNCTIONS = 60
_TOKENS = 120


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=[Path(sysconfig.get_paths()["stdlib"])])
    arguments = parser.parse_args()
    files = [file for file in analyze_files.walk(arguments.folders) if file.stat().st_size < 500_000]
    sources = [
        (str(file), file.read_text(encoding="utf-8", errors="replace")) for file in files[:: max(1, len(files) // _FILES)]
    ]
    sources = [(path, text) for path, text in sources if complexity_of(path, text) is not None]
    result = {"files": len(sources), **speeds(sources), **keystroke(sources), **half_typed(sources)}
    print(json.dumps(result, indent=2))


def complexity_of(path: str, text: str) -> SyntaxTree | None:
    """The tree of a file whose language has functions."""
    language = languages.detect(path, None, text)
    tree = parse(text, language) if language is not None else None
    return tree if tree is not None and tree.query("complexity") is not None else None


def speeds(sources: list[tuple[str, str]]) -> dict[str, object]:
    """Lines a CPU-second."""
    lines = sum(text.count("\n") for _, text in sources)
    trees = [complexity_of(path, text) for path, text in sources]
    measured = {
        "parse": _cpu(lambda: [complexity_of(path, text) for path, text in sources]),
        "complexity": _cpu(lambda: [complexity(tree) for tree in trees if tree is not None]),
        "analyze": _cpu(lambda: [analyze(text, path=path) for path, text in sources]),
    }
    try:
        import lizard
    except ImportError:
        pass
    else:
        measured["lizard"] = _cpu(lambda: [lizard.analyze_file.analyze_source_code(path, text) for path, text in sources])
    return {"lines": lines, "lines_per_cpu_second": {name: round(lines / seconds) for name, seconds in measured.items()}}


def keystroke(sources: list[tuple[str, str]]) -> dict[str, object]:
    """Milliseconds of CPU for a score after a keystroke, in a file of some 10,000 lines made of the given ones."""
    path, text = max(sources, key=lambda source: source[1].count("\n"))
    while text.count("\n") < 10_000:
        text += "\n" + text
    tree = complexity_of(path, text)
    assert tree is not None
    functions = [symbol for symbol in outline(tree) if symbol.kind in ("function", "method")][:200]
    whole = _cpu(lambda: complexity(parse(text, tree.language) or tree))
    slices = []
    for symbol in functions:
        source = tree.data[tree.offset(symbol.range.start) : tree.offset(symbol.range.end)]
        slices.append(_cpu(lambda source=source: complexity(parse(source, tree.language) or tree)) * 1_000)
    slices.sort()
    return {
        "keystroke_ms": {
            "lines": text.count("\n"),
            "whole_file": round(whole * 1_000, 1),
            "function_p50": round(statistics.median(slices), 3),
            "function_p95": round(slices[int(len(slices) * 0.95)], 3),
        }
    }


def half_typed(sources: list[tuple[str, str]]) -> dict[str, object]:
    """How steady the score of an unfinished function is."""
    states = near = lost = 0
    for tree, symbol_start, symbol_end in _sample(sources):
        source = tree.data[symbol_start:symbol_end]
        finished = parse(source, tree.language)
        if finished is None or finished.errors:
            continue
        for cut in _cuts(finished):
            wanted = _score_until(finished, cut)
            unfinished = parse(source[:cut], tree.language)
            found = complexity(unfinished).cognitive if unfinished is not None else 0
            states += 1
            near += abs(found - wanted) <= 1
            lost += found < wanted - 1
    return {
        "half_typed": {
            "states": states,
            "within_1": round(near / max(states, 1), 4),
            "too_low": round(lost / max(states, 1), 4),
        }
    }


def _sample(sources: list[tuple[str, str]]) -> Iterator[tuple[SyntaxTree, int, int]]:
    chosen = 0
    for path, text in sources:
        tree = complexity_of(path, text)
        if tree is None:
            continue
        for report, symbol in zip(complexity(tree).functions, [s for s in outline(tree) if s.parent is None], strict=False):
            if report.cognitive >= 3 and symbol.kind == "function" and chosen < _FUNCTIONS:
                chosen += 1
                yield tree, tree.offset(symbol.range.start), tree.offset(symbol.range.end)
                break


def _cuts(tree: SyntaxTree) -> Iterable[int]:
    """Ends of tokens after the function's head, at most some, evenly."""
    cursor, ends = tree.root.walk(), []
    for index in range(tree.root.descendant_count):
        cursor.goto_descendant(index)
        node = cursor.node
        if node is not None and node.child_count == 0:
            ends.append(node.end_byte)
    symbols = outline(tree)
    start = tree.offset(symbols[0].body_range.start) if symbols and symbols[0].body_range else 0
    ends = [end for end in ends if end > start]
    return ends[:: max(1, len(ends) // _TOKENS)]


def _score_until(tree: SyntaxTree, cut: int) -> int:
    """What the finished function scores for all that begins before `cut`."""
    captures = {
        name: [node for node in nodes if _typed(name, node, cut)] for name, nodes in tree.captures("complexity").items()
    }
    top, _ = frames_of(tree, captures)
    return top.cognitive + sum(child.cognitive for child in top.children)


def _typed(name: str, node: Node, cut: int) -> bool:
    start, kind = node.start_byte, node.type
    if name in ("branch", "nesting") and ("conditional" in kind or "ternary" in kind or "modifier" in kind):
        children = node.named_children
        start = children[1].start_byte if len(children) > 1 else start
    return start < cut


def _cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return max(time.process_time() - start, 1e-9)


if __name__ == "__main__":
    sys.exit(main())
