"""One way to call every API of both SDKs against the scripted server."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from tests.fixtures.model_server import ModelServer

from pointsman.core.types import Deployment
from pointsman.providers.anthropic import Anthropic
from pointsman.providers.base import Done, Message, Prompt, Provider, Text
from pointsman.providers.openai import OpenAI

KEY = "canary-key-7f3a91"
CODE = "canary_code_5521"
APIS = ("anthropic", "responses", "chat", "completions", "infill")

CHAT = Prompt(system="Be brief.", messages=(Message("user", f"explain {CODE}"),), max_output_tokens=200)
HOLE = Prompt(prefix=f"def {CODE}(a, b):\n    ", suffix="\n\nprint(1)\n", fim=True, path="a.py", language="python")


def prompt_for(api: str) -> Prompt:
    """A prompt that `api` takes as it is."""
    return HOLE if api in ("completions", "infill") else CHAT


def deployment_for(api: str, url: str, **more: Any) -> Deployment:
    provider = "anthropic" if api == "anthropic" else "openai"
    name = "" if api == "anthropic" else api
    return replace(
        Deployment(name="d", slot="s", provider=provider, model="scripted", base_url=url, api=name, key="THE_KEY"), **more
    )


def provider_for(api: str) -> Provider:
    return Anthropic(lambda _: KEY) if api == "anthropic" else OpenAI(lambda _: KEY)


@dataclass(frozen=True)
class Result:
    texts: tuple[str, ...]
    done: Done

    @property
    def text(self) -> str:
        return "".join(self.texts)


async def call(
    api: str, server: ModelServer | str, prompt: Prompt | None = None, timeout_s: float = 5.0, **more: Any
) -> Result:
    """One whole call: checks the order that the contract promises on the way."""
    url = server if isinstance(server, str) else server.url
    provider = provider_for(api)
    texts: list[str] = []
    done: Done | None = None
    try:
        stream: Any = provider.stream(deployment_for(api, url, **more), prompt or prompt_for(api), timeout_s=timeout_s)
        async with aclosing(stream) as events:
            async for event in events:
                assert done is None, "nothing follows Done"
                if isinstance(event, Text):
                    assert event.text, "a piece is never empty"
                    texts.append(event.text)
                else:
                    done = event
    finally:
        await provider.aclose()
    assert done is not None
    return Result(tuple(texts), done)
