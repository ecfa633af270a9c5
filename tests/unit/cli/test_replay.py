"""`pointsman replay` as a person and as a script call it."""

from __future__ import annotations

import json

import pytest

from pointsman.cli import main

HEADER = "task_id,model,success,cost_usd,api_calls"


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("POINTSMAN_CONFIG_DIR", str(tmp_path))
    rows = [HEADER]
    for task in range(60):
        for model, solves, cost in (("big one", task % 4, 1.0), ("mid", task % 3, 0.4), ("tiny", task % 5 > 1, 0.05)):
            rows.append(f"repo{task % 2}__{task},{model},{int(bool(solves))},{cost},3")
    path = tmp_path / "outcomes.csv"
    path.write_text("\ufeff" + "\n".join(rows), "utf-8")
    return path


def replay(capsys, *arguments: str) -> tuple[int, str, str]:
    status = main(["replay", *arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_the_document_has_every_policy_and_figure(capsys, data):
    named = ("--tier", "premium=big one", "--tier", "standard=mid", "--tier", "budget=tiny")
    status, out, _ = replay(capsys, str(data), "--json", "--verifier", "0.9/0.2", "--seed", "7", "--repeats", "3", *named)
    report = json.loads(out)
    assert status == 0
    assert list(report["policies"]) == ["pointsman", "best_single", "cheapest", "premium", "random", "oracle"]
    for figures in report["policies"].values():
        assert list(figures) == ["success", "success_ci", "cost_usd", "cost_ci", "latency_s"]
        low, high = figures["success_ci"]
        assert 0 <= low <= figures["success"] <= high <= 1
        assert figures["cost_ci"][0] - 1e-9 <= figures["cost_usd"] <= figures["cost_ci"][1] + 1e-9
        assert figures["latency_s"] is None
    assert report["tiers"] == {"premium": "big one", "standard": "mid", "budget": "tiny"}
    assert report["tasks"] == 60 and set(report["by_group"]) == {"repo0", "repo1"}
    assert report["all_models"]["oracle"]["success"] >= report["policies"]["best_single"]["success"]
    again = replay(capsys, str(data), "--json", "--verifier", "0.9/0.2", "--seed", "7", "--repeats", "3", *named)[1]
    assert again == out


def test_the_table_says_who_played_which_tier_and_what_it_means(capsys, data):
    status, out, _ = replay(capsys, str(data), "--repeats", "2")
    assert status == 0
    assert "big one" in out and "chosen by success and mean cost" in out
    assert "pointsman" in out and "best single" in out and "oracle" in out
    assert "Against always premium" in out and "no verifier" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--tier", "premium=huge"], "is not in"),
        (["--tier", "gold=mid"], "write premium=MODEL"),
        (["--tier", "premium=mid", "--tier", "premium=tiny"], "given twice"),
        (["--tier", "premium=mid", "--tier", "budget=mid"], "plays two tiers"),
        (["--verifier", "0.9"], "write TPR/FPR"),
        (["--verifier", "1.9/0.2"], "write TPR/FPR"),
        (["--verifier", "nan/0.2"], "write TPR/FPR"),
        (["--task", "juggling"], "use one of"),
        (["--repeats", "0"], "use 1 or more"),
    ],
)
def test_an_option_that_cannot_be_used_says_what_to_write(capsys, data, arguments, words):
    status, out, err = replay(capsys, str(data), *arguments)
    assert status == 2 and out == "" and words in err and err.startswith("pointsman: ")


def test_files_that_cannot_be_read(capsys, tmp_path):
    (tmp_path / "odd.csv").write_bytes(b"\xff\xfe\x00")
    for name, words in (("none.csv", "No such file"), ("odd.csv", "is not UTF-8"), (".", "directory")):
        status, _, err = replay(capsys, str(tmp_path / name))
        assert status == 2 and words in err and "Traceback" not in err


def test_a_line_that_is_wrong_is_named(capsys, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text(f"{HEADER}\na,m,1,0.1,2\na,n,yes,0.1,2\n")
    status, _, err = replay(capsys, str(path))
    assert status == 2 and "bad.csv: line 3: column success" in err
