"""No code, no key, no parameter and no traceback in what the server logs or in what an error tells."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.protocol.client import SCRIPTED, Client

CANARY = "CANARY-sk-secret"
URI = "file:///w/a.py"
WHERE: dict[str, Any] = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}}

# What a host program with every logger turned up would show.
LOUD = (
    SCRIPTED[0], "-c",
    "import logging, runpy; logging.basicConfig(level=logging.DEBUG);"
    "runpy.run_module('tests.protocol.scripted_server', run_name='__main__')",
)  # fmt: skip


@pytest.mark.parametrize("argv", [SCRIPTED, LOUD], ids=["as shipped", "every logger at debug"])
def test_nothing_of_the_content_is_logged(argv: tuple[str, ...]) -> None:
    with Client(argv) as client:
        client.initialize(initializationOptions={"settings": {"key": CANARY}}, clientInfo={"name": CANARY})
        client.open(URI, f"#! hover fail {CANARY}\n#! diagnostics fail {CANARY}\n#! actions crash x\n#! changed_fails {CANARY}")
        client.request("pointsman/setSecrets", {"anthropic": CANARY, "fail": CANARY})
        client.request("pointsman/setSecrets", {"anthropic": [CANARY]})
        client.request("textDocument/hover", WHERE)
        client.request("textDocument/hover", {"textDocument": CANARY})
        client.request(CANARY + "/method", {"text": CANARY})
        client.notify(CANARY + "/notification", {"text": CANARY})
        client.notify("textDocument/didOpen", {"text": CANARY})
        client.notify("workspace/didChangeConfiguration", {"settings": {"pointsman": {"key": CANARY}}})
        client.change(URI, 2, {"text": f"#! changed_fails {CANARY} #! hover print x\n#! actions crash x"})
        client.request("textDocument/hover", WHERE)
        span = {"start": WHERE["position"], "end": WHERE["position"]}
        client.request("textDocument/codeAction", {**WHERE, "range": span, "context": {"diagnostics": []}})
        body = f'{{"jsonrpc": "2.0", "text": "{CANARY}" oops'.encode()
        client.raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        client.execute(CANARY, {"text": CANARY})
        client.execute("pointsman.server.review", {"uri": CANARY})
        client.send(id=CANARY, result={"text": CANARY})
        client.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        client.shutdown()
        assert "failed" in client.stderr()
        assert "CANARY" not in client.stderr()
        errors = [{**message, "id": None} for message in client.messages if "error" in message]
        told = json.dumps(errors)
        assert errors and told.count("CANARY") == told.count("CANARY-sk-secret/method")
        assert "Traceback" not in told and all(set(error["error"]) == {"code", "message"} for error in errors)


def test_what_is_printed_by_accident_does_not_break_the_protocol(client: Client) -> None:
    client.open(URI, "#! hover print x")
    assert "result" in client.request("textDocument/hover", WHERE)
    assert "printed by accident" in client.stderr()
    assert "result" in client.request("textDocument/hover", WHERE)


def test_importing_the_server_imports_no_sdk_and_no_feature() -> None:
    code = (
        "import sys, pointsman.lsp.server;"
        "heavy = {'anthropic', 'openai', 'httpx2', 'tree_sitter', 'aiosqlite', 'sqlite3', 'pydantic', 'rich', 'numpy'};"
        "sys.exit(len(heavy & set(sys.modules)))"
    )
    with Client((SCRIPTED[0], "-c", code)) as client:
        assert client.process.wait(20) == 0
