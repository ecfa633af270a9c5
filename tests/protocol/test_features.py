"""Each feature on the wire, in the form that both editors read."""

from __future__ import annotations

import json
from typing import Any

from tests.protocol.client import Client
from tests.protocol.conftest import told

URI = "file:///w/a.py"
START = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}}


def _published(client: Client, version: int) -> list[dict[str, Any]]:
    message = client.wait_for(
        lambda m: m.get("method") == "textDocument/publishDiagnostics" and m["params"].get("version") == version
    )
    diagnostics: list[dict[str, Any]] = message["params"]["diagnostics"]
    return diagnostics


def test_diagnostics_follow_the_newest_version(client: Client) -> None:
    client.open(URI, "#! diagnostics sleep 0.1\nteh")
    assert _published(client, 1)[0] == {
        "range": {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 3}},
        "message": "the word teh",
        "severity": 2,
        "code": "py/word",
        "codeDescription": {"href": "https://example.org/rule"},
        "source": "pointsman",
        "data": {"code": "py/word", "agent": None, "model": None},
    }
    for version in range(2, 40):
        client.change(URI, version, {"range": START, "text": "#"})
    assert len(_published(client, 39)) == 1
    versions = [params.get("version") for params in client.notifications("textDocument/publishDiagnostics")]
    assert versions == [1, 39]
    client.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    client.wait_for(lambda m: m.get("method") == "textDocument/publishDiagnostics" and m["params"]["diagnostics"] == [])


def test_inline_completion_reports_what_was_taken(client: Client) -> None:
    client.open(URI, "é😀x")
    params = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 3}, "context": {"triggerKind": 2}}
    [item] = client.request("textDocument/inlineCompletion", params)["result"]["items"]
    assert item["insertText"] == "v1 0:2 False"
    assert item["range"] == {"start": {"line": 0, "character": 3}, "end": {"line": 0, "character": 3}}
    assert client.execute(item["command"]["command"], *item["command"]["arguments"])["result"] is None
    assert ["feedback", "a1", "accepted"] in told(client)


def test_completion(client: Client) -> None:
    client.open(URI, "x")
    params = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 1}}
    result = client.request("textDocument/completion", params)["result"]
    assert result["isIncomplete"] is False
    [item] = result["items"]
    assert (item["label"], item["kind"], item["textEdit"]["newText"]) == ("word", 3, "word1")
    assert item["documentation"]["kind"] == "markdown"


def test_code_actions_resolve_late_and_edit_that_version_of_that_document_only(client: Client) -> None:
    client.open(URI, "teh")
    shown = _published(client, 1)
    foreign = {"range": START, "message": "other", "source": "Pyright", "code": "reportX", "severity": 1}
    params: dict[str, Any] = {"textDocument": {"uri": URI}, "range": START, "context": {"diagnostics": [*shown, foreign]}}
    now, later, command = client.request("textDocument/codeAction", params)["result"]
    assert now["isPreferred"] is True and now["diagnostics"] == shown
    assert now["edit"] == {
        "documentChanges": [
            {"textDocument": {"uri": URI, "version": 1}, "edits": [{"range": START, "newText": "new"}]}
        ]
    }
    assert "edit" not in later and command["command"]["command"] == "pointsman.client.explain"
    assert ["actions", [["py/word", "the word teh", None, None], ["Pyright/reportX", "other", None, None]], []] in told(client)

    resolved = client.request("codeAction/resolve", later)["result"]
    assert resolved["edit"]["documentChanges"][0]["textDocument"] == {"uri": URI, "version": 1}
    assert resolved["edit"]["documentChanges"][0]["edits"][0]["newText"] == "refactor"

    params["context"] = {"diagnostics": [], "only": ["refactor"]}
    assert [action["title"] for action in client.request("textDocument/codeAction", params)["result"]] == ["Later", "Client"]


def test_an_action_of_another_version_is_refused_with_a_message(client: Client) -> None:
    client.open(URI, "#! resolve sleep 0.3")
    params = {"textDocument": {"uri": URI}, "range": START, "context": {"diagnostics": []}}
    later = client.request("textDocument/codeAction", params)["result"][1]
    running = client.ask("codeAction/resolve", later)
    client.change(URI, 2, {"range": START, "text": ""})
    assert "edit" not in client.wait(running)["result"]
    assert "edit" not in client.request("codeAction/resolve", later)["result"]
    messages = [shown["message"] for shown in client.notifications("window/showMessage")]
    assert len(messages) == 2 and all("the text has changed" in message for message in messages)


def test_edits_that_overlap_are_refused_and_no_edit_gives_the_reason(client: Client) -> None:
    params = {"textDocument": {"uri": URI}, "range": START, "context": {"diagnostics": []}}
    for text, expected in (("#! overlap", "overlap"), ("#! nothing", "No model is reachable.")):
        client.open(URI, text)
        later = client.request("textDocument/codeAction", params)["result"][1]
        assert "edit" not in client.request("codeAction/resolve", later)["result"]
        assert expected in client.notifications("window/showMessage")[-1]["message"]


def test_hover_and_lens(client: Client) -> None:
    client.open(URI, "é😀x")
    params: dict[str, Any] = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 2}}
    hover = client.request("textDocument/hover", params)["result"]
    assert hover["contents"] == {"kind": "markdown", "value": "0:1 3"}  # inside the emoji goes to its start
    [lens] = client.request("textDocument/codeLens", {"textDocument": {"uri": URI}})["result"]
    assert lens["command"] == {"title": "complexity 3", "command": "pointsman.server.noop"}
    assert client.execute("pointsman.server.noop")["result"] is None


def test_an_editor_with_client_commands_gets_them() -> None:
    with Client.scripted() as client:
        client.initialize(initializationOptions={"clientCommands": True})
        client.open(URI, "x")
        [lens] = client.request("textDocument/codeLens", {"textDocument": {"uri": URI}})["result"]
        assert lens["command"]["command"] == "pointsman.client.showComplexity"
        assert lens["command"]["arguments"] == [URI, START, "complexity 3", "**3**"]


def test_an_editor_without_versioned_edits_gets_plain_ones() -> None:
    with Client.scripted() as client:
        client.initialize({})
        client.open(URI, "teh")
        params = {"textDocument": {"uri": URI}, "range": START, "context": {"diagnostics": []}}
        now = client.request("textDocument/codeAction", params)["result"][0]
        assert list(now["edit"]["changes"]) == [URI]


def test_review_shows_progress_findings_status_and_notice(client: Client) -> None:
    client.open(URI, "x")
    assert client.execute("pointsman.server.review", {"uri": URI})["result"] == {
        "findings": 1, "message": "done", "degraded": False,
    }
    [create] = client.notifications("window/workDoneProgress/create")
    told_of = [p["value"] for p in client.notifications("$/progress") if p["token"] == create["token"]]
    assert [value["kind"] for value in told_of] == ["begin", "report", "report", "end"]
    assert [value.get("message") for value in told_of] == [None, "reading", "asking", None]
    found = client.wait_for(
        lambda m: m.get("method") == "textDocument/publishDiagnostics" and "review/backend" in json.dumps(m)
    )["params"]["diagnostics"][0]
    assert found["message"] == "[backend · claude_4_sonnet] found"
    status = client.wait_for(lambda m: m.get("method") == "pointsman/status")["params"]
    assert status["serviceLevel"] == "full_service" and status["last"]["costMicroDollars"] == 12
    assert client.notifications("window/showMessage") == [{"type": 2, "message": "one calm line"}]
    assert client.execute("pointsman.server.clearFindings", {"uri": URI})["result"] is None


def test_review_uses_the_editors_token_and_can_be_stopped_by_it(client: Client) -> None:
    client.open(URI, "#! review sleep 30")
    command = {"command": "pointsman.server.review", "arguments": [{"uri": URI}], "workDoneToken": "mine"}
    running = client.ask("workspace/executeCommand", command)
    client.wait_for(lambda m: m.get("method") == "$/progress" and m["params"]["value"]["kind"] == "report")
    client.notify("window/workDoneProgress/cancel", {"token": "mine"})
    assert client.wait(running)["error"]["code"] == -32800
    client.wait_for(lambda m: m.get("method") == "$/progress" and m["params"]["value"]["kind"] == "end")
    assert client.notifications("window/workDoneProgress/create") == []


def test_an_editor_that_never_answers_does_not_hold_up_a_review() -> None:
    with Client.scripted(answer_requests=False) as client:
        client.initialize()
        client.open(URI, "x")
        assert client.execute("pointsman.server.review", {"uri": URI})["result"]["findings"] == 1


def test_explain_route_and_status(client: Client) -> None:
    client.open(URI, "é😀x\n")
    span = {"start": {"line": 0, "character": 1}, "end": {"line": 0, "character": 4}}
    answer = client.execute("pointsman.server.explain", {"uri": URI, "range": span})["result"]
    assert answer == {"markdown": "😀x", "message": str([0x1F600, ord("x")]), "degraded": True}
    assert client.execute("pointsman.server.lastRoute")["result"] == {"markdown": "the route"}
    assert client.execute("pointsman.server.status")["result"]["last"]["model"] == "claude_4_sonnet"


def test_settings_trust_and_secrets(client: Client) -> None:
    client.notify("workspace/didChangeConfiguration", {"settings": {"pointsman": {"a": 1}}})
    client.notify("pointsman/setTrust", {"trusted": True})
    client.notify("pointsman/setTrust", {"trusted": "yes"})
    assert client.request("pointsman/setSecrets", {"anthropic": "CANARY-key"})["result"] is None
    assert client.request("pointsman/setSecrets", {"fail": "CANARY-key"})["error"]["code"] == -32603
    entries = told(client)
    assert ["configure", {"a": 1}] in entries and ["secrets", ["anthropic"]] in entries
    assert [entry[1] for entry in entries if entry[0] == "trust"] == [True, False]


def test_saving(client: Client) -> None:
    client.open(URI, "x", version=3)
    client.notify("textDocument/didSave", {"textDocument": {"uri": URI}})
    assert ["saved", URI, 3] in told(client)
    assert ["opened", URI, 3, "/w/a.py"] in told(client)
