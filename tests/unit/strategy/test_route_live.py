"""`pointsman route --live`: as things stand on this machine, without asking any model."""

from __future__ import annotations

import json
import os
import subprocess
import sys


def live(tmp_path, *words, **environ):
    places = {"POINTSMAN_CONFIG_DIR": str(tmp_path / "config"), "POINTSMAN_DATA_DIR": str(tmp_path / "data")}
    done = subprocess.run(
        [sys.executable, "-m", "pointsman", "route", "--live", "--json", *words],
        capture_output=True, text=True, check=True, cwd=tmp_path,
        env={**places, "HOME": str(tmp_path), "PATH": os.environ["PATH"], **environ},
    )  # fmt: skip
    return json.loads(done.stdout)


def test_a_bare_machine_has_no_model_and_says_what_is_missing(tmp_path):
    found = live(tmp_path, "--task", "complex_debugging")
    assert (found["chain"], found["service_level"], found["emergency"]) == ([], "emergency_mode", "cached_responses")
    assert any("ANTHROPIC_API_KEY" in line for line in found["reasons"])


def test_with_one_key_that_vendor_s_model_is_asked(tmp_path):
    found = live(tmp_path, "--task", "simple_bug_fixes", OPENAI_API_KEY="sk-test-0123456789")
    assert found["chain"] == ["gpt_4_turbo"]
    assert "codellama_70b is bound to no model" in found["reasons"][0]


def test_local_only_asks_nobody_else(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("[settings]\nlocal_only = true\n", "utf-8")
    found = live(tmp_path, "--cost", "premium", OPENAI_API_KEY="sk-test-0123456789", ANTHROPIC_API_KEY="sk-test-0123456789")
    assert found["chain"] == []
    assert any("must stay here" in line for line in found["reasons"])
