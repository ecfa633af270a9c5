"""`pointsman forget` deletes all that is kept, and asks a person first."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pointsman.cli import main


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POINTSMAN_DATA_DIR", str(tmp_path))
    for name in ("pointsman.db", "pointsman.db-wal"):
        (tmp_path / name).write_bytes(b"kept")
    (tmp_path / "other").write_text("not ours")
    return tmp_path / "pointsman.db"


@pytest.mark.parametrize(("said", "status", "gone"), [("", 1, False), ("n", 1, False), ("y", 0, True), ("Yes", 0, True)])
def test_a_person_is_asked(database: Path, monkeypatch: pytest.MonkeyPatch, said: str, status: int, gone: bool) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: said)
    assert main(["forget"]) == status
    assert database.exists() is not gone


@pytest.mark.parametrize("words", [("forget",), ("forget", "--yes")])
def test_a_program_is_not(database: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    assert main(words) == 0
    assert [path.name for path in database.parent.iterdir()] == ["other"]
    assert main(words) == 0
    assert "nothing at" in capsys.readouterr().out
