"""No key, no header, no code and no control character reaches a log, whoever wrote the record."""

from __future__ import annotations

import io
import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pointsman.monitoring import logs

KEY = "sk-ant-api03-" + "Zk3jV9qLx2Wm7Rt5Yb8N" * 3
CODE = "def secret_business_rule(customer): return customer.discount * 1.17"


class Stderr:
    """All that went to stderr so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys, self._seen = capsys, ""

    def getvalue(self) -> str:
        self._seen += self._capsys.readouterr().err
        return self._seen


@pytest.fixture
def stream(capsys: pytest.CaptureFixture[str]) -> Iterator[Stderr]:
    root = logging.getLogger()
    kept, level, raising = list(root.handlers), root.level, logging.raiseExceptions
    names = [*logs._QUIET, "pointsman"]
    levels = {name: logging.getLogger(name).level for name in names}
    yield Stderr(capsys)
    root.handlers[:] = kept
    root.setLevel(level)
    logging.raiseExceptions = raising
    for name, old in levels.items():
        logging.getLogger(name).setLevel(old)


@pytest.mark.parametrize(
    "line",
    [
        f"calling with {KEY}",
        f"Authorization: Bearer {KEY}",
        "headers {'authorization': 'Bearer abcdefghijk', 'x-api-key': 'abcdefghijk'}",
        "cookie=abcdefghijk; x",
        "API-Key: abcdefghijk",
    ],
)
def test_keys_and_headers_are_taken_out(stream: Stderr, line: str) -> None:
    logs.install("DEBUG")
    logging.getLogger("pointsman.x").info(line)
    logging.getLogger("pointsman.x").info("%s", line)
    out = stream.getvalue()
    assert out.count("\n") == 2
    assert KEY not in out
    assert "abcdefghijk" not in out


def test_libraries_keep_their_words_and_lose_their_arguments(stream: Stderr) -> None:
    logs.install("DEBUG")
    pygls = logging.getLogger("pygls.protocol")
    pygls.info("Sending data: %s", CODE)
    pygls.warning("Ignoring notification for unknown method %r", CODE)
    try:
        raise ValueError(CODE)
    except ValueError:
        pygls.exception("Failed to handle request")
        logging.getLogger("pointsman.lsp").exception("a handler failed")
    out = stream.getvalue()
    assert "Sending data" not in out
    assert "Ignoring notification for unknown method" in out
    assert "Failed to handle request [ValueError < test_logs.py:" in out
    assert "secret_business_rule" not in out


def test_a_handler_that_was_there_is_no_second_way_out(stream: Stderr) -> None:
    raw = io.StringIO()
    logging.getLogger().addHandler(logging.StreamHandler(raw))
    logs.install()
    logging.getLogger("pointsman").warning("key %s", KEY)
    assert raw.getvalue() == ""
    assert stream.getvalue()


def test_the_file_is_private_and_holds_what_stderr_would(stream: Stderr, tmp_path: Path) -> None:
    file = tmp_path / "logs" / "pointsman.log"
    logs.install("INFO", file)
    logging.getLogger("pointsman").info("hello %s", KEY)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "hello" in file.read_text()
    assert KEY not in file.read_text()
    assert stream.getvalue() == ""


def test_a_file_that_cannot_be_written_falls_back_to_stderr(stream: Stderr, tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file")
    logs.install("INFO", tmp_path / "logs" / "pointsman.log")
    logging.getLogger("pointsman").warning("still here")
    assert "no log in the file" in stream.getvalue()
    assert "still here" in stream.getvalue()


def test_a_level_that_is_no_level_is_warning(stream: Stderr) -> None:
    logs.install("LOUD")
    logging.getLogger("pointsman").info("quiet")
    assert stream.getvalue() == ""


@given(st.text(max_size=3_000), st.text(max_size=30))
def test_each_record_is_one_printable_line(message: str, name: str) -> None:
    record = logging.LogRecord(f"pointsman.{name}", logging.INFO, "", 0, message, None, None)
    line = logs.RedactingFormatter().format(record)
    assert line.isprintable()
    assert len(line) < 3_000


def test_a_record_whose_arguments_do_not_fit_is_still_a_line() -> None:
    record = logging.LogRecord("pointsman", logging.INFO, "", 0, "%d apples", ("many",), None)
    assert "apples" in logs.RedactingFormatter().format(record)
