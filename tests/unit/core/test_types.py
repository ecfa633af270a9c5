"""Money rounds up, and what counts as this machine is decided by address, not by the look of a name."""

from __future__ import annotations

import pytest

from pointsman.core.types import Deployment, Price, Usage


@pytest.mark.parametrize(
    ("base_url", "local"),
    [
        ("http://127.0.0.1:8080/v1", True),
        ("http://127.9.9.9", True),
        ("http://localhost:11434", True),
        ("http://[::1]:8080", True),
        ("http://127.evil.example/v1", False),
        ("http://localhost.evil.example", False),
        ("https://user@127.0.0.1.evil.example", False),
        ("https://api.openai.com/v1", False),
        ("http://10.0.0.1", False),
        ("http://[half", False),
        ("", False),
    ],
)
def test_local(base_url: str, local: bool) -> None:
    assert Deployment("d", "s", "openai", "m", base_url).local is local


def test_a_price_rounds_up_to_the_micro_dollar() -> None:
    price = Price(input=2_000_000, output=10_000_000, cached=100_000)
    assert price.cost(Usage(input_tokens=1_000, output_tokens=100, cached_tokens=500)) == 1_000 + 50 + 1_000
    assert Price(input=1).cost(Usage(input_tokens=1)) == 1
    assert Price().cost(Usage(10**9, 10**9)) == 0
