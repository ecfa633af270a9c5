"""`pointsman serve`: the language server on stdin and stdout."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pointsman.lsp.ports import Workbench


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser("serve", help="run the language server on stdin and stdout")
    parser.add_argument("--stdio", action="store_true", help="accepted for editors that pass it; there is no other transport")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Serve until the editor leaves."""
    from pointsman.lsp.server import serve

    return serve(_workbench)


def _workbench() -> Workbench:
    """Made after `initialize` was answered: an editor waits for that answer, not for the features."""
    from pointsman.app import editor_workbench

    return editor_workbench()
