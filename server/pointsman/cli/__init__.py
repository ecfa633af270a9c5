"""The command line: one file per command. Only the asked command's module is imported, so that each starts fast."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

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
    _mend_streams()
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(
        prog="pointsman", description="The language server that puts the right model on every request."
    )
    parser.add_argument("--version", action="version", version=f"pointsman {__version__}")
    subparsers = parser.add_subparsers(dest="asked", metavar="COMMAND", title="commands")
    asked = next((a for a in arguments if not a.startswith("-")), None)
    for name, summary in COMMANDS.items():
        if asked == name:
            importlib.import_module(f"pointsman.cli.{name}").register(subparsers)
        else:
            subparsers.add_parser(name, help=summary)
    parsed = parser.parse_args(arguments)
    if parsed.asked is None:
        parser.print_help(sys.stderr)
        return 2
    try:
        status = int(parsed.run(parsed))
        sys.stdout.flush()
    except BrokenPipeError:
        status = _cut_off()
    except KeyboardInterrupt:
        status = 130
    except (PointsmanError, OSError) as error:
        status = _failed(str(error))
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"
        status = _failed(f"an internal error ({where}); please report it with the command that you gave")
    return status


def _mend_streams() -> None:
    """A name that is no text, or a terminal of another encoding, is shown as an escape; a stream that is closed swallows."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - as long as the process
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _failed(message: str) -> int:
    from pointsman.security.terminal import printable

    with contextlib.suppress(OSError):
        print(f"pointsman: {printable(message, lines=True)}", file=sys.stderr)
    return _cut_off(2)


def _cut_off(status: int = 1) -> int:
    """What is still to be written goes nowhere if its reader is gone: the interpreter would complain at its end."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status
