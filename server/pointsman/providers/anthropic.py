"""Anthropic's Messages API, through the official SDK.

Facts of this version of the API (vendor's migration guides): it has no sampling parameters (`Prompt.temperature` is
not sent), a conversation must end with the user, thinking counts toward `max_tokens` and is on unless it is turned off.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING, Any

from pointsman.core.types import Deployment
from pointsman.providers import faults
from pointsman.providers.base import Event, KeySource, Prompt
from pointsman.providers.fim_chat import as_chat
from pointsman.providers.pieces import End, Piece, events, text_of, total, usage_of
from pointsman.providers.sdk import PLACEHOLDER, Clients
from pointsman.security.endpoints import Endpoint

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

VERSION = "2026-10-21"

_CACHE_FROM = 4_000
"""Characters of a system prompt from which the vendor's cache takes it (about 1,024 tokens)."""

_THOUGHTS_OFF = {"claude-haiku-5-5": "disabled", "claude-opus-5": "disabled", "claude-sonnet-5-5": "between_tools"}
"""How a model is told not to think first, which a completion at the cursor has no time for."""


class Anthropic:
    """Speaks to api.anthropic.com and to servers that speak its Messages API. `keys` gives each origin its own key."""

    def __init__(self, keys: KeySource) -> None:
        self._clients = Clients("anthropic", keys, _make)

    def stream(self, deployment: Deployment, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Event]:
        return events(self._pieces(deployment, prompt, timeout_s), prompt.stop)

    def ready(self, deployment: Deployment) -> str | None:
        return self._clients.missing(deployment)

    async def prepare(self, deployment: Deployment) -> None:
        await self._clients.prepare(deployment)

    async def aclose(self) -> None:
        await self._clients.aclose()

    async def _pieces(self, deployment: Deployment, prompt: Prompt, timeout_s: float) -> AsyncGenerator[Piece]:
        client = await self._clients.get(deployment)
        stream = await client.messages.create(**_request(deployment, prompt), stream=True, timeout=timeout_s)
        end = _Ending()
        try:
            async for event in stream:
                match event.type:
                    case "content_block_delta":
                        if event.delta.type == "text_delta":
                            yield text_of(event.delta.text)
                    case "message_start":
                        end.read(event.message.usage)
                        yield ""
                    case "message_delta":
                        end.reason = event.delta.stop_reason or ""
                        end.read(event.usage)
                    case "message_stop":
                        yield end.piece()
                    case str():
                        # A kind of event that is not about text, or is newer than this file.
                        yield ""
                    case _:
                        raise faults.malformed("is not of the promised shape")
        finally:
            await stream.close()


class _Ending:
    """What the answer was billed and why it ended, gathered over its events; later counts replace earlier ones."""

    def __init__(self) -> None:
        self.reason = ""
        self._counts: dict[str, object] = {}

    def read(self, usage: object) -> None:
        for name in ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"):
            count = getattr(usage, name, None)
            if count is not None:
                self._counts[name] = count

    def piece(self) -> End:
        fresh, cached = self._counts.get("input_tokens"), self._counts.get("cache_read_input_tokens")
        written = self._counts.get("cache_creation_input_tokens")
        # The vendor counts what came from its cache, or went into it, apart from the rest of the input.
        read = None if fresh is None else total(fresh, cached, written)
        usage = usage_of(read, self._counts.get("output_tokens"), cached, written)
        truncated = self.reason in ("max_tokens", "model_context_window_exceeded")
        return End(usage, truncated=truncated, refused=self.reason == "refusal")


def _request(deployment: Deployment, prompt: Prompt) -> dict[str, Any]:
    chat = as_chat(prompt)
    request: dict[str, Any] = {
        "model": deployment.model,
        "max_tokens": min(chat.max_output_tokens, deployment.max_output_tokens),
        "messages": [{"role": message.role, "content": message.text} for message in chat.messages],
    }
    if chat.system:
        system: dict[str, Any] = {"type": "text", "text": chat.system}
        if len(chat.system) >= _CACHE_FROM:
            system["cache_control"] = {"type": "ephemeral"}
        request["system"] = [system]
    # The vendor refuses stop strings of white space alone; `events` cuts at those.
    if stops := [stop for stop in chat.stop if stop.strip()]:
        request["stop_sequences"] = stops
    if prompt.fim and deployment.model in _THOUGHTS_OFF:
        request["thinking"] = {"type": _THOUGHTS_OFF[deployment.model]}
    return request


def _make(place: Endpoint, key: str | None) -> AsyncAnthropic:
    from anthropic import AsyncAnthropic

    from pointsman.providers import http_client

    # The SDK appends /v1 itself.
    base = place.origin + place.path.removesuffix("/v1")
    headers = {"anthropic-version": VERSION} | ({"authorization": f"Bearer {key}"} if key is not None else {})
    client = AsyncAnthropic(
        base_url=base,
        api_key=PLACEHOLDER,
        max_retries=0,
        open_telemetry=False,
        http_client=http_client.client(place, headers),
    )
    # Else the SDK finds the platform out by starting `uname` and `lsb_release`, from whatever folder is on the PATH.
    client._platform = "Unknown"
    # Importing the resource takes as long as importing the SDK: do it here, in the thread.
    _ = client.messages
    return client
