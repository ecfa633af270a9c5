"""`pointsman review PATH...`: the rules' findings and an agent's, as text, JSON or SARIF."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from pointsman import __version__
from pointsman.app import App
from pointsman.cli.analyze_files import walk
from pointsman.cli.sources import BadArgument, open_app, snapshot_of
from pointsman.core.types import Finding, Severity
from pointsman.features.last_route import dollars
from pointsman.strategy.plan import Profile

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFORMATION: "note", Severity.HINT: "note"}
UNASKED_FILES = 5
"""More files than this go to a paid model only with --yes."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser("review", help="findings of the rules and of a specialist agent")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument("--format", choices=("text", "json", "sarif"), default="text")
    parser.add_argument("--rules-only", action="store_true", help="ask no model")
    parser.add_argument("--yes", action="store_true", help=f"ask paid models about more than {UNASKED_FILES} files")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; 1 when there is an error among them, else 0."""
    reviewed = asyncio.run(_review(arguments.paths, rules_only=arguments.rules_only, agreed=arguments.yes))
    if arguments.format == "json":
        print(json.dumps([_plain(one) for one in reviewed], indent=2))
    elif arguments.format == "sarif":
        print(json.dumps(_sarif(reviewed), indent=2))
    else:
        _show(reviewed)
    return int(any(f.severity is Severity.ERROR for one in reviewed for f in one.findings))


class Reviewed:
    """The findings of one file, and who found them."""

    def __init__(
        self, path: Path, findings: tuple[Finding, ...], message: str, source: str, model: str, micro_dollars: int
    ) -> None:
        self.path, self.findings, self.message = path, findings, message
        self.source, self.model, self.micro_dollars = source, model, micro_dollars


async def _review(paths: list[Path], *, rules_only: bool, agreed: bool) -> list[Reviewed]:
    files = list(walk(paths))
    if not files:
        raise BadArgument(f"no source file that Pointsman knows in {', '.join(map(str, paths))}")
    reviewed = []
    async with open_app(paths[0]) as app:
        if not rules_only:
            if len(files) > UNASKED_FILES and not agreed:
                _refuse_a_surprise(app, files)
            await app.survey()  # Which agent a file belongs to depends on its project too, as in an editor.
        for file in files:
            try:
                snapshot = snapshot_of(file)
            except BadArgument as error:
                if file in paths:
                    raise
                print(f"pointsman: left out: {error}", file=sys.stderr)
                continue
            message, source, model, spent = "rules only", "rule", "", 0
            if not rules_only:
                review = await app.workbench.review(snapshot, None, lambda _text, _percent: None)
                message, last = review.message, app.session.last
                if last is not None:
                    source, model, spent = str(last.source), last.model, last.micro_dollars
            findings = await app.workbench.diagnostics(snapshot)
            reviewed.append(Reviewed(file, findings, message, source, model, spent))
    return reviewed


def _refuse_a_surprise(app: App, files: list[Path]) -> None:
    """Many files at a paid model are a bill that nobody should find out about afterwards."""
    size = sum(min(file.stat().st_size, 100_000) for file in files) // len(files)
    plan = app.gateway.plan(Profile(task="review_file", input_tokens=round(size / 3.7) + 500, output_tokens=600))
    cost = plan.estimate.micro_dollars * len(files) if plan.chain else 0
    if cost:
        raise BadArgument(
            f"{len(files)} files would be sent to {plan.model} and cost about {dollars(cost)}: "
            "add --yes to do that, or --rules-only to ask no model"
        )


def _show(reviewed: list[Reviewed]) -> None:
    """Findings by file and who found them, then what it cost."""
    from pointsman.cli.show import console, plain, show_findings, show_words

    for one in reviewed:
        show_findings(str(one.path), one.findings)
        show_words(plain(one.message, "dim"), indent=2)
    found = sum(len(one.findings) for one in reviewed)
    spent = dollars(sum(one.micro_dollars for one in reviewed))
    console.print(plain(f"{_many(found, 'finding')} in {_many(len(reviewed), 'file')}, {spent} spent", "bold"))


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _plain(one: Reviewed) -> dict[str, object]:
    return {
        "path": str(one.path),
        "message": one.message,
        "source": one.source,
        "model": one.model,
        "micro_dollars": one.micro_dollars,
        "findings": [
            {
                "code": f.code,
                "severity": str(f.severity),
                "message": f.message,
                "line": f.range.start.line + 1,
                "column": f.range.start.column + 1,
                "end_line": f.range.end.line + 1,
                "end_column": f.range.end.column + 1,
                "agent": f.agent,
                "model": f.model,
                "url": f.url,
                "fixable": f.fix is not None,
            }
            for f in one.findings
        ],
    }


def _sarif(reviewed: list[Reviewed]) -> dict[str, object]:
    """SARIF 2.1.0 (OASIS), as code scanning services read it."""
    rules = {f.code: f for one in reviewed for f in one.findings}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "pointsman",
                        "version": __version__,
                        "rules": [{"id": code, **({"helpUri": f.url} if f.url else {})} for code, f in sorted(rules.items())],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(one.path, f) for one in reviewed for f in one.findings],
            }
        ],
    }


def _result(path: Path, f: Finding) -> dict[str, object]:
    by = {"agent": f.agent, "model": f.model} if f.agent else {}
    region = {
        "startLine": f.range.start.line + 1,
        "startColumn": f.range.start.column + 1,
        "endLine": f.range.end.line + 1,
        "endColumn": f.range.end.column + 1,
    }
    return {
        "ruleId": f.code,
        "level": _LEVELS[f.severity],
        "message": {"text": f.message},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": path.as_posix()}, "region": region}}],
        **({"properties": by} if by else {}),
    }
