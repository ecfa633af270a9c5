"""Exactly one answer to each request: cancelled, superseded, failed, or whole."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.protocol.client import Client
from tests.protocol.conftest import cancelled

URI = "file:///w/a.py"
WHERE: dict[str, Any] = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}}
INLINE = {**WHERE, "context": {"triggerKind": 2}}


def test_cancel_is_answered_within_50_ms_and_reaches_the_feature(client: Client) -> None:
    client.open(URI, "#! hover sleep 30\n#! review sleep 30")
    command = {"command": "pointsman.server.review", "arguments": [{"uri": URI}]}
    for method, params in (("textDocument/hover", WHERE), ("workspace/executeCommand", command)):
        running = client.ask(method, params)
        client.execute("pointsman.server.lastRoute")
        time.sleep(0.1)
        begin = time.monotonic()
        client.notify("$/cancelRequest", {"id": running})
        assert client.wait(running)["error"]["code"] == -32800
        assert time.monotonic() - begin < 0.05
    assert cancelled(client) == 2


def test_work_that_will_not_stop_is_not_waited_for(client: Client) -> None:
    client.open(URI, "#! hover stubborn 3")
    running = client.ask("textDocument/hover", WHERE)
    time.sleep(0.2)
    begin = time.monotonic()
    client.notify("$/cancelRequest", {"id": running})
    client.wait(running)
    assert time.monotonic() - begin < 0.2
    time.sleep(3.2)
    assert len(client.answers[running]) == 1


@pytest.mark.parametrize("method", ["textDocument/inlineCompletion", "textDocument/completion"])
def test_a_newer_request_supersedes_an_older_one_of_the_same_document(client: Client, method: str) -> None:
    client.open(URI, "#! inline sleep 0.5\n#! completion sleep 0.5")
    client.open("file:///other", "#! inline sleep 0.5\n#! completion sleep 0.5")
    other = client.ask(method, {**INLINE, "textDocument": {"uri": "file:///other"}})
    begin = time.monotonic()
    ids = [client.ask(method, INLINE) for _ in range(20)]
    for moot in ids[:-1]:
        assert client.wait(moot)["result"]["items"] == []
    assert time.monotonic() - begin < 0.4
    assert len(client.wait(ids[-1])["result"]["items"]) == 1
    assert len(client.wait(other)["result"]["items"]) == 1
    assert cancelled(client) <= 19
    assert all(len(client.answers[request]) == 1 for request in [*ids, other])


def test_typing_makes_ghost_text_moot_but_not_the_list(client: Client) -> None:
    client.open(URI, "#! inline sleep 0.3\n#! completion sleep 0.3")
    ghost, listed = client.ask("textDocument/inlineCompletion", INLINE), client.ask("textDocument/completion", WHERE)
    client.change(URI, 2, {"range": _at(0, 0), "text": "x"})
    assert client.wait(ghost)["result"]["items"] == []
    assert client.wait(listed)["result"]["items"][0]["textEdit"]["newText"] == "word1"


def test_a_request_sees_the_text_of_its_own_time(client: Client) -> None:
    client.open(URI, "#! hover sleep 0.2")
    hover = client.ask("textDocument/hover", {**WHERE, "position": {"line": 0, "character": 99}})
    client.change(URI, 2, {"text": ""})
    assert client.wait(hover)["result"]["contents"]["value"] == "0:18 18"


def test_failures_are_answered_without_their_text(client: Client) -> None:
    client.open(URI, "#! hover fail secret\n")
    error = client.request("textDocument/hover", WHERE)["error"]
    assert error == {"code": -32603, "message": "Pointsman failed in textDocument/hover (RuntimeError)"}
    client.open(URI, "#! hover refuse the budget is spent\n")
    error = client.request("textDocument/hover", WHERE)["error"]
    assert error == {"code": -32803, "message": "the budget is spent"}
    assert "RuntimeError at protocol/scripted_server.py" in client.stderr()


def test_a_document_that_is_not_open_is_never_read(client: Client) -> None:
    passwd = {**WHERE, "textDocument": {"uri": "file:///etc/passwd"}}
    assert client.request("textDocument/hover", passwd)["result"] is None
    assert client.request("textDocument/inlineCompletion", {**passwd, "context": {"triggerKind": 1}})["result"]["items"] == []
    assert client.request("textDocument/completion", passwd)["result"]["items"] == []
    assert client.request("textDocument/codeLens", passwd)["result"] is None
    actions = {**passwd, "range": _at(0, 0), "context": {"diagnostics": []}}
    assert client.request("textDocument/codeAction", actions)["result"] is None
    assert client.execute("pointsman.server.review", {"uri": "file:///etc/passwd"})["error"]["code"] == -32803


@pytest.mark.parametrize(
    "params",
    [
        None, [], 7, "x", {}, {"textDocument": 3},
        {"textDocument": {"uri": None}, "position": {}},
        {"textDocument": {"uri": URI}},
    ],
)
def test_bad_params_are_answered(shared: Client, params: Any) -> None:
    for method in ("hover", "inlineCompletion", "completion", "codeAction", "codeLens"):
        answer = shared.request(f"textDocument/{method}", params)
        # A lens needs a document only, and one that is not open has none.
        assert answer.get("error", {}).get("code") == -32602 or (method == "codeLens" and answer["result"] is None)
    secrets = {"a": 1} if isinstance(params, dict) else params
    assert shared.request("pointsman/setSecrets", secrets)["error"]["code"] == -32602
    assert shared.request("workspace/executeCommand", params)["error"]["code"] == -32602


def test_bad_arguments_of_commands_are_answered(client: Client) -> None:
    client.open(URI, "x")
    for command, argument in (
        ("pointsman.server.nope", {}),
        ("pointsman.server.review", {}),
        ("pointsman.server.review", 5),
        ("pointsman.server.review", {"uri": URI, "range": "x"}),
        ("pointsman.server.explain", {"uri": URI}),
        ("pointsman.server.feedback", {"id": 1}),
    ):
        assert client.execute(command, argument)["error"]["code"] == -32602


def test_two_requests_may_not_share_an_id(client: Client) -> None:
    client.open(URI, "#! hover sleep 0.3")
    client.ask("textDocument/hover", WHERE, request_id="same")
    client.ask("textDocument/hover", WHERE, request_id="same")
    assert "result" in client.wait("same")
    assert client.answers[None][0]["error"]["code"] == -32600
    assert len(client.answers["same"]) == 1


def test_a_burst_of_requests_and_cancellations_is_answered_one_to_one(client: Client) -> None:
    client.open(URI, "#! inline sleep 0.01\n#! hover sleep 0.01")
    ids = []
    for number in range(600):
        method = ("textDocument/hover", "textDocument/inlineCompletion", "no/such")[number % 3]
        ids.append(client.ask(method, INLINE))
        if number % 4 == 0:
            client.notify("$/cancelRequest", {"id": ids[-1]})
        if number % 7 == 0:
            client.change(URI, number + 2, {"range": _at(0, 0), "text": ""})
    for request in ids:
        client.wait(request)
    client.execute("pointsman.server.lastRoute")
    time.sleep(0.2)
    assert all(len(client.answers[request]) == 1 for request in ids)


def test_a_result_that_cannot_be_json_is_answered(client: Client) -> None:
    client.open(URI, "\ud800 teh")
    assert "result" in client.request("textDocument/hover", WHERE)


def _at(line: int, character: int) -> dict[str, Any]:
    return {"start": {"line": line, "character": character}, "end": {"line": line, "character": character}}
