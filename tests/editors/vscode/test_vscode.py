"""The main job in a real VS Code: code-server in headless Chromium, our packed extension, the real server.

Each scenario starts the editor once and runs its checks in order (`scenarios.mjs`); pytest reports each as a test of its own.
Screenshots, and what was on the screen when a check failed, lie in `tests/.artifacts/vscode/`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.fixtures.model_script import Reply, Request
from tests.fixtures.model_server import ModelServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]

HERE = Path(__file__).parent
TESTS = HERE.parents[1]
ARTIFACTS = TESTS / ".artifacts" / "vscode"
NEEDED = ("NODE", "CODE_SERVER", "PLAYWRIGHT", "CHROMIUM", "VSIX")
KEY = "sk-canary-0123456789abcdef"
"""What a person types as the API key. It must reach the model's server and nothing else."""

OFFLINE = (
    "diagnostics", "code_lens", "hover", "complexity_breakdown", "quick_fix", "ghost_text", "status_says_offline",
    "explanation_is_labelled", "review_says_degraded", "quiet",
)  # fmt: skip
MODEL = (
    "diagnostics", "code_lens", "key_from_the_secret_store", "ghost_text", "status_names_model_and_cost",
    "action_resolves_lazily", "explanation", "review_can_be_cancelled", "review", "last_route", "findings_are_cleared",
    "quiet",
)  # fmt: skip
RECOVERY = (
    "missing_server_is_said_once", "a_path_in_the_settings_starts_it", "a_crash_restarts_it", "it_ends_with_the_window",
)  # fmt: skip
CHECKS = {"offline": OFFLINE, "model": MODEL, "recovery": RECOVERY}

BODY = """row = session.execute(text("SELECT stock FROM products WHERE id = :id"), {"id": product_id}).first()
    if row is None:
        raise HTTPException(status_code=404, detail="product not found")
    return row.stock"""
DOCUMENTED = '''def delete_order(order_id: int, session: Session = Depends(get_session)) -> None:
    """Delete one order for good.

    Args:
        order_id: The order to delete.
        session: The database session of the request.

    Raises:
        HTTPException: With status 404 if there is no such order.
    """
    result = session.execute(text("DELETE FROM orders WHERE id = :id"), {"id": order_id})
    if result.rowcount == 0:
        raise HTTPException(status_code=404, detail="order not found")
    session.commit()'''
EXPLAINED = """`price_order` works out what the customer pays.

1. Each line adds its `price`, with a discount by `order.customer.level` from ten pieces on.
2. A coupon then lowers the `total`, and shipping depends on the country.

**What could go wrong:** a coupon such as `SALE2026` is compared with `today` as text, so the two must be written alike."""
FINDINGS = [
    {
        "line": 46,
        "end_line": 46,
        "severity": "error",
        "message": "The status goes into the SQL text unescaped, so a caller can inject SQL. Bind it as a parameter.",
    },
    {
        "line": 83,
        "end_line": 83,
        "severity": "warning",
        "message": "A warehouse that does not answer blocks this worker for ever. Set a timeout and report the failure.",
    },
]
CONFIG = """
[models.{slot}]
provider = "openai"
model = "scripted"
base_url = "{url}"
api = "chat"
key = "openai"
price = {{ input = 2.0, output = 10.0, cached = 0.1 }}
"""


@dataclass(frozen=True)
class Check:
    ok: bool
    detail: str


def answers(request: Request) -> Reply:
    """What the scripted model says to each kind of prompt; it takes its time over customers.py."""
    text = request.text
    if "Review the" in text:
        slow = "customers.py" in text
        return Reply(json.dumps(FINDINGS), pause_s=0.2 if slow else 0.02)
    if "documentation to the marked code" in text:
        return Reply(f"```python\n{DOCUMENTED}\n```")
    if "Explain the marked code" in text:
        return Reply(EXPLAINED)
    return Reply(BODY)


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Check]:
    root = tmp_path_factory.mktemp("offline")
    workspace = _workspace(root)
    # A hostile repository: its own settings name a program and lift what the user forbade.
    evil = root / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {root / 'evil-ran'}\n")
    evil.chmod(0o755)
    (workspace / ".vscode").mkdir()
    hostile = {"pointsman.server.path": str(evil), "pointsman.python": str(evil)}
    (workspace / ".vscode" / "settings.json").write_text(json.dumps(hostile))
    checks = _drive("offline", root, workspace, "")
    checks["hostile_workspace"] = Check(not (root / "evil-ran").exists(), "the program of the workspace's settings ran")
    return checks


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Check]]:
    root = tmp_path_factory.mktemp("model")
    with ModelServer(answers=answers) as server:
        slots = ("claude_4_sonnet", "gpt_4_turbo", "codellama_70b")
        config = "".join(CONFIG.format(slot=slot, url=server.url) for slot in slots)
        checks = _drive("model", root, _workspace(root), config)
        sent = [request.headers.get("authorization", "") for request in server.requests if request.method == "POST"]
        keyed = bool(sent) and all(value == f"Bearer {KEY}" for value in sent)
        checks["key_sent"] = Check(keyed, f"{len(sent)} requests, not all with the key of the secret store")
        checks["stream_closed"] = Check(server.hang_ups > 0, "the cancelled review was read to its end")
    yield checks


@pytest.fixture(scope="module")
def recovery(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Check]:
    root = tmp_path_factory.mktemp("recovery")
    return _drive("recovery", root, _workspace(root), "")


@pytest.mark.parametrize("name", OFFLINE)
def test_without_key_and_network(offline: dict[str, Check], name: str) -> None:
    assert offline[name].ok, offline[name].detail


def test_a_workspace_cannot_choose_the_program_that_runs(offline: dict[str, Check]) -> None:
    assert offline["hostile_workspace"].ok, offline["hostile_workspace"].detail


@pytest.mark.parametrize("name", MODEL)
def test_with_a_model(model: dict[str, Check], name: str) -> None:
    assert model[name].ok, model[name].detail


def test_the_key_of_the_secret_store_reaches_the_model(model: dict[str, Check]) -> None:
    assert model["key_sent"].ok, model["key_sent"].detail


def test_a_cancelled_review_hangs_up_on_the_model(model: dict[str, Check]) -> None:
    assert model["stream_closed"].ok, model["stream_closed"].detail


@pytest.mark.parametrize("name", RECOVERY)
def test_when_the_server_is_missing_or_dies(recovery: dict[str, Check], name: str) -> None:
    assert recovery[name].ok, recovery[name].detail


def _workspace(root: Path) -> Path:
    return Path(shutil.copytree(TESTS / "fixtures" / "shop", root / "shop"))


def _drive(scenario: str, root: Path, workspace: Path, config: str) -> dict[str, Check]:
    """Run one scenario and return its checks by name; a drive that ends early leaves the rest failed, with the reason."""
    found = {name: os.environ.get(f"POINTSMAN_TEST_{name}") for name in NEEDED}
    if not all(found.values()):
        pytest.fail("no VS Code to test with: run `python3 tests/run.py`, which sets it up", pytrace=False)
    for name in ("home", "config", "data", "profile"):
        (root / name).mkdir()
    (root / "config" / "config.toml").write_text(config)
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    environ = {name: value for name, value in os.environ.items() if not name.endswith(("_API_KEY", "_BASE_URL"))} | {
        "HOME": str(root / "home"),
        # Without the virtual environment's programs: no server is found by chance.
        "PATH": os.pathsep.join(part for part in os.get_exec_path() if not (Path(part) / "pointsman").exists()),
        "POINTSMAN_CONFIG_DIR": str(root / "config"),
        "POINTSMAN_DATA_DIR": str(root / "data"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "POINTSMAN_TEST_SERVER": os.environ.get("POINTSMAN_TEST_SERVER") or str(Path(sys.executable).with_name("pointsman")),
        "WORKSPACE": str(workspace),
        "ROOT": str(root / "profile"),
        "ARTIFACTS": str(ARTIFACTS),
        "KEY": KEY,
    }
    command = [str(found["NODE"]), str(HERE / "drive.mjs"), scenario]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        output, errors = process.communicate(timeout=400)
    except subprocess.TimeoutExpired:
        process.terminate()  # it then stops its editor
        output, errors = process.communicate(timeout=20)
        errors += "\nthe drive took more than 400 s"
    checks = {row["check"]: Check(row["ok"], row["detail"]) for row in map(json.loads, output.splitlines())}
    known = CHECKS[scenario]
    assert set(checks) <= set(known), "a check of scenarios.mjs is not listed here"
    return {name: Check(False, f"the drive ended before this check: {errors[-2000:]}") for name in known} | checks
