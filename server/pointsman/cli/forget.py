"""`pointsman forget`: delete everything that Pointsman keeps on this machine."""

from __future__ import annotations

import argparse
import sys

from pointsman.config.environment import environment, places
from pointsman.security.terminal import printable


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser("forget", help="delete everything that Pointsman keeps on this machine")
    parser.add_argument("--yes", action="store_true", help="do not ask first")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Delete the database: records, cached answers, the ledger of money spent. Configuration stays. A person is asked first."""
    database = places(environment()).database
    kept = sorted(database.parent.glob(database.name + "*"))
    if not kept:
        print(f"There is nothing at {printable(str(database))}.")
        return 0
    if not arguments.yes and sys.stdin.isatty():
        print(f"{printable(str(database))} holds your records, cached answers and the ledger of money spent.")
        if not _agreed():
            print("Nothing was deleted.")
            return 1
    for path in kept:
        path.unlink()
    print(f"Deleted {', '.join(printable(str(path)) for path in kept)}.")
    return 0


def _agreed() -> bool:
    try:
        return input("Delete it for good? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False
