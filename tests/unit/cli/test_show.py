"""What people see in a terminal of 80 columns, and what programs read through a pipe."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from pointsman.cli import COMMANDS, main, show
from pointsman.cli.complete import _show as show_completion

HARD = "def calculate_everything(x):\n" + "    if x:\n        return x\n" * 20
LONG = "Words of a sentence that is longer than a terminal is wide, as sentences about code tend to be in the end. "


class Screen:
    def __init__(self) -> None:
        self.file = io.StringIO()
        self.console = Console(file=self.file, force_terminal=True, width=80, highlight=False, soft_wrap=True)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", self.file.getvalue()).splitlines()]


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    found = Screen()
    monkeypatch.setattr(show, "console", found.console)
    return found


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("CONFIG", "DATA"):
        monkeypatch.setenv(f"POINTSMAN_{name}_DIR", str(tmp_path / name))


def test_without_a_command_the_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    told = capsys.readouterr()
    assert not told.out
    assert all(f"    {name} " in told.err for name in COMMANDS)


def test_a_path_loses_its_beginning_between_folders() -> None:
    assert show.shortened("src/app/views.py:12", 40) == "src/app/views.py:12"
    assert show.shortened("src/app/views.py:12", 15) == "…/views.py:12"
    assert show.shortened("src/a_rather_long_name.py:12", 15) == "…ong_name.py:12"


def test_the_table_of_analyze_fits_and_names_functions_in_full(tmp_path: Path, screen: Screen) -> None:
    file = tmp_path / ("deep/" * 20) / "hard.py"
    file.parent.mkdir(parents=True)
    file.write_text(HARD)
    assert main(["analyze", str(file)]) == 0
    assert max(map(len, screen.lines)) <= 80
    row = next(line for line in screen.lines if line.startswith("calculate_everything "))
    assert row.endswith("/hard.py:1")
    file.write_text(HARD.replace("calculate", "calculate" * 20))
    assert main(["analyze", str(file)]) == 0
    assert max(map(len, screen.lines)) <= 80


def test_a_pipe_gets_whole_paths(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / ("deep/" * 20) / "hard.py"
    file.parent.mkdir(parents=True)
    file.write_text(HARD)
    assert main(["analyze", str(file)]) == 0
    assert f"{file}:1" in capsys.readouterr().out


def test_findings_stand_below_their_file_for_a_person(tmp_path: Path, screen: Screen) -> None:
    file = tmp_path / "a.py"
    file.write_text("def f(a=[]):\n    return a\n")
    assert main(["review", str(file), "--rules-only"]) == 0
    assert screen.lines[0] == str(file)
    assert re.match(r" +1:\d+  warning  The default", screen.lines[1])
    assert screen.lines[-1] == "1 finding in 1 file, $0 spent"


def test_findings_are_a_line_each_for_a_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.py"
    file.write_text("def f(a=[]):\n    return a\n")
    assert main(["review", str(file), "--rules-only"]) == 0
    assert re.match(rf"{re.escape(str(file))}:1:\d+ warning The default .*mutable-default", capsys.readouterr().out)


def test_words_are_wrapped_for_a_person_only(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    show.show_words(Text(LONG), indent=2)
    assert len(screen.lines) == 2
    assert all(line.startswith("  ") and len(line) <= 80 for line in screen.lines)
    piped = io.StringIO()
    monkeypatch.setattr(show, "console", Console(file=piped, width=80, soft_wrap=True))
    show.show_words(Text(LONG), indent=2)
    assert piped.getvalue().rstrip() == f"  {LONG.rstrip()}"


def test_a_model_s_completion_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show_completion({"text": "a\n\tb\x1b[2J", "model": "m\x1b", "source": "model", "reasons": ["why"]})
    said = capsys.readouterr().out
    assert said == "a\n\tb\\x1b[2J\n  m\\x1b: why\n"


def test_no_completion_is_said_once_with_the_way_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.rs"
    file.write_text("fn main() {\n    \n}\n")
    assert main(["complete", f"{file}:2:5"]) == 0
    said = capsys.readouterr().out
    assert said.count("no model is configured") == 1
    assert "pointsman doctor" in said


def test_a_specialist_is_not_ready_where_its_model_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor"])
    line = next(line for line in capsys.readouterr().out.splitlines() if "frontend_specialist" in line)
    assert line.startswith("○")


def test_a_word_that_is_nearly_right_is_answered_with_the_right_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["route", "--task", "api_desgn"]) == 2
    assert capsys.readouterr().err.strip().endswith("did you mean api_design?")


def test_a_folder_is_reviewed_without_dependencies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("src/a.py", "node_modules/b.js", "coverage/c.js", "src/notes.bin"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    assert main(["review", str(tmp_path), "--rules-only", "--format", "json"]) == 0
    assert [one["path"] for one in json.loads(capsys.readouterr().out)] == [str(tmp_path / "src/a.py")]


def test_a_review_knows_the_project_around_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"react-native": "0.76.0"}}')
    file = tmp_path / "src" / "greeting.js"
    file.parent.mkdir()
    file.write_text("export function greet(name) {\n  return 'Hello ' + name;\n}\n")
    assert main(["review", str(file)]) == 0
    assert "by the mobile agent, without a model: read by rules; no model is configured" in capsys.readouterr().out


def test_no_model_is_blamed_for_a_place_where_nothing_can_stand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.py"
    file.write_text("value = 1\n")
    assert main(["complete", f"{file}:1:3"]) == 0
    assert capsys.readouterr().out == "Nothing to insert: the cursor is inside a word, or nothing is before it.\n"
