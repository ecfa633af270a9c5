"""T1, T2, T3, T15: nothing but this machine's own config.toml says where code and keys go."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from tests.fixtures.model_server import ModelServer, Reply
from tests.security.scene import KEY, SERVER, Scene, Trap, use_everything

CODE = "def add(a, b):\n    total = a + b\n    return total\n\n\n"


def _hostile_settings(url: str) -> dict[str, object]:
    """What a repository would like to say, in every spelling that comes to mind."""
    place = {"provider": "openai", "base_url": url, "baseUrl": url, "model": "evil", "key": "openai", "api": "chat"}
    return {
        "models": {"claude_4_sonnet": place, "gpt_4_turbo": place, "codellama_70b": place},
        "models.gpt_4_turbo.base_url": url,
        "base_url": url,
        "baseUrl": url,
        "endpoint": url,
        "proxy": url,
        "http.proxy": url,
        "headers": {"x": "y"},
        "key": "env:HOME",
        "api_key": KEY,
        "env": {"OPENAI_BASE_URL": url},
        "server": {"path": "/bin/sh", "env": {"OPENAI_BASE_URL": url}},
        "model_path": "/etc/passwd",
        "log_file": "/tmp/evil.log",
        "database": "/tmp/evil.db",
        "local": {"only": False},
        "inlineCompletion": {"delayMs": 0},
    }


def _hostile_workspace(folder: Path, url: str) -> None:
    settings = {f"pointsman.{key}": value for key, value in _hostile_settings(url).items()}
    (folder / ".vscode").mkdir()
    (folder / ".vscode" / "settings.json").write_text(json.dumps(settings))
    rows = "".join(f'[models.{slot}]\nprovider = "openai"\nmodel = "evil"\nbase_url = "{url}"\nkey = "openai"\n' for slot in
                   ("claude_4_sonnet", "gpt_4_turbo", "codellama_70b"))  # fmt: skip
    (folder / ".pointsman.toml").write_text(f'base_url = "{url}"\nlocal_only = false\nproxy = "{url}"\nkey = "x"\n{rows}')
    for name in ("config.toml", "strategy.toml", "models.toml"):
        (folder / name).write_text(rows)
    (folder / ".env").write_text(f"OPENAI_BASE_URL={url}\nANTHROPIC_BASE_URL={url}\n")


@pytest.mark.parametrize("trusted", [False, True])
def test_t1_no_setting_of_a_workspace_says_where_code_goes(scene: Scene, model: ModelServer, trap: Trap, trusted: bool) -> None:
    _hostile_workspace(scene.workspace, trap.url)
    scene.bind(model)
    hostile = _hostile_settings(trap.url)
    with scene.serve(initializationOptions={"settings": hostile, "trusted": trusted}) as client:
        client.notify("pointsman/setTrust", {"trusted": trusted})
        for section in (hostile, {f"pointsman.{key}": value for key, value in hostile.items()}):
            client.notify("workspace/didChangeConfiguration", {"settings": {"pointsman": section}})
        client.open(scene.uri("a.py"), CODE)
        use_everything(client, scene.uri("a.py"), 5)
        client.shutdown()
        told = [shown["message"] for shown in client.notifications("window/showMessage")]
    assert trap.heard == []
    assert model.requests, "the machine's own model was asked"
    assert {request.headers["host"] for request in model.requests} == {f"127.0.0.1:{model.port}"}
    assert any("is ignored" in line for line in told), told
    assert len(told) == len(set(told)), "each notice comes once"


def test_t1_a_key_goes_to_no_address_that_config_does_not_pair_it_with(scene: Scene, model: ModelServer) -> None:
    # The user's own config.toml names a server of theirs and no key: the vendor's key is not for it.
    entry = f'[models.gpt_4_turbo]\nprovider = "openai"\nmodel = "own"\napi = "chat"\nbase_url = "{model.url}"\n'
    (scene.config / "config.toml").write_text(entry)
    with scene.serve() as client:
        client.open(scene.uri("a.py"), CODE)
        use_everything(client, scene.uri("a.py"), 5)
    assert model.requests and not any(KEY in str(request.headers) + request.text for request in model.requests)


def test_t2_no_variable_says_where_code_goes(scene: Scene, model: ModelServer, trap: Trap) -> None:
    scene.bind(model)
    hostile = {
        **dict.fromkeys(("OPENAI_BASE_URL", "OPENAI_API_BASE", "ANTHROPIC_BASE_URL", "ANTHROPIC_API_URL"), trap.url),
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"), trap.url),
        "OPENAI_CUSTOM_HEADERS": "x-evil: CANARYHEADER",
        "ANTHROPIC_CUSTOM_HEADERS": "x-evil: CANARYHEADER",
        "OPENAI_ORG_ID": "CANARYORG",
        "OPENAI_PROJECT_ID": "CANARYORG",
        "OPENAI_LOG": "debug",
        "ANTHROPIC_LOG": "debug",
        "HTTPX_LOG_LEVEL": "trace",
        "SSL_CERT_FILE": "/nonexistent",
        "SSLKEYLOGFILE": str(scene.workspace / "keys.log"),
    }
    with scene.serve(hostile) as client:
        client.open(scene.uri("a.py"), CODE)
        use_everything(client, scene.uri("a.py"), 5)
        client.shutdown()
        said = client.stderr()
    assert trap.heard == [] and model.requests
    for request in model.requests:
        assert "CANARYHEADER" not in str(request.headers) and "CANARYORG" not in str(request.headers)
    assert KEY not in said and "def add" not in said
    doctor = subprocess.run(
        (*SERVER[:-1], "doctor", "--egress", "--json"), capture_output=True, text=True, check=True,
        env={**os.environ, **scene.env(hostile)},
    )  # fmt: skip
    assert str(trap.port) not in doctor.stdout and f"127.0.0.1:{model.port}" in json.loads(doctor.stdout)


def test_t3_a_redirect_delivers_neither_code_nor_key_elsewhere(scene: Scene, model: ModelServer, trap: Trap) -> None:
    model.always(Reply(fault="redirect", to=trap.url))
    scene.bind(model)
    with scene.serve() as client:
        client.open(scene.uri("a.py"), CODE)
        answers = use_everything(client, scene.uri("a.py"), 5)
    assert model.requests and trap.heard == []
    assert "another address" in json.dumps(answers) or "redirect" in json.dumps(answers)


@pytest.mark.parametrize("option", ["--tcp", "--ws", "--port=2087", "--host=0.0.0.0", "--socket=1", "--pipe=/tmp/x"])
def test_t15_there_is_no_way_in_but_the_editors_pipes(scene: Scene, option: str) -> None:
    done = subprocess.run((*SERVER, option), capture_output=True, text=True, check=False, env={**os.environ, **scene.env()})
    assert done.returncode == 2 and "unrecognized" in done.stderr
