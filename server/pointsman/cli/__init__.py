"""The command line: one file per command. Only the asked command's module is imported, so that each starts fast."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from pointsman import __version__
from pointsman.core.errors import PointsmanError

COMMANDS = {
    "serve": "run the language server on stdin and stdout (editors do this)",
    "analyze": "complexity and domain of files",
    "route": "which model would answer such a request, and why",
    "replay": "what the policy would have solved and cost on recorded outcomes",
    "complete": "what would be inserted at FILE:LINE:COLUMN",
    "review": "findings of the rules and of a specialist agent",
    "doctor": "what works, what does not, and how to mend it",
    "demo": "the main job on a small sample project, in this terminal",
    "install": "put the plugin where VS Code or Neovim finds it",
    "stats": "what was spent and saved, how fast and how well it went",
    "forget": "delete everything that Pointsman keeps on this machine",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit status (0 done, 1 found or failed, 2 wrong use). No traceback reaches a person."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(
        prog="pointsman", description="The language server that puts the right model on every request."
    )
    parser.add_argument("--version", action="version", version=f"pointsman {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    asked = next((a for a in arguments if not a.startswith("-")), None)
    for name, summary in COMMANDS.items():
        if asked == name:
            importlib.import_module(f"pointsman.cli.{name}").register(subparsers)
        else:
            subparsers.add_parser(name, help=summary)
    parsed = parser.parse_args(arguments)
    try:
        return int(parsed.run(parsed))
    except PointsmanError as error:
        print(f"pointsman: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        return 130
