"""Logs for people who look for a fault: no key, no header with a key, no code, and no control characters."""

from __future__ import annotations

import logging
import re
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

from pointsman.security.secrets import redact

_HEADERS = re.compile(
    r"(?i)([\"']?(?:authorization|proxy-authorization|x-api-key|api[-_]?key|cookie|set-cookie)[\"']?\s*[:=]\s*)"
    r"(?:[\"'][^\"']*[\"']|(?:bearer|basic)\s+\S+|[^\s,;}]+)"
)
_LINE_CHARS = 2_000
_QUIET = (
    "pygls",
    "lsprotocol",
    "asyncio",
    "aiosqlite",
    "anthropic",
    "openai",
    "httpx",
    "httpx2",
    "httpcore",
    "httpcore2",
    "urllib3",
    "keyring",
)
"""Libraries that log whole messages (pygls: every document it is sent) below WARNING."""

_OURS = "pointsman"
_FOREIGN_CHARS = 200


class RedactingFormatter(logging.Formatter):
    """Formats one record as one line without secrets.

    Of other libraries only the constant part of a message is kept, and tracebacks are reduced to names and places: their
    arguments and an exception's own text may quote the request, that is, code. Control characters are escaped, so that no file
    name can forge a line or colour a terminal.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.partition(".")[0] == _OURS
        message = _message(record) if ours else str(record.msg)[:_FOREIGN_CHARS]
        if record.exc_info and record.exc_info[1] is not None:
            message += f" [{_places(record.exc_info[1])}]"
        # Redacted before it is cut: half a key is no match any more.
        message = _printable(_HEADERS.sub(r"\1[redacted]", redact(message)[0]))
        if len(message) > _LINE_CHARS:
            message = message[:_LINE_CHARS] + "…"
        return f"{self.formatTime(record)} {record.levelname} {_printable(record.name)} {message}"


def install(level: str = "WARNING", file: Path | None = None) -> None:
    """Send the root logger to `file` (0600, two files of 1 MB at most) or to stderr, through the redacting formatter.

    `level` is for Pointsman's own loggers; libraries stay at WARNING whatever it says. Replaces handlers that are there, so
    that no other way out remains. A file that cannot be written is replaced by stderr.
    """
    handler: logging.Handler = logging.StreamHandler(sys.stderr)
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.touch(mode=0o600, exist_ok=True)
            handler = RotatingFileHandler(file, maxBytes=1_000_000, backupCount=1, encoding="utf-8")
        except OSError as error:
            sys.stderr.write(f"pointsman: no log in the file that was named ({error.strerror}); it goes to stderr\n")
    handler.setFormatter(RedactingFormatter())
    root = logging.getLogger()
    for old in tuple(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(level.upper() if level.upper() in logging.getLevelNamesMapping() else logging.WARNING)
    # The standard library's own report of a failing handler prints the raw record to stderr.
    logging.raiseExceptions = False


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:
        # Arguments that do not fit their message: `raiseExceptions` is off, so nobody else would ever hear of it.
        return str(record.msg)


def _places(error: BaseException) -> str:
    """The kind of an error and where it came from, innermost first; not its text."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return " < ".join([type(error).__name__, *reversed(frames[-6:])])


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
