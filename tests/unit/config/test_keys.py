"""Keys: where they come from, and that each goes to its own origin alone."""

from __future__ import annotations

import threading
import time

import pytest

from pointsman.config.keys import KeyRing
from pointsman.core.types import Deployment

OPENAI = Deployment("gpt_4_turbo", "gpt_4_turbo", "openai", "x", key="openai")
ENVIRON = {"OPENAI_API_KEY": "sk-open", "ANTHROPIC_API_KEY": "sk-ant", "EU_KEY": "sk-eu"}


def at(url: str, key: str = "openai") -> Deployment:
    return Deployment("gpt_4_turbo", "gpt_4_turbo", "openai", "x", base_url=url, key=key)


def ring(*deployments, environ=ENVIRON, system=None) -> KeyRing:
    return KeyRing(environ, deployments, system=system)


def test_the_vendor_s_key_goes_to_the_vendor():
    assert ring()(OPENAI) == "sk-open"
    assert ring()(at("https://api.openai.com/v1")) == "sk-open"
    assert ring()(at("https://API.OpenAI.com:443/v1")) == "sk-open"
    assert ring()(Deployment("c", "c", "anthropic", "x", key="anthropic")) == "sk-ant"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v1",
        "http://api.openai.com/v1",
        "https://api.openai.com.evil.example/v1",
        "https://api.openai.com:8443/v1",
        "https://api.openai.com@evil.example/v1",
        "https://[::1",
        "nonsense",
    ],
)
def test_and_to_no_other_address(url):
    assert ring()(at(url)) is None


def test_an_address_of_this_machine_s_configuration_gets_the_key_that_it_names():
    proxy, eu = at("https://proxy.example/v1"), at("https://eu.example/v1", "env:EU_KEY")
    keys = ring(proxy, eu)
    assert (keys(proxy), keys(eu)) == ("sk-open", "sk-eu")
    assert keys(at("https://eu.example/v1", "openai")) is None
    assert keys(at("https://proxy.example/v1", "env:EU_KEY")) is None


def test_one_vendor_s_key_never_goes_to_the_other():
    assert ring()(Deployment("x", "x", "openai", "x", key="anthropic")) is None


def test_a_deployment_without_a_key_gets_none():
    assert ring()(Deployment("x", "x", "llama_cpp", "/x.gguf")) is None


def test_bindings_that_are_gone_give_no_key():
    keys = ring(proxy := at("https://proxy.example/v1"))
    keys.bind(())
    assert keys(proxy) is None


def test_the_editor_s_secret_comes_before_the_environment_and_can_be_taken_back():
    keys = ring()
    keys.set("openai", "sk-editor")
    assert keys(OPENAI) == "sk-editor"
    keys.set("openai", "")
    assert keys(OPENAI) == "sk-open"


def test_no_key_is_ever_shown():
    keys = ring(at("https://eu.example/v1", "env:EU_KEY"))
    keys.set("openai", "sk-editor")
    assert "sk-" not in repr(keys) + str(keys) + f"{keys!s}"
    assert repr(keys) == "KeyRing(anthropic, env:EU_KEY, openai)"


def test_the_system_keyring_is_asked_last():
    asked: list[str] = []

    def system(name: str) -> str:
        asked.append(name)
        return "sk-system"

    assert ring(system=system)(OPENAI) == "sk-open"
    assert asked == []
    assert ring(environ={}, system=system).secret("openai", wait_s=5) == "sk-system"


def test_a_keyring_that_hangs_delays_one_call_and_blocks_none():
    hang = threading.Event()
    keys = ring(environ={}, system=lambda name: "late" if hang.wait(30) else None)
    started = time.monotonic()
    assert [keys(OPENAI) for _ in range(50)] == [None] * 50
    assert time.monotonic() - started < 1.0
    hang.set()
    keys.prepare(wait_s=5)
    for _ in range(100):
        if keys(OPENAI) == "late":
            return
        time.sleep(0.05)
    pytest.fail("the keyring's answer never arrived")


def test_a_keyring_that_crashes_is_no_key():
    def broken(name: str) -> str:
        raise RuntimeError("no desktop")

    assert ring(environ={}, system=broken).secret("openai", wait_s=5) is None


def test_the_real_keyring_never_raises(tmp_path):
    keys = KeyRing({"HOME": str(tmp_path)})
    keys.prepare(wait_s=5)
    assert keys.secret("a-name-that-no-keyring-has") is None
