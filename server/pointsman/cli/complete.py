"""`pointsman complete FILE:LINE:COLUMN`: what would be inserted there."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from pathlib import Path
from typing import Any

from pointsman.cli.sources import BadArgument, open_app, snapshot_of
from pointsman.core.types import Position, ServiceLevel
from pointsman.security.terminal import printable


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser("complete", help="what would be inserted at FILE:LINE:COLUMN (both count from 1)")
    parser.add_argument("place", metavar="FILE:LINE:COLUMN")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the completion, or say why there is none."""
    path, position = parse(arguments.place)
    found = asyncio.run(_complete(path, position))
    if arguments.json:
        print(json.dumps(found))
    else:
        _show(found)
    return 0


def _show(found: dict[str, Any]) -> None:
    from pointsman.cli.show import plain, show_words

    if not found["text"]:
        show_words(plain(f"Nothing to insert: {found['message']}."))
        if found["reasons"] and found["service_level"] == ServiceLevel.EMERGENCY:
            show_words(plain("`pointsman doctor` says how to get a model.", "dim"))
        return
    print(printable(found["text"], lines=True))
    show_words(plain(f"{found['model'] or found['source']}: {'; '.join(found['reasons'][:2])}", "dim"), indent=2)


def parse(place: str) -> tuple[Path, Position]:
    """FILE:LINE:COLUMN, both numbers from 1."""
    file, _, rest = place.rpartition(":")
    file, _, line = file.rpartition(":")
    if not file or not all(re.fullmatch("0*[1-9][0-9]{0,8}", number) for number in (line, rest)):
        raise BadArgument(f"{place!r} is not FILE:LINE:COLUMN, for example app.py:12:5 (both count from 1)")
    return Path(file), Position(int(line) - 1, int(rest) - 1)


async def _complete(path: Path, position: Position) -> dict[str, Any]:
    snapshot = snapshot_of(path)
    if position.line >= snapshot.text.line_count:
        raise BadArgument(f"{path} has {snapshot.text.line_count} lines, not {position.line + 1}")
    async with open_app(path) as app:
        await app.survey()
        items = await app.workbench.inline_completion(snapshot, position, invoked=True)
        last = app.session.last
        return {
            "path": str(path),
            "line": position.line + 1,
            "column": position.column + 1,
            "text": items[0].text if items else "",
            "source": str(last.source) if last else "none",
            "model": last.model if last else "",
            "reasons": list(last.reasons) if last else [],
            "degraded": last.degraded if last else True,
            "message": (last.message if last else "")
            or ("" if items else "the cursor is inside a word, or nothing is before it"),
            "service_level": str(app.session.service_level()),
            "micro_dollars": last.micro_dollars if last else 0,
            "elapsed_ms": last.elapsed_ms if last else 0,
        }
