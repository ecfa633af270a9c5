"""T14, T16: typing costs no more than the person allowed, and one workspace's answers are not another's."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from tests.fixtures.model_server import ModelServer, Reply
from tests.protocol.client import Client
from tests.security.scene import Scene, actions, inline, lines

from pointsman.gateway.budget import CALLS_A_MINUTE

CAP = 1_000_000
"""Micro-dollars a day of the tier `free`."""
DEAR = "price = { input = 200.0, output = 1000.0 }\n"
CHEAP = "price = { input = 0.001, output = 0.001 }\n"
USAGE = {"input": 200, "output": 50, "cached": 0}
COST = 200 * 200 + 50 * 1_000
TIER = '[limits]\nuser_tier = "free"\n'
CODE = "def area(width, height):\n    return width * height\n\n\n"


def _type_on(client: Client, uri: str, times: int, version: int = 1) -> None:
    """Type a letter, ask; at a new place each time, so that no answer of before serves."""
    for number in range(version + 1, version + 1 + times):
        client.change(uri, number, {"range": lines(3, 3), "text": f"x{number} = area({number}, \n"})
        inline(client, uri, 3, len(f"x{number} = area({number}, "))


def test_t14_adversarial_typing_spends_no_more_than_the_cap(scene: Scene, model: ModelServer) -> None:
    model.always(Reply("width)", usage=USAGE))
    scene.bind(model, price=DEAR, extra=TIER)
    with scene.serve() as client:
        uri = scene.uri("a.py")
        client.open(uri, CODE)
        _type_on(client, uri, 25)
        client.execute("pointsman.server.review", {"uri": uri}, timeout=30)
        for action in actions(client, uri, lines(0, 3)):
            if "data" in action:
                client.request("codeAction/resolve", action, timeout=30)
        status = client.execute("pointsman.server.status")["result"]
        client.shutdown()
    calls = len(model.requests)
    assert calls > 2 and calls * COST <= CAP
    assert status["todayMicroDollars"] == calls * COST
    assert "limit" in str(status["last"]) or "budget" in str(status["last"])
    # The next server of the same day starts with what this one has left.
    with scene.serve() as client:
        client.open(scene.uri("b.py"), CODE)
        _type_on(client, scene.uri("b.py"), 10)
        client.shutdown()
    assert len(model.requests) * COST <= CAP


def test_t14_no_usage_whatever_lets_a_call_pass_for_free_for_ever(scene: Scene, model: ModelServer) -> None:
    lies = itertools.cycle((float("nan"), 10**30, -(10**9), "many", None))
    model.answers = lambda _: Reply("width)", usage=dict.fromkeys(("input", "output", "cached"), next(lies)))
    scene.bind(model, price=DEAR, extra=TIER)
    with scene.serve() as client:
        client.open(scene.uri("a.py"), CODE)
        _type_on(client, scene.uri("a.py"), 32)
        status = client.execute("pointsman.server.status")["result"]
    assert len(model.requests) < 32 and 0 < status["todayMicroDollars"] <= CAP


@pytest.mark.slow
def test_t14_paid_calls_a_minute_are_bounded(scene: Scene, model: ModelServer) -> None:
    model.always(Reply("width)", usage=USAGE))
    scene.bind(model, price=CHEAP, slots=("gpt_4_turbo",))
    with scene.serve() as client:
        client.open(scene.uri("a.py"), CODE)
        _type_on(client, scene.uri("a.py"), CALLS_A_MINUTE + 20)
    assert CALLS_A_MINUTE // 2 < len(model.requests) <= CALLS_A_MINUTE


def test_t14_waiting_requests_of_one_place_are_one_call(scene: Scene, model: ModelServer) -> None:
    model.always(Reply("width)", usage=USAGE, pause_s=0.3))
    scene.bind(model, price=CHEAP)
    with scene.serve() as client:
        uri = scene.uri("a.py")
        client.open(uri, CODE + "y = area(1, ")
        where = {"textDocument": {"uri": uri}, "position": {"line": 4, "character": 12}, "context": {"triggerKind": 1}}
        asked = [client.ask("textDocument/inlineCompletion", where) for _ in range(50)]
        for each in asked:
            client.wait(each, 20)
    assert len(model.requests) <= 3


def test_t16_no_answer_of_one_workspace_serves_another(scene: Scene, model: ModelServer, tmp_path: Path) -> None:
    model.always(Reply("width)", usage=USAGE))
    scene.bind(model)
    uri = (tmp_path / "shared.py").as_uri()

    def ask(root: Path) -> int:
        before = len(model.requests)
        with scene.serve(rootUri=root.as_uri()) as client:
            client.open(uri, CODE + "y = area(1, ")
            assert inline(client, uri, 4, 12)
            client.shutdown()
        return len(model.requests) - before

    assert ask(tmp_path / "hostile") == 1
    assert ask(tmp_path / "hostile") == 0, "the same question in the same workspace is answered from the cache"
    assert ask(tmp_path / "mine") == 1
