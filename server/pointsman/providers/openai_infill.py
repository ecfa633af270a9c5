"""llama.cpp's own way to fill a hole: the server knows the model's tokens, and reuses what it has read before."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any

from pointsman.core.types import Deployment
from pointsman.providers import faults
from pointsman.providers.base import Prompt
from pointsman.providers.openai_models import limit
from pointsman.providers.pieces import End, Piece, text_of, usage_of
from pointsman.security.endpoints import base_url_of, endpoint

if TYPE_CHECKING:
    from openai import AsyncOpenAI


async def answer(client: AsyncOpenAI, deployment: Deployment, prompt: Prompt, timeout_s: float) -> AsyncGenerator[Piece]:
    """The answer of `POST /infill`, piece by piece. The path lies beside `/v1`, not below it."""
    from openai import AsyncStream

    place = endpoint(base_url_of(deployment))
    stream: Any = await client.post(
        f"{place.origin}{place.path.removesuffix('/v1')}/infill",
        cast_to=object,
        body=_request(deployment, prompt),
        options={"timeout": timeout_s},
        stream=True,
        stream_cls=AsyncStream[object],
    )
    try:
        async for chunk in stream:
            if not isinstance(chunk, Mapping) or not ("content" in chunk or "stop" in chunk):
                raise faults.malformed("is not of the promised shape")
            yield text_of(chunk.get("content"))
            if chunk.get("stop") is True:
                yield _end(chunk)
    finally:
        await stream.close()


def _request(deployment: Deployment, prompt: Prompt) -> dict[str, Any]:
    request: dict[str, Any] = {
        "input_prefix": prompt.prefix,
        "input_suffix": prompt.suffix,
        "n_predict": limit(deployment, prompt.max_output_tokens),
        "cache_prompt": True,
        "stream": True,
    }
    if prompt.stop:
        request["stop"] = list(prompt.stop)
    if prompt.temperature is not None:
        request["temperature"] = prompt.temperature
    return request


def _end(chunk: Mapping[str, Any]) -> End:
    timings = chunk.get("timings")
    cached = timings.get("cache_n") if isinstance(timings, Mapping) else None
    usage = usage_of(chunk.get("tokens_evaluated"), chunk.get("tokens_predicted"), cached)
    return End(usage, truncated=chunk.get("stop_type") == "limit")
