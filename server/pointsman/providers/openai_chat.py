"""Chat Completions, as OpenAI, vLLM, LiteLLM, Ollama and llama-server speak it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pointsman.core.types import Deployment
from pointsman.providers.base import Prompt
from pointsman.providers.fim_chat import as_chat
from pointsman.providers.openai_chunks import pieces_of
from pointsman.providers.openai_models import limit, quick_effort, thinks
from pointsman.providers.pieces import Piece
from pointsman.security.endpoints import base_url_of

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_MOST_STOPS = 4


async def answer(client: AsyncOpenAI, deployment: Deployment, prompt: Prompt, timeout_s: float) -> AsyncGenerator[Piece]:
    """The answer of `POST /chat/completions`, piece by piece."""
    stream = await client.chat.completions.create(**_request(deployment, prompt), stream=True, timeout=timeout_s)
    async with aclosing(pieces_of(stream, lambda choice: choice.delta and choice.delta.content)) as pieces:
        async for piece in pieces:
            yield piece


def _request(deployment: Deployment, prompt: Prompt) -> dict[str, Any]:
    chat = as_chat(prompt)
    messages = [{"role": message.role, "content": message.text} for message in chat.messages]
    if chat.system:
        messages.insert(0, {"role": "system", "content": chat.system})
    vendor = urlsplit(base_url_of(deployment)).hostname == "api.openai.com"
    request: dict[str, Any] = {
        "model": deployment.model,
        "messages": messages,
        # The vendor renamed it; most compatible servers know the old name only.
        "max_completion_tokens" if vendor else "max_tokens": limit(deployment, chat.max_output_tokens),
        "stream_options": {"include_usage": True},
    }
    if vendor:
        request["store"] = False
    if vendor and thinks(deployment):
        if prompt.fim:
            request["reasoning_effort"] = quick_effort(deployment)
    else:
        if chat.temperature is not None:
            request["temperature"] = chat.temperature
        if chat.stop:
            request["stop"] = list(chat.stop[:_MOST_STOPS])
    if chat.json:
        request["response_format"] = {"type": "json_object"}
    return request
