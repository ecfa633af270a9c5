"""OpenAI, and every server that speaks one of its formats, through the official SDK.

`Deployment.api` picks the format: "responses" (what "" means at api.openai.com), "chat" (what "" means elsewhere),
"completions" and "infill". The last two only fill holes in code; a conversation goes to the same server as "chat".
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pointsman.core.types import Deployment
from pointsman.providers import openai_chat, openai_completions, openai_infill, openai_responses
from pointsman.providers.base import Event, KeySource, Prompt
from pointsman.providers.pieces import Piece, events
from pointsman.providers.sdk import PLACEHOLDER, Clients
from pointsman.security.endpoints import Endpoint, base_url_of

if TYPE_CHECKING:
    from openai import AsyncOpenAI

    Api = Callable[[AsyncOpenAI, Deployment, Prompt, float], AsyncGenerator[Piece]]

_APIS: dict[str, Api] = {
    "responses": openai_responses.answer,
    "chat": openai_chat.answer,
    "completions": openai_completions.answer,
    "infill": openai_infill.answer,
}
_FOR_HOLES = ("completions", "infill")


class OpenAI:
    """Speaks to api.openai.com, vLLM, LiteLLM, Ollama, llama-server and the like. `keys` gives each origin its own key."""

    def __init__(self, keys: KeySource) -> None:
        self._clients = Clients("openai", keys, _make)

    def stream(self, deployment: Deployment, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Event]:
        return events(self._pieces(deployment, prompt, timeout_s), prompt.stop)

    def ready(self, deployment: Deployment) -> str | None:
        if deployment.api not in ("", *_APIS):
            return f"`api` cannot be {deployment.api!r} (write one of {', '.join(_APIS)})"
        return self._clients.missing(deployment)

    async def prepare(self, deployment: Deployment) -> None:
        await self._clients.prepare(deployment)

    async def aclose(self) -> None:
        await self._clients.aclose()

    async def _pieces(self, deployment: Deployment, prompt: Prompt, timeout_s: float) -> AsyncGenerator[Piece]:
        client = await self._clients.get(deployment)
        stream = _APIS[api_of(deployment, prompt)](client, deployment, prompt, timeout_s)
        try:
            async for piece in stream:
                yield piece
        finally:
            await stream.aclose()


def api_of(deployment: Deployment, prompt: Prompt) -> str:
    """Which format carries `prompt` to `deployment`."""
    if deployment.api in _APIS:
        return "chat" if deployment.api in _FOR_HOLES and not prompt.fim else deployment.api
    return "responses" if urlsplit(base_url_of(deployment)).hostname == "api.openai.com" else "chat"


def _make(place: Endpoint, key: str | None) -> AsyncOpenAI:
    from openai import AsyncOpenAI

    from pointsman.providers import http_client

    headers = {"authorization": f"Bearer {key}"} if key is not None else {}
    client = AsyncOpenAI(
        base_url=place.url,
        api_key=PLACEHOLDER,
        max_retries=0,
        http_client=http_client.client(place, headers),
    )
    # Else the SDK finds the platform out by starting `uname` and `lsb_release`, from whatever folder is on the PATH.
    client._platform = "Unknown"
    # Importing the resources takes as long as importing the SDK: do it here, in the thread.
    _ = (client.responses, client.chat.completions, client.completions)
    return client
