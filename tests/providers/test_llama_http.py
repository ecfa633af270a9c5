"""llama.cpp's own HTTP server, through the OpenAI provider, gives what llama.cpp in our own process gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.fixtures.llama_http import llama_http
from tests.providers.llama_calls import HOLE, ORDER, ask, bind

from pointsman.core.types import Deployment
from pointsman.providers.base import Done, Message, Prompt, Text
from pointsman.providers.llama_cpp import LlamaCpp
from pointsman.providers.openai import OpenAI

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(gguf_path: Path) -> Iterator[str]:
    with llama_http(gguf_path) as found:
        yield found


@pytest.mark.parametrize(
    ("path", "api", "prompt"),
    [
        # The server's own template for holes asks like ours, and its own ChatML as well: the texts are the same.
        ("", "infill", replace(HOLE, temperature=0.0)),
        ("/v1", "chat", Prompt(messages=(Message("user", ORDER),), max_output_tokens=8, temperature=0.0)),
        # No suffix reaches this one, but the prefix alone decides here.
        ("/v1", "completions", replace(HOLE, temperature=0.0)),
    ],
    ids=["infill", "chat", "completions"],
)
async def test_the_same_answer_over_http(
    llama: LlamaCpp, gguf_path: Path, address: str, path: str, api: str, prompt: Prompt
) -> None:
    provider = OpenAI(lambda deployment: None)
    deployment = Deployment("there", "codellama_70b", "openai", "copycat", base_url=address + path, api=api)
    try:
        events = [event async for event in provider.stream(deployment, prompt, timeout_s=60)]
    finally:
        await provider.aclose()
    expected, done = await ask(llama, bind(gguf_path), prompt)
    assert "".join(event.text for event in events if isinstance(event, Text)) == expected
    assert isinstance(events[-1], Done)
    assert events[-1].truncated == done.truncated
