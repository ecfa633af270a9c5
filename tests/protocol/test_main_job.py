"""The main job over the wire: real server process, real SDKs, real HTTP servers that die, and what a person gets then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures.model_server import ModelServer, Reply
from tests.protocol.client import Client

URI = "file:///shop/orders.py"
CODE = """from fastapi import APIRouter

router = APIRouter()


@router.get("/price")
def price(order, rates=[]):
    return sum(line.total for line in order.lines)
"""
FINDINGS = json.dumps([{"line": 8, "severity": "warning", "message": "an order without lines costs nothing"}])


class Shop:
    """A server process with three model servers behind it, one for each tier."""

    def __init__(self, client: Client, premium: ModelServer, standard: ModelServer, budget: ModelServer) -> None:
        self.client, self.premium, self.standard, self.budget = client, premium, standard, budget

    def review(self) -> dict[str, Any]:
        answer = self.client.execute("pointsman.server.review", {"uri": URI}, timeout=60)
        return dict(answer["result"])

    def last(self) -> dict[str, Any]:
        return dict(self.client.execute("pointsman.server.status")["result"]["last"])

    def findings(self, by: str) -> list[str]:
        """The review's findings of the first published diagnostics in which `by` found any."""

        def of_review(message: dict[str, Any]) -> list[str]:
            if message.get("method") != "textDocument/publishDiagnostics":
                return []
            return [d["message"] for d in message["params"]["diagnostics"] if str(d["code"]).startswith("review/")]

        return of_review(self.client.wait_for(lambda m: any(f"· {by}]" in text for text in of_review(m)), 20))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with ExitStack() as stack:
        premium, standard, budget = (stack.enter_context(ModelServer()) for _ in range(3))
        config = tmp_path / "config"
        config.mkdir()
        (config / "config.toml").write_text(f"""
[models.claude_4_sonnet]
provider = "anthropic"
model = "premium"
base_url = "{premium.origin}"
key = "env:SHOP_KEY"
price = {{ input = 2.0, output = 10.0 }}
[models.backend_specialist]
provider = "anthropic"
model = "premium"
base_url = "{premium.origin}"
key = "env:SHOP_KEY"
price = {{ input = 2.0, output = 10.0 }}
[models.gpt_4_turbo]
provider = "openai"
api = "responses"
model = "standard"
base_url = "{standard.url}"
price = {{ input = 1.0, output = 5.0 }}
[models.codellama_70b]
provider = "openai"
api = "chat"
model = "budget"
base_url = "{budget.url}"
""")
        env = {
            "POINTSMAN_CONFIG_DIR": str(config),
            "POINTSMAN_DATA_DIR": str(tmp_path / "data"),
            "SHOP_KEY": "sk-CANARY-key-of-the-shop",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }
        client = stack.enter_context(Client(env=env))
        client.initialize(initializationOptions={"trusted": True})
        client.open(URI, CODE)
        yield Shop(client, premium, standard, budget)
        assert "CANARY" not in client.stderr()
        assert "CANARY" not in json.dumps(client.messages)


def test_the_premium_model_answers_and_is_named_with_its_price(shop: Shop) -> None:
    shop.premium.script([Reply(FINDINGS)])
    assert shop.review()["findings"] == 1
    assert shop.findings("backend_specialist") == ["[backend · backend_specialist] an order without lines costs nothing"]
    last = shop.last()
    assert (last["source"], last["model"], last["degraded"]) == ("model", "backend_specialist", False)
    assert last["costMicroDollars"] > 0
    assert last["reasons"]


@pytest.mark.parametrize("at", [1, 3, 6])
def test_a_premium_model_killed_in_mid_stream_is_replaced_within_the_deadline(shop: Shop, at: int) -> None:
    shop.premium.always = Reply(FINDINGS, fault="cut", at=at)
    shop.standard.script([Reply(FINDINGS)])
    assert shop.review()["findings"] == 1
    last = shop.last()
    assert (last["source"], last["model"]) == ("model", "gpt_4_turbo")
    assert last["degraded"]
    assert "claude_4_sonnet" in " ".join(last["reasons"]) or "backend_specialist" in " ".join(last["reasons"])


def test_when_all_die_a_cached_answer_comes_back_labelled_and_then_rules_do(shop: Shop) -> None:
    shop.premium.script([Reply(FINDINGS)])
    shop.review()
    for server in (shop.premium, shop.standard, shop.budget):
        server.always = Reply(fault="503")
    again = shop.review()
    assert again["findings"] == 1
    assert shop.last()["source"] == "cache"
    shop.client.change(URI, 2, {"text": CODE + "\n\ndef more(a, b, c, d, e, f, g, h):\n    return a\n"})
    rules = shop.review()
    last = shop.last()
    assert last["source"] == "rule"
    assert last["degraded"]
    assert last["message"]
    assert "without a model" in rules["message"]
    assert all("· rules]" in message for message in shop.findings("rules"))


def test_the_first_byte_that_never_comes_does_not_cost_the_answer(shop: Shop) -> None:
    shop.premium.always = Reply(fault="stall", at=2)
    shop.standard.script([Reply(FINDINGS)])
    assert shop.review()["findings"] == 1
    assert shop.last()["model"] == "gpt_4_turbo"


def test_the_key_goes_to_its_own_server_only(shop: Shop) -> None:
    shop.premium.always = Reply(fault="500")
    shop.standard.always = Reply(fault="500")
    shop.budget.script([Reply(FINDINGS)])
    shop.review()
    assert any("CANARY" in json.dumps(dict(r.headers)) for r in shop.premium.requests)
    for server in (shop.standard, shop.budget):
        assert server.requests
        assert not any("CANARY" in json.dumps(dict(r.headers)) for r in server.requests)
