"""T8, T20: no key and no code in what stays behind: the log, the errors, the database, the answers of the server to others."""

from __future__ import annotations

import json
import os
import stat
import subprocess

import pytest
from tests.fixtures.model_server import ModelServer, Reply
from tests.protocol.client import Client
from tests.security.scene import KEY, SERVER, Scene, actions, inline, lines, use_everything

CODE = 'def area_CANARYCODE(width):\n    text = "CANARYCODE"\n    if width:\n        return text\n    return None\n\n\n'
SECOND_KEY = "sk-ant-api03-CANARYKEYFROMTHEEDITOR0123456789"
TELLING = ("401", "500", "too_long", "html_error", "error_event", "malformed_json", "bad_utf8", "redirect")
"""Faults whose answer echoes the key or the code, or whose error would quote it; `tests/providers` has all others."""
FEW = ("401", "malformed_json", "redirect")
LOUD = {"OPENAI_LOG": "debug", "ANTHROPIC_LOG": "debug", "PYTHONASYNCIODEBUG": "1", "PYTHONWARNINGS": "default"}


def _logged(client: Client) -> str:
    """The log, and every error that was answered."""
    return client.stderr() + json.dumps([message for message in client.messages if "error" in message])


def _bytes_kept(scene: Scene) -> bytes:
    return b"".join(each.read_bytes() for each in sorted(scene.data.rglob("*")) if each.is_file())


@pytest.mark.parametrize("fault", [fault if fault in FEW else pytest.param(fault, marks=pytest.mark.slow) for fault in TELLING])
def test_t8_no_failure_of_a_model_tells_the_key_or_the_code(scene: Scene, model: ModelServer, fault: str) -> None:
    model.always(Reply("CANARYANSWER", fault=fault, to="http://127.0.0.1:9"))
    scene.bind(model)
    with scene.serve(LOUD) as client:
        client.request("pointsman/setSecrets", {"anthropic": SECOND_KEY, "no such vendor": SECOND_KEY})
        client.open(scene.uri("a.py"), CODE)
        inline(client, scene.uri("a.py"), 6, 0)
        client.execute("pointsman.server.lastRoute")
        client.shutdown()
        logged, everything = _logged(client), json.dumps(client.messages) + client.stderr()
    assert model.requests
    assert "CANARYKEY" not in everything and "Traceback" not in everything
    assert "CANARYCODE" not in logged and "CANARYANSWER" not in logged
    assert b"CANARYKEY" not in _bytes_kept(scene) and b"CANARYCODE" not in _bytes_kept(scene)


def test_t8_no_wrong_request_tells_what_was_in_it(scene: Scene, model: ModelServer) -> None:
    scene.bind(model)
    with scene.serve(LOUD) as client:
        client.open(scene.uri("a.py"), CODE)
        for wrong in ({}, {"textDocument": {"uri": CODE}}, {"settings": CODE}, [CODE], CODE, {"x": KEY}):
            for method in ("textDocument/hover", "codeAction/resolve", "workspace/executeCommand", "pointsman/setSecrets"):
                client.request(method, wrong)
        client.execute("pointsman.server.explain", {"uri": scene.uri("a.py"), "range": CODE})
        client.execute("pointsman.server.feedback", {"id": CODE, "event": CODE})
        client.execute("pointsman.server.feedback", {"id": KEY, "event": SECOND_KEY})
        client.request("pointsman/setSecrets", {"openai": f"{SECOND_KEY}\n\u202e"})
        inline(client, scene.uri("a.py"), 6, 0)
        client.shutdown()
        assert "CANARY" not in _logged(client)
        assert "CANARYKEY" not in json.dumps(client.messages)
    assert b"CANARY" not in _bytes_kept(scene)


def test_t8_a_feature_that_breaks_tells_only_where(scene: Scene, model: ModelServer) -> None:
    scene.bind(model)
    scene.data.write_text("a file where the data folder should be")
    with scene.serve() as client:
        client.open(scene.uri("a.py"), CODE)
        use_everything(client, scene.uri("a.py"), 6)
        client.shutdown()
        assert "CANARY" not in _logged(client) and "Traceback" not in _logged(client)
        assert "CANARYKEY" not in json.dumps(client.messages)


def test_t20_the_database_holds_no_prompt_and_no_key(scene: Scene, model: ModelServer) -> None:
    scene.bind(model)
    with scene.serve() as client:
        client.open(scene.uri("CANARYNAME.py"), CODE)
        use_everything(client, scene.uri("CANARYNAME.py"), 6)
        model.always(Reply("return 'CANARYANSWER'"))
        inline(client, scene.uri("CANARYNAME.py"), 6, 0)
        client.shutdown()
    assert any("CANARYCODE" in request.text for request in model.requests)
    kept = _bytes_kept(scene)
    assert kept.startswith(b"SQLite format 3") or b"SQLite format 3" in kept
    for canary in (b"CANARYCODE", b"CANARYKEY", b"CANARYNAME", str(scene.workspace).encode()):
        assert canary not in kept, canary
    for each in (scene.data, *scene.data.rglob("*")):
        mode = stat.S_IMODE(each.stat().st_mode)
        assert mode & 0o077 == 0, (each.name, oct(mode))


def test_t20_forget_leaves_nothing(scene: Scene, model: ModelServer) -> None:
    model.always(Reply("```python\ndef area_CANARYCODE(width):\n    return 'CANARYANSWER' if width else None\n```"))
    scene.bind(model)
    with scene.serve() as client:
        client.open(scene.uri("a.py"), CODE)
        for action in actions(client, scene.uri("a.py"), lines(0, 5)):
            if "data" in action:
                client.request("codeAction/resolve", action, timeout=30)
        client.shutdown()
    assert b"CANARYANSWER" in _bytes_kept(scene), "an answer is kept for a while"
    subprocess.run((*SERVER[:-1], "forget"), check=True, env={**os.environ, **scene.env()}, capture_output=True)
    assert _bytes_kept(scene) == b""
