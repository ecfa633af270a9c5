"""A GGUF bound in config.toml answers a completion: command line, strategy, gateway, worker process, real llama.cpp."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.fixtures import gguf

SOURCE = "invoice_total = 1\nprint(invoice_total)\nprint(invoice_total)\nx = 2\nprint(invoice_\n"


def complete(tmp_path: Path, config: str) -> dict[str, object]:
    (tmp_path / "config").mkdir(exist_ok=True)
    (tmp_path / "config" / "config.toml").write_text(config)
    source = tmp_path / "shop.py"
    source.write_text(SOURCE)
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")} | {
        "POINTSMAN_CONFIG_DIR": str(tmp_path / "config"),
        "POINTSMAN_DATA_DIR": str(tmp_path / "data"),
    }
    run = [sys.executable, "-m", "pointsman", "complete", f"{source}:5:15", "--json"]
    done = subprocess.run(run, env=environment, capture_output=True, text=True, timeout=100, check=True)
    return dict(json.loads(done.stdout))


@pytest.mark.slow
def test_the_local_model_answers_and_costs_nothing(tmp_path: Path) -> None:
    import llama_cpp  # noqa: F401  run python3 tests/run.py, which builds it

    model = gguf.write(tmp_path / "model.gguf")
    found = complete(tmp_path, f'[models.codellama_70b]\nprovider = "llama_cpp"\nmodel = "{model}"\n')
    assert (found["source"], found["model"]) == ("model", "codellama_70b"), found
    assert str(found["text"]).startswith("total")
    assert found["micro_dollars"] == 0
    assert found["degraded"] is False


def test_a_model_file_that_is_not_there_is_said_and_the_workspace_answers(tmp_path: Path) -> None:
    found = complete(tmp_path, '[models.codellama_70b]\nprovider = "llama_cpp"\nmodel = "/nowhere/model.gguf"\n')
    assert found["source"] == "workspace"
    assert str(found["text"]).startswith("total")
    assert found["degraded"] is True
