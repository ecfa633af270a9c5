"""`pointsman serve`: the language server on stdin and stdout."""

from __future__ import annotations

import argparse


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser("serve", help="run the language server on stdin and stdout")
    parser.add_argument("--stdio", action="store_true", help="accepted for editors that pass it; there is no other transport")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Serve until the editor leaves."""
    from pointsman.app import editor_workbench
    from pointsman.lsp.server import serve

    return serve(editor_workbench)
