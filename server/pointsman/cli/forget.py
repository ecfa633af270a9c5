"""`pointsman forget`: delete everything that Pointsman keeps on this machine."""

from __future__ import annotations

import argparse

from pointsman.config.environment import environment, places


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser("forget", help="delete everything that Pointsman keeps on this machine")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Delete the database: records, cached answers, the ledger of money spent. Configuration stays."""
    database = places(environment()).database
    gone = [path for path in (database, *database.parent.glob(database.name + "*")) if path.exists()]
    for path in dict.fromkeys(gone):
        path.unlink()
    print(f"Deleted {', '.join(map(str, dict.fromkeys(gone)))}." if gone else f"There is nothing at {database}.")
    return 0
