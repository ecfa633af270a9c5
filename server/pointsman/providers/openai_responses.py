"""OpenAI's Responses API."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

from pointsman.core.types import Deployment
from pointsman.providers import faults
from pointsman.providers.base import Prompt
from pointsman.providers.fim_chat import as_chat
from pointsman.providers.openai_models import limit, quick_effort, thinks
from pointsman.providers.pieces import End, Piece, text_of, usage_of

if TYPE_CHECKING:
    from openai import AsyncOpenAI


async def answer(client: AsyncOpenAI, deployment: Deployment, prompt: Prompt, timeout_s: float) -> AsyncGenerator[Piece]:
    """The answer of `POST /responses`, piece by piece."""
    stream: Any = await client.responses.create(**_request(deployment, prompt), stream=True, timeout=timeout_s)
    refused = False
    try:
        async for event in stream:
            match event.type:
                case "response.output_text.delta":
                    yield text_of(event.delta)
                case "response.refusal.delta":
                    refused = True
                    yield ""
                case "response.completed":
                    yield _end(event.response, refused=refused)
                case "response.incomplete":
                    reason = getattr(event.response.incomplete_details, "reason", None)
                    yield _end(event.response, truncated=True, refused=refused or reason == "content_filter")
                case "response.failed":
                    raise faults.from_event({"code": getattr(event.response.error, "code", None)})
                case "error":
                    raise faults.from_event({"code": getattr(event, "code", None)})
                case str():
                    yield ""
                case _:
                    raise faults.malformed("is not of the promised shape")
    finally:
        await stream.close()


def _request(deployment: Deployment, prompt: Prompt) -> dict[str, Any]:
    chat = as_chat(prompt)
    request: dict[str, Any] = {
        "model": deployment.model,
        "input": [{"role": message.role, "content": message.text} for message in chat.messages],
        "max_output_tokens": limit(deployment, chat.max_output_tokens),
        # The vendor keeps answers for a month unless it is told not to.
        "store": False,
    }
    if chat.system:
        request["instructions"] = chat.system
    if thinks(deployment):
        if prompt.fim:
            request["reasoning"] = {"effort": quick_effort(deployment)}
    elif chat.temperature is not None:
        request["temperature"] = chat.temperature
    if chat.json and any("json" in text.lower() for text in (chat.system, *(message.text for message in chat.messages))):
        # The vendor refuses this format where the prompt does not speak of JSON.
        request["text"] = {"format": {"type": "json_object"}}
    return request


def _end(response: Any, *, truncated: bool = False, refused: bool = False) -> End:
    usage = getattr(response, "usage", None)
    cached = getattr(getattr(usage, "input_tokens_details", None), "cached_tokens", None)
    counted = usage_of(getattr(usage, "input_tokens", None), getattr(usage, "output_tokens", None), cached)
    return End(counted, truncated=truncated, refused=refused)
