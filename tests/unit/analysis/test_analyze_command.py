from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from pointsman.cli import analyze_files, main
from pointsman.cli.analyze import answer_lines


def _answers(*lines: object) -> list[dict[str, object]]:
    out = io.StringIO()
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    answer_lines(raw, out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_json_is_one_array(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.py").write_text("def f(a, b):\n    if a and b:\n        return 1\n")
    assert main(["analyze", str(tmp_path / "a.py"), "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    assert list(report) == ["path", "language", "domain", "complexity", "problems"]
    assert report["language"] == "python"
    assert abs(sum(report["domain"]["scores"].values()) - 1) < 0.01
    assert report["complexity"]["functions"] == [
        {"name": "f", "line": 1, "end_line": 3, "cyclomatic": 3, "cognitive": 2, "max_nesting": 1, "parameters": 2}
    ]


def test_folders_are_walked_without_dependencies_and_links(tmp_path: Path) -> None:
    for name in ("src/a.py", "node_modules/b.js", ".git/c.py", ".github/workflows/d.yml", "build/e.py", "src/notes.bin"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x\n")
    os.symlink(tmp_path / "src" / "a.py", tmp_path / "src" / "link.py")
    found = [str(file.relative_to(tmp_path)) for file in analyze_files.walk([tmp_path])]
    assert found == [".github/workflows/d.yml", "src/a.py"]


@pytest.mark.parametrize("content", [b"\0\1\2", b"\xff\xfea\0=\0"], ids=["binary", "utf-16"])
def test_odd_files_are_reported_not_raised(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.py").write_bytes(content)
    report = analyze_files.report(tmp_path / "a.py")
    assert report.problems or report.language == "python"
    assert analyze_files.report(tmp_path / "missing.py").problems
    assert analyze_files.report(tmp_path).problems == ("not a regular file",)


def test_many_files_keep_their_order(tmp_path: Path) -> None:
    for number in range(80):
        (tmp_path / f"m{number:03}.py").write_text(f"def f{number}(): pass\n")
    reports = list(analyze_files.reports(list(analyze_files.walk([tmp_path])), jobs=2))
    assert [report.complexity.functions[0].name for report in reports] == [f"f{number}" for number in range(80)]


def test_manifests_nearby_speak(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "app").mkdir()
    (tmp_path / "package.json").write_text('{"dependencies": {"react-native": "1"}}')
    (tmp_path / "app" / "store.ts").write_text("export const a = 1;\n")
    assert "manifest package.json" in " ".join(analyze_files.report(tmp_path / "app" / "store.ts").domain.evidence)


def test_lines_are_answered_each(capsys: pytest.CaptureFixture[str]) -> None:
    good, no_json, no_object, no_source, bad_path, surrogate = _answers(
        {"id": 1, "language": "go", "source": "package a\n\nfunc f() {}\n"},
        b"{",
        [],
        {"id": "x"},
        {"id": 2, "source": "", "path": 3},
        b'{"id": 3, "path": "a.py", "source": "x = \\"\\ud800\\"", "manifests": {"a": 1}}',
    )
    assert good["id"] == 1
    assert good["language"] == "go"
    assert no_json["id"] is None
    assert "not JSON" in str(no_json["error"])
    assert "object" in str(no_object["error"])
    assert no_source == {"id": "x", "error": "source: a string is required"}
    assert "path" in str(bad_path["error"])
    assert surrogate["language"] == "python"


def test_a_table_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.py").write_text("def easy(): pass\ndef hard(x):\n    for y in x:\n        if y: pass\n")
    assert main(["analyze", str(tmp_path), str(tmp_path / "gone")]) == 1
    output = capsys.readouterr()
    assert output.out.index("hard") < output.out.index("easy")
    assert "no such file" in output.err
    assert main(["analyze"]) == 2
