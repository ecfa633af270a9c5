"""The older Completions API, which fills holes in code: with a `suffix`, or with the model family's own tokens."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from pointsman.core.types import Deployment
from pointsman.providers.base import Prompt
from pointsman.providers.fim_families import FAMILIES, render
from pointsman.providers.openai_chunks import pieces_of
from pointsman.providers.openai_models import limit
from pointsman.providers.pieces import Piece

if TYPE_CHECKING:
    from openai import AsyncOpenAI


async def answer(client: AsyncOpenAI, deployment: Deployment, prompt: Prompt, timeout_s: float) -> AsyncGenerator[Piece]:
    """The answer of `POST /completions`, piece by piece."""
    stream = await client.completions.create(**_request(deployment, prompt), stream=True, timeout=timeout_s)
    async with aclosing(pieces_of(stream, lambda choice: choice.text)) as pieces:
        async for piece in pieces:
            yield piece


def _request(deployment: Deployment, prompt: Prompt) -> dict[str, Any]:
    request: dict[str, Any] = {
        "model": deployment.model,
        "max_tokens": limit(deployment, prompt.max_output_tokens),
        "stream_options": {"include_usage": True},
    }
    family = FAMILIES.get(deployment.fim)
    stops = list(prompt.stop)
    if family is None:
        request["prompt"] = prompt.prefix
        if prompt.suffix:
            request["suffix"] = prompt.suffix
    else:
        request["prompt"] = render(family, prompt.prefix, prompt.suffix)
        stops = [*family.stops, *stops]
    if stops:
        request["stop"] = stops[:4]
    if prompt.temperature is not None:
        request["temperature"] = prompt.temperature
    return request
