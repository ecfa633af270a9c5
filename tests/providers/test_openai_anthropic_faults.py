"""Every fault that a server can have, through every API of both SDKs: the promised `Fault`, in time, and nothing told."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import pytest
from tests.fixtures.model_server import FAULTS, ModelServer, Reply, refused_url
from tests.providers.model_calls import APIS, CODE, KEY, call, deployment_for, prompt_for, provider_for

from pointsman.core.errors import Fault, ProviderError

EXPECTED: dict[str, Fault] = {
    "400": Fault.BAD_REQUEST,
    "too_long": Fault.TOO_LONG,
    "401": Fault.AUTH,
    "403": Fault.AUTH,
    "404": Fault.NOT_FOUND,
    "413": Fault.TOO_LONG,
    "429": Fault.RATE_LIMITED,
    "429_seconds": Fault.RATE_LIMITED,
    "429_date": Fault.RATE_LIMITED,
    "500": Fault.SERVER,
    "502": Fault.SERVER,
    "503": Fault.SERVER,
    "529": Fault.OVERLOADED,
    "slow_first_byte": Fault.TIMEOUT,
    "slow_headers": Fault.TIMEOUT,
    "stall": Fault.TIMEOUT,
    "cut": Fault.CUT,
    "no_end": Fault.CUT,
    "reset": Fault.CUT,
    "malformed_json": Fault.MALFORMED,
    "malformed_sse": Fault.CUT,
    "bad_utf8": Fault.MALFORMED,
    "bad_gzip": Fault.MALFORMED,
    "empty_answer": Fault.EMPTY,
    "empty_body": Fault.EMPTY,
    "huge_answer": Fault.MALFORMED,
    "huge_line": Fault.MALFORMED,
    "wrong_schema": Fault.MALFORMED,
    "wrong_types": Fault.MALFORMED,
    "refusal": Fault.REFUSED,
    "error_event": Fault.OVERLOADED,
    "html_ok": Fault.MALFORMED,
    "html_error": Fault.SERVER,
    "wrong_type": Fault.MALFORMED,
    "redirect": Fault.REDIRECT,
    "hang_up": Fault.NETWORK,
}
HARMLESS = {"drip", "usage_nan", "usage_negative", "usage_missing", "usage_text"}
WAIT_S = 0.4


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


def reply_for(fault: str, **more: Any) -> Reply:
    if fault == "huge_answer":
        return Reply("y" * 90_000, fault=fault, at=1, chunk=30_000)
    return Reply(f"text of the answer with {CODE} in it", fault=fault, **more)


def told(error: BaseException) -> str:
    """All that could reach a log or a person: the whole chain, with its traceback."""
    parts = ["".join(traceback.format_exception(error))]
    seen: BaseException | None = error
    while seen is not None:
        parts += [repr(seen), str(vars(seen))]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(parts)


def test_every_fault_of_the_server_has_a_promise() -> None:
    assert set(EXPECTED) | HARMLESS == set(FAULTS)
    assert len(EXPECTED) >= 24


@pytest.mark.parametrize(
    ("fault", "api"),
    # llama.cpp's infill has no way to refuse.
    [(fault, api) for fault in sorted(EXPECTED) for api in APIS if (fault, api) != ("refusal", "infill")],
)
async def test_each_fault_gives_its_verdict_in_time_and_tells_nothing(
    fault: str, api: str, server: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script([reply_for(fault, to="http://127.0.0.1:1")])
    started = time.monotonic()
    with pytest.raises(ProviderError) as caught:
        await call(api, server, timeout_s=WAIT_S)
    elapsed = time.monotonic() - started
    assert caught.value.fault is EXPECTED[fault]
    assert elapsed < WAIT_S + 2.5, "an answer that does not come ends by its timeout (imports and a busy machine allowed for)"
    everything = told(caught.value) + caplog.text
    assert KEY not in everything
    assert CODE not in everything
    assert server.wait_closed(), "a failed call leaves no connection behind"


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("fault", sorted(HARMLESS))
async def test_odd_usage_and_slow_drips_do_not_cost_the_answer(fault: str, api: str, server: ModelServer) -> None:
    server.script([Reply("whole answer", fault=fault)])
    result = await call(api, server, timeout_s=WAIT_S)
    assert result.text == "whole answer"
    assert (result.done.usage is None) is (fault != "drip")


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("fault", ["cut", "reset", "no_end", "stall"])
async def test_a_break_after_every_single_chunk_is_a_fault_and_never_a_clean_end(
    fault: str, api: str, server: ModelServer
) -> None:
    text, chunk = "0123456789abcdefghij", 4
    for at in range(6):
        server.script([Reply(text, fault=fault, at=at, chunk=chunk)])
        provider = provider_for(api)
        seen: list[str] = []
        deployment = deployment_for(api, server.url)
        stream: Any = provider.stream(deployment, prompt_for(api), timeout_s=0.2)
        error: ProviderError | None = None
        try:
            async with aclosing(stream) as events:
                async for event in events:
                    seen.append(getattr(event, "text", "<done>"))
        except ProviderError as caught:
            error = caught
        await provider.aclose()
        if at >= 5 and api in ("chat", "completions"):
            # Their end is the finish_reason: only the usage was still to come.
            assert seen == ["0123", "4567", "89ab", "cdef", "ghij", "<done>"]
            continue
        assert error is not None
        assert error.fault in (Fault.CUT, Fault.TIMEOUT, Fault.EMPTY if at == 0 else Fault.CUT)
        # A reset may overtake what was sent before it, so the text is a beginning of what was sent.
        assert "".join(seen) in [text[: chunk * n] for n in range(at + 1)]
        if fault != "reset":
            assert "".join(seen) == text[: chunk * at]


@pytest.mark.parametrize("api", APIS)
async def test_retry_after_is_told_in_seconds(api: str, server: ModelServer) -> None:
    waits = []
    for fault in ("429", "429_seconds", "429_date"):
        server.script([Reply(fault=fault)])
        with pytest.raises(ProviderError) as caught:
            await call(api, server)
        waits.append(caught.value.retry_after_s)
        assert caught.value.status == 429
    assert waits[:2] == [None, 7.0]
    assert waits[2] == pytest.approx(90, abs=2)


@pytest.mark.parametrize("api", APIS)
async def test_nothing_listens_no_such_name_and_no_tls(api: str, server: ModelServer) -> None:
    for url in (refused_url(), "https://no-such-host.invalid/v1", f"https://127.0.0.1:{server.port}/v1"):
        with pytest.raises(ProviderError) as caught:
            await call(api, url, timeout_s=3)
        assert caught.value.fault is Fault.NETWORK, url
        assert caught.value.remedy
    assert server.requests == []


@pytest.mark.parametrize("api", APIS)
async def test_a_redirects_target_sees_nothing(api: str, server: ModelServer) -> None:
    with ModelServer() as other:
        server.script([Reply(fault="redirect", to=other.origin)])
        with pytest.raises(ProviderError) as caught:
            await call(api, server)
        assert caught.value.fault is Fault.REDIRECT
        assert other.requests == []
        assert other.open_connections == 0


@pytest.mark.parametrize("api", APIS)
async def test_a_hostile_environment_changes_nothing(
    api: str, server: ModelServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with ModelServer() as thief:
        hostile = {
            "OPENAI_BASE_URL": thief.url,
            "ANTHROPIC_BASE_URL": thief.origin,
            "OPENAI_API_KEY": "environment-key",
            "ANTHROPIC_API_KEY": "environment-key",
            "ANTHROPIC_AUTH_TOKEN": "environment-key",
            "OPENAI_ORG_ID": "environment-org",
            "OPENAI_PROJECT_ID": "environment-project",
            "ANTHROPIC_CUSTOM_HEADERS": "X-Hostile: yes\nAuthorization: Bearer environment-key\nHost: evil.example",
            "OPENAI_CUSTOM_HEADERS": "X-Hostile: yes\nAuthorization: Bearer environment-key\nHost: evil.example",
            "HTTP_PROXY": thief.origin,
            "HTTPS_PROXY": thief.origin,
            "ALL_PROXY": thief.origin,
            "http_proxy": thief.origin,
            "NO_PROXY": "",
            "OPENAI_LOG": "debug",
            "ANTHROPIC_LOG": "debug",
        }
        for name, value in hostile.items():
            monkeypatch.setenv(name, value)
        caplog.set_level(logging.DEBUG)
        await call(api, server)
        assert thief.requests == []
        assert thief.open_connections == 0
    (request,) = server.requests
    assert "environment" not in str(request.headers)
    assert "x-hostile" not in request.headers
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert CODE not in caplog.text
    assert KEY not in caplog.text


@pytest.mark.parametrize("api", APIS)
async def test_closing_the_iterator_closes_the_socket_at_once(api: str, server: ModelServer) -> None:
    server.script([Reply("a long answer " * 500, chunk=4, pause_s=0.02)])
    provider = provider_for(api)
    stream: Any = provider.stream(deployment_for(api, server.url), prompt_for(api), timeout_s=5)
    await anext(stream)
    started = time.monotonic()
    await stream.aclose()
    assert await asyncio.to_thread(server.wait_closed, 1.0)
    assert time.monotonic() - started < 0.5
    assert server.hang_ups == 1
    await provider.aclose()


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("fault", ["slow_headers", "slow_first_byte", "stall"])
async def test_cancelling_the_task_closes_the_socket_at_once(api: str, fault: str, server: ModelServer) -> None:
    server.script([Reply("words that never come", fault=fault, at=1)])
    task = asyncio.create_task(call(api, server, timeout_s=20))
    assert await asyncio.to_thread(server.wait_requests, 1)
    await asyncio.sleep(0.1)
    started = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(server.wait_closed, 1.0)
    assert time.monotonic() - started < 0.5


async def test_a_key_never_leaves_for_another_origin(server: ModelServer) -> None:
    """Two endpoints, two keys, one provider: each origin sees its own key only."""
    from pointsman.providers.openai import OpenAI

    with ModelServer() as other:
        keys = {server.url: "key-of-one", other.url: "key-of-two"}
        provider = OpenAI(lambda deployment: keys[deployment.base_url])
        for place in (server, other, server):
            async for _ in provider.stream(deployment_for("chat", place.url), prompt_for("chat"), timeout_s=5):
                pass
        await provider.aclose()
        assert {request.headers["authorization"] for request in server.requests} == {"Bearer key-of-one"}
        assert {request.headers["authorization"] for request in other.requests} == {"Bearer key-of-two"}
