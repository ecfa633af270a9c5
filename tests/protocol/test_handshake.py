"""The handshake: capabilities, encodings, states of the connection."""

from __future__ import annotations

import pytest
from tests.protocol.client import CAPABILITIES, Client
from tests.protocol.conftest import told

URI = "file:///w/a.py"
HOVER = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}}


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["utf-8", "utf-16"], "utf-8"),
        (["utf-16", "utf-8"], "utf-16"),
        (["utf-32", "utf-8"], "utf-32"),
        (["utf-7", "utf-8"], "utf-8"),
        (["utf-7"], "utf-16"),
        (None, "utf-16"),
    ],
)
def test_the_clients_first_encoding_that_is_known_is_used(offered: list[str] | None, chosen: str) -> None:
    with Client.scripted() as client:
        capabilities = client.initialize({"general": {"positionEncodings": offered}} if offered else {})
        assert capabilities["positionEncoding"] == chosen
        # The word "teh" lies behind one character outside the BMP.
        client.open(URI, "😀 teh")
        published = client.wait_for(lambda m: m.get("method") == "textDocument/publishDiagnostics")["params"]
        start = {"utf-8": 5, "utf-16": 3, "utf-32": 2}[chosen]
        assert published["diagnostics"][0]["range"]["start"] == {"line": 0, "character": start}


def test_capabilities() -> None:
    with Client.scripted() as client:
        capabilities = client.initialize()
        assert capabilities["textDocumentSync"] == {"openClose": True, "change": 2, "save": {"includeText": False}}
        assert capabilities["inlineCompletionProvider"] == {}
        assert capabilities["codeActionProvider"]["resolveProvider"] is True
        assert capabilities["hoverProvider"] is True
        assert "." in capabilities["completionProvider"]["triggerCharacters"]
        assert "pointsman.server.review" in capabilities["executeCommandProvider"]["commands"]
        assert "workspace" not in capabilities


def test_capabilities_of_tomorrow_do_not_keep_an_editor_out() -> None:
    odd = {**CAPABILITIES, "textDocument": {"completion": {"completionItemKind": {"valueSet": [999]}}, "hover": 7}, "x": []}
    with Client.scripted() as client:
        assert client.initialize(odd)["positionEncoding"] == "utf-16"


def test_the_features_are_told_how_the_session_starts() -> None:
    with Client.scripted() as client:
        client.initialize(
            initializationOptions={"settings": {"a": 1}, "trusted": True},
            workspaceFolders=[{"uri": "file:///w/a%20b", "name": "w"}],
        )
        assert told(client)[0] == ["start", {"a": 1}, True, ["/w/a b"]]
    with Client.scripted() as client:
        client.initialize(initializationOptions="nonsense", rootUri="file:///r")
        assert told(client)[0] == ["start", {}, False, ["/r"]]


def test_states() -> None:
    with Client.scripted() as client:
        assert client.request("textDocument/hover", HOVER)["error"]["code"] == -32002
        client.notify("textDocument/didOpen", {"nonsense": 1})
        client.initialize()
        again = client.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        assert again["error"]["code"] == -32600
        assert client.request("no/such", {})["error"]["code"] == -32601
        assert client.request("$/no/such", {})["error"]["code"] == -32601
        client.notify("$/no/such", {})
        assert client.request("shutdown")["result"] is None
        assert client.request("textDocument/hover", HOVER)["error"]["code"] == -32600
        client.notify("exit")
        assert client.exit_code() == 0


def test_messages_before_the_features_are_ready_wait_in_their_order() -> None:
    with Client.scripted() as client:
        client.initialize(initializationOptions={"settings": {"startSeconds": 0.5}})
        client.open(URI, "a")
        client.change(URI, 2, {"text": "b"})
        client.notify("pointsman/setTrust", {"trusted": True})
        answer = client.request("textDocument/hover", HOVER)
        assert answer["result"]["contents"]["value"] == "0:0 1"
        assert [entry[0] for entry in told(client)] == ["start", "opened", "changed", "trust"]


def test_features_that_cannot_start_are_said_so_and_every_request_is_answered() -> None:
    with Client.scripted() as client:
        client.initialize(initializationOptions={"settings": {"startFails": True}})
        client.open(URI, "a")
        assert client.request("textDocument/hover", HOVER)["error"]["code"] == -32603
        shown = client.wait_for(lambda m: m.get("method") == "window/showMessage")["params"]
        assert shown == {"type": 1, "message": "Pointsman could not start."}
        assert client.shutdown() == 0
        assert "CANARY" not in client.stderr() + str(client.messages)
