"""What every API sends and gives back when all goes well, through both SDKs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from tests.fixtures.model_server import ModelServer, Reply
from tests.providers.model_calls import APIS, CHAT, CODE, HOLE, KEY, call, deployment_for, provider_for

from pointsman.core.errors import Fault, ProviderError
from pointsman.core.types import Usage
from pointsman.providers.base import Message, Prompt

TEXT = "first line\n    second “ünïcode” 🚂 line\n"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("chunk", [1, 5, 10_000])
async def test_the_answer_comes_whole_with_its_usage(api: str, chunk: int, server: ModelServer) -> None:
    server.script([Reply(TEXT, chunk=chunk, usage={"input": 100, "output": 20, "cached": 40})])
    result = await call(api, server)
    assert result.text == TEXT
    # Anthropic counts cached tokens apart from the others, OpenAI among them; `Usage` counts them among them.
    assert result.done.usage == Usage(140 if api == "anthropic" else 100, 20, 40)
    assert not result.done.truncated
    assert len(result.texts) == -(-len(TEXT) // chunk)


@pytest.mark.parametrize("api", APIS)
async def test_a_key_goes_out_once_and_no_placeholder_with_it(api: str, server: ModelServer) -> None:
    await call(api, server)
    (request,) = server.requests
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert [name for name, value in request.headers.items() if KEY in value] == ["authorization"]
    assert "placeholder" not in str(request.headers).lower()
    assert "transport" not in str(request.headers).lower()
    assert not [name for name in request.headers if name.startswith("x-stainless")]


@pytest.mark.parametrize("api", APIS)
async def test_an_endpoint_without_a_key_gets_no_authorization(
    api: str, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "from-the-environment")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "from-the-environment")
    await call(api, server, key=None)
    (request,) = server.requests
    assert "authorization" not in request.headers
    assert "x-api-key" not in request.headers
    assert "from-the-environment" not in str(request)


def test_the_headers_are_those_that_the_sdk_would_send() -> None:
    from anthropic import AsyncAnthropic

    from pointsman.providers.anthropic import VERSION

    sdk = AsyncAnthropic(api_key="k", base_url="http://127.0.0.1:1")
    assert sdk.auth_headers == {"Authorization": "Bearer k"}
    assert sdk.default_headers["anthropic-version"] == VERSION


@pytest.mark.parametrize("api", APIS)
async def test_stop_strings_end_the_answer_even_where_the_server_ignores_them(api: str, server: ModelServer) -> None:
    from dataclasses import replace

    from tests.providers.model_calls import prompt_for

    server.script([Reply("keep this<STOP>never this", chunk=3)])
    result = await call(api, server, replace(prompt_for(api), stop=("<STOP>", "\n\n\n")))
    assert result.text == "keep this"


@pytest.mark.parametrize("api", APIS)
async def test_the_token_limit_is_told(api: str, server: ModelServer) -> None:
    server.script([Reply("half an ans", stop="length")])
    result = await call(api, server)
    assert result.done.truncated


@pytest.mark.parametrize("api", ["anthropic", "responses", "chat"])
async def test_a_hole_is_asked_of_a_talking_model_as_an_insertion(api: str, server: ModelServer) -> None:
    result = await call(api, server, HOLE)
    assert result.text == "return None"
    text = server.requests[0].text
    assert HOLE.prefix + "<<<HOLE>>>" + HOLE.suffix in text
    assert "exactly the text" in text


@pytest.mark.parametrize("api", ["completions", "infill"])
async def test_a_conversation_goes_to_the_same_server_as_chat(api: str, server: ModelServer) -> None:
    result = await call(api, server, CHAT)
    assert result.text == "alpha beta gamma delta"
    assert server.requests[0].path == "/v1/chat/completions"


async def test_completions_send_the_suffix_or_the_familys_tokens(server: ModelServer) -> None:
    await call("completions", server)
    await call("completions", server, fim="qwen")
    await call("completions", server, fim="codestral")
    plain, qwen, codestral = (request.json for request in server.requests)
    assert (plain["prompt"], plain["suffix"]) == (HOLE.prefix, HOLE.suffix)
    assert qwen["prompt"] == f"<|fim_prefix|>{HOLE.prefix}<|fim_suffix|>{HOLE.suffix}<|fim_middle|>"
    assert "suffix" not in qwen
    assert codestral["prompt"] == f"[SUFFIX]{HOLE.suffix}[PREFIX]{HOLE.prefix}"


async def test_infill_lies_beside_v1(server: ModelServer) -> None:
    await call("infill", server)
    assert server.requests[0].path == "/infill"
    assert server.requests[0].json["input_prefix"] == HOLE.prefix
    assert server.requests[0].json["input_suffix"] == HOLE.suffix


async def test_openai_is_told_not_to_keep_the_code(server: ModelServer) -> None:
    await call("responses", server)
    assert server.requests[0].json["store"] is False


@pytest.mark.parametrize(("length", "marked"), [(100, False), (8_000, True)])
async def test_a_long_system_prompt_is_marked_for_the_cache(length: int, marked: bool, server: ModelServer) -> None:
    await call("anthropic", server, Prompt(system="s" * length, messages=(Message("user", "hi"),)))
    (system,) = server.requests[0].json["system"]
    assert ("cache_control" in system) is marked


@pytest.mark.parametrize(
    ("api", "model", "expected"),
    [
        ("anthropic", "claude-haiku-5-5", {"thinking": {"type": "disabled"}}),
        ("anthropic", "claude-sonnet-5-5", {"thinking": {"type": "between_tools"}}),
        ("anthropic", "claude-opus-5-5", {"thinking": None, "temperature": None}),
        ("anthropic", "claude-sonnet-5", {"thinking": None, "temperature": None}),
        ("responses", "gpt-6-luna", {"reasoning": {"effort": "none"}, "temperature": None}),
        ("responses", "gpt-6.1-sol", {"reasoning": {"effort": "low"}, "temperature": None}),
        ("responses", "gpt-4.1", {"reasoning": None, "temperature": 0.25}),
        ("chat", "qwen3", {"reasoning_effort": None, "temperature": 0.25, "max_tokens": 1_024}),
    ],
)
async def test_a_model_is_sent_only_what_it_takes(api: str, model: str, expected: dict[str, Any], server: ModelServer) -> None:
    from dataclasses import replace

    await call(api, server, replace(HOLE, temperature=0.25), model=model)
    body = server.requests[0].json
    assert {name: body.get(name) for name in expected} == expected


@pytest.mark.parametrize("api", APIS)
async def test_a_connection_serves_more_than_one_call(api: str, server: ModelServer) -> None:
    provider = provider_for(api)
    deployment = deployment_for(api, server.url)
    from tests.providers.model_calls import prompt_for

    for _ in range(3):
        async for _event in provider.stream(deployment, prompt_for(api), timeout_s=5):
            pass
    assert server.open_connections == 1
    await provider.aclose()
    await provider.aclose()
    assert server.wait_closed()


@pytest.mark.parametrize("name", ["anthropic", "openai"])
def test_no_sdk_is_imported_before_the_first_call(name: str) -> None:
    code = (
        f"import sys; from pointsman.providers import {name} as m; "
        f"p = (getattr(m, 'Anthropic', None) or m.OpenAI)(lambda d: 'k'); "
        "print([n for n in ('anthropic', 'openai', 'httpx2', 'pydantic') if n in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


@pytest.mark.parametrize("api", ["anthropic", "chat"])
@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"model": ""}, "model"),
        ({"base_url": "http://example.com/v1"}, "http would send"),
        ({"base_url": "https://user:pw@example.com"}, "password"),
    ],
)
async def test_what_is_missing_is_said_before_a_call_and_by_it(api: str, more: dict[str, str], word: str) -> None:
    provider = provider_for(api)
    deployment = deployment_for(api, "http://127.0.0.1:9/v1")
    from dataclasses import replace

    deployment = replace(deployment, **more)  # type: ignore[arg-type]
    assert word in (provider.ready(deployment) or "")
    with pytest.raises(ProviderError) as caught:
        async for _ in provider.stream(deployment, CHAT, timeout_s=1):
            pass
    assert caught.value.fault is Fault.NOT_CONFIGURED
    assert CODE not in str(caught.value)


@pytest.mark.parametrize(("key", "word"), [(None, "no key 'THE_KEY'"), ("a\nb", "characters"), ("schlüssel", "characters")])
def test_a_key_that_cannot_be_sent_is_named_not_shown(key: str | None, word: str) -> None:
    from pointsman.providers.openai import OpenAI

    reason = OpenAI(lambda _: key).ready(deployment_for("chat", "http://127.0.0.1:9/v1"))
    assert reason is not None
    assert word in reason
    assert key is None or key not in reason
