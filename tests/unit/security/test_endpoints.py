"""Where code and keys may go, and where never (T1, T2)."""

from __future__ import annotations

import pytest

from pointsman.core.errors import ConfigError
from pointsman.core.types import Deployment
from pointsman.security.endpoints import base_url_of, egress, endpoint, refusal


@pytest.mark.parametrize(
    ("url", "origin", "path", "loopback"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com", "/v1", False),
        ("https://API.OpenAI.com:443/v1/", "https://api.openai.com", "/v1", False),
        ("https://proxy.corp:8443", "https://proxy.corp:8443", "", False),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080", "/v1", True),
        ("http://localhost:11434", "http://localhost:11434", "", True),
        ("http://[::1]:8080/v1", "http://[::1]:8080", "/v1", True),
        ("HTTP://127.0.0.2", "http://127.0.0.2", "", True),
    ],
)
def test_an_address_has_one_origin(url: str, origin: str, path: str, loopback: bool) -> None:
    place = endpoint(url)
    assert (place.origin, place.path, place.loopback) == (origin, path, loopback)
    assert place.url == origin + path


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("", "empty"),
        ("http://example.com/v1", "in the clear"),
        ("http://0.0.0.0:80", "in the clear"),
        ("http://127.evil.example/v1", "looks like this machine"),
        ("https://127.0.0.1.evil.example", "looks like this machine"),
        ("http://localhost.evil.example", "in the clear"),
        ("http://127.0.0.1@evil.example/", "password"),
        ("https://key@evil.example/", "password"),
        ("https://user:pw@evil.example/", "password"),
        ("ftp://example.com", "neither"),
        ("file:///etc/passwd", "neither"),
        ("javascript:alert(1)", "neither"),
        ("example.com/v1", "neither"),
        ("https://", "no host"),
        ("https:///v1", "no host"),
        ("https://exa mple.com", "spaces"),
        ("https://example.com\n.evil.example", "spaces"),
        ("https://example.com\\@evil.example", "spaces"),
        ("https://exämple.com", "ASCII"),
        ("https://example.com:99999", "not an address"),
        ("https://example.com:x", "not an address"),
        ("https://example.com/v1?to=evil", "query"),
        ("https://example.com/v1#evil", "fragment"),
        ("https://[::1", "not an address"),
    ],
)
def test_what_is_refused_says_why_and_what_to_write(url: str, word: str) -> None:
    with pytest.raises(ConfigError) as caught:
        endpoint(url)
    assert word in caught.value.problem
    assert caught.value.remedy
    assert word in (refusal(url) or "")


def _at(url: str, provider: str = "openai") -> Deployment:
    return Deployment(name="d", slot="s", provider=provider, model="m", base_url=url)


def test_egress_lists_each_host_once_and_nothing_for_a_model_in_a_process() -> None:
    deployments = [
        _at("", "anthropic"),
        _at(""),
        _at("https://api.openai.com/v1"),
        _at("http://127.0.0.1:8080"),
        _at("http://refused.example"),
        _at("", "llama_cpp"),
    ]
    assert egress(deployments) == ("127.0.0.1:8080", "api.anthropic.com", "api.openai.com")
    assert base_url_of(_at("", "anthropic")) == "https://api.anthropic.com"
