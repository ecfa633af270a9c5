"""`pointsman analyze`: complexity and domain of files, as a table, as JSON, or line by line for other programs."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from pointsman.analysis.report import analyze
from pointsman.cli import analyze_files
from pointsman.core.types import FileReport
from pointsman.security.terminal import printable

_TOP = 25
_LEAST_PATH = 16
_NUMBERS = ("cognitive", "cyclomatic", "depth", "params")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser("analyze", help="complexity and domain of files")
    parser.add_argument("paths", metavar="PATH", nargs="*", type=Path, help="files, or folders to walk")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON array with an object for each file")
    form.add_argument(
        "--jsonl", action="store_true", help='read {"id", "path"?, "language"?, "source", "manifests"?} a line on stdin'
    )
    parser.add_argument("--top", type=int, default=_TOP, help="how many functions the table shows (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=0, help="processes to use (default: one for each core)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Exit status 0; 1 where a named path cannot be read; 2 without a path."""
    if arguments.jsonl:
        answer_lines(sys.stdin.buffer, sys.stdout)
        return 0
    if not arguments.paths:
        print("pointsman analyze: name at least one file or folder (or use --jsonl)", file=sys.stderr)
        return 2
    missing = [path for path in arguments.paths if not os.path.exists(path)]  # noqa: PTH110 - which raises for a long name
    for path in missing:
        print(f"pointsman analyze: {printable(str(path))}: no such file or folder", file=sys.stderr)
    files = list(analyze_files.walk(path for path in arguments.paths if path not in missing))
    reports = _progress(analyze_files.reports(files, arguments.jobs), len(files))
    if arguments.json:
        write_array(reports, sys.stdout)
    else:
        show(list(reports), arguments.top)
    return 1 if missing else 0


def as_json(report: FileReport) -> dict[str, Any]:
    """The report as plain JSON values, in the order in which people read it."""
    return {
        "path": report.path,
        "language": report.language,
        "domain": {
            "label": report.domain.label.value,
            "scores": {domain.value: round(score, 4) for domain, score in report.domain.scores.items()},
            "evidence": list(report.domain.evidence),
        },
        "complexity": {
            "level": report.complexity.level.value,
            "cyclomatic": report.complexity.cyclomatic,
            "cognitive": report.complexity.cognitive,
            "functions": [dataclasses.asdict(function) for function in report.complexity.functions],
        },
        "problems": list(report.problems),
    }


def write_array(reports: Iterable[FileReport], out: TextIO) -> None:
    """One JSON array, written as the reports come, so that a large tree needs little memory."""
    separator = "["
    for report in reports:
        out.write(separator + "\n" + _dumps(as_json(report)))
        separator = ","
    out.write("[]\n" if separator == "[" else "\n]\n")


def answer_lines(lines: Iterable[bytes], out: TextIO) -> None:
    """Answer each line of JSON with a line of JSON, at once. A bad line is answered with `error`, never with silence."""
    for line in lines:
        if line.strip():
            out.write(_dumps(_answer(line)) + "\n")
            out.flush()


def _answer(line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"not JSON: {error}"}
    if not isinstance(request, Mapping):
        return {"id": None, "error": "a request is a JSON object"}
    source, path, language, manifests = (request.get(key) for key in ("source", "path", "language", "manifests"))
    identity = request.get("id")
    if not isinstance(source, str):
        return {"id": identity, "error": "source: a string is required"}
    for key, value in (("path", path), ("language", language)):
        if value is not None and not isinstance(value, str):
            return {"id": identity, "error": f"{key}: a string or null is required"}
    if manifests is not None and not isinstance(manifests, Mapping):
        return {"id": identity, "error": "manifests: an object of relative paths and texts is required"}
    texts = {name: text for name, text in (manifests or {}).items() if isinstance(text, str)}
    return {"id": identity, **as_json(analyze(source, path=path, language=language, manifests=texts))}


def _dumps(value: object) -> str:
    # ASCII on purpose: a lone surrogate in a name has no UTF-8, and a pipe may have any encoding.
    return json.dumps(value, separators=(",", ":"))


def _progress(reports: Iterator[FileReport], count: int) -> Iterator[FileReport]:
    if count < 50 or not sys.stderr.isatty():
        yield from reports
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(reports, "Analysing", total=count, console=Console(stderr=True), transient=True)


def _table(columns: tuple[str, ...], rows: list[tuple[str, ...]], title: str) -> None:
    """The last column is a path: for a person it gets the room that the others leave, and loses its beginning first."""
    from pointsman.cli.show import console, plain, shortened

    if not rows:
        return
    widths = [max(map(len, words)) for words in zip(columns, *rows, strict=True)]
    if console.is_terminal:
        room = console.width - sum(width + 2 for width in widths[1:-1])
        widths[0] = min(widths[0], room - _LEAST_PATH - 2)
        widths[-1] = room - widths[0] - 2
    console.print(plain(title, "bold"))
    for number, (*words, path) in enumerate((columns, *rows)):
        cells = [
            word.rjust(width) if column in _NUMBERS else word.ljust(width) if len(word) <= width else word[: width - 1] + "…"
            for column, word, width in zip(columns, words, widths, strict=False)
        ]
        where = printable(shortened(path, widths[-1]))
        console.print(plain("  ".join(cells), "" if number else "dim").append(f"  {where}", "dim"))
    console.print()


def _title(count: int, top: int, thing: str) -> str:
    things = f"{count} {thing}{'' if count == 1 else 's'}"
    return things if count <= top else f"The {top} most complex of {things}"


def show(reports: list[FileReport], top: int = _TOP) -> None:
    """A table of the worst functions, then one of the files, then what could not be analysed."""
    from pointsman.cli.show import console, plain

    functions = sorted(
        ((function, report) for report in reports for function in report.complexity.functions),
        key=lambda pair: (-pair[0].cognitive, -pair[0].cyclomatic),
    )
    _table(
        ("function", "cognitive", "cyclomatic", "depth", "params", "where"),
        [
            (f.name, str(f.cognitive), str(f.cyclomatic), str(f.max_nesting), str(f.parameters), f"{report.path}:{f.line}")
            for f, report in functions[:top]
        ],
        _title(len(functions), top, "function"),
    )
    files = sorted(reports, key=lambda report: -report.complexity.cognitive)
    _table(
        ("level", "cognitive", "language", "domain", "file"),
        [
            (
                report.complexity.level.replace("_", " "),
                str(report.complexity.cognitive),
                report.language or "?",
                f"{report.domain.label} {report.domain.scores.get(report.domain.label, 0.0):.0%}",
                str(report.path),
            )
            for report in files[:top]
        ],
        _title(len(files), top, "file"),
    )
    for report in reports:
        for problem in report.problems:
            console.print(plain(f"{report.path}: {problem}", "yellow"))
