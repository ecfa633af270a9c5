"""Prices: the requirement's for slots, the vendor's for real ids, the user's before both; never free by mistake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.strategy.conftest import SHIPPED, profile

from pointsman.config.load import load
from pointsman.core.types import Deployment, Price, Tier
from pointsman.strategy import pricing

SLOT = SHIPPED.slots["gpt_4_turbo"]


def at(model: str, provider: str = "openai", key: str | None = "openai", price: Price = Price(), url: str = "") -> Price:  # noqa: B008
    return pricing.price_of(Deployment("x", "gpt_4_turbo", provider, model, base_url=url, key=key, price=price), SLOT)


@pytest.mark.parametrize(
    ("provider", "model", "price"),
    [
        ("anthropic", "claude-opus-5-5", Price(4_000_000, 20_000_000, 200_000)),
        ("anthropic", "claude-sonnet-5-5", Price(2_000_000, 10_000_000, 100_000)),
        ("anthropic", "claude-haiku-5-5", Price(100_000, 500_000, 10_000)),
        ("openai", "gpt-6-astra", Price(10_000_000, 50_000_000, 1_000_000)),
        ("openai", "gpt-6.1-sol", Price(2_000_000, 10_000_000, 100_000)),
        ("openai", "gpt-6-luna", Price(100_000, 500_000, 10_000)),
    ],
)
def test_list_prices_of_real_ids(provider, model, price):
    assert pricing.list_price(provider, model) == price


def test_the_shipped_prices_are_the_vendors_own(tmp_path):
    for each in load({"POINTSMAN_CONFIG_DIR": str(tmp_path)}).deployments:
        assert each.provider == "llama_cpp" or each.price == pricing.list_price(each.provider, each.model)


def test_the_user_s_price_comes_first():
    assert at("gpt-6.1-sol", price=Price(7, 7, 7)) == Price(7, 7, 7)


def test_an_id_without_a_price_costs_what_the_slot_costs():
    assert at("gpt-unheard-of") == SLOT.price == Price(10_000_000, 10_000_000, 10_000_000)


def test_this_machine_and_keyless_endpoints_are_free():
    assert at("qwen", url="http://localhost:8080/v1") == Price()
    assert at("qwen", key=None, url="https://models.example/v1") == Price()
    assert at("/x.gguf", provider="llama_cpp", key=None) == Price()


@given(st.integers(0, 10**7), st.integers(0, 10**6))
def test_an_estimate_is_never_under_the_price(read, written):
    price = Price(2_000_000, 10_000_000)
    exact = read * 2 + written * 10
    assert exact <= pricing.expected(profile(input_tokens=read, output_tokens=written), price) <= exact + 1


def test_budget_allocation():
    assert SHIPPED.budgets.daily == {Tier.PREMIUM: 50_000_000, Tier.STANDARD: 100_000_000, Tier.BUDGET: 200_000_000}
    assert SHIPPED.budgets.user == {"enterprise": None, "professional": 20_000_000, "standard": 5_000_000, "free": 1_000_000}
