"""What a first call would wait for can be done before it, and sends nothing."""

from __future__ import annotations

import subprocess
import sys

from tests.fixtures.model_server import ModelServer

from pointsman.core.types import Deployment
from pointsman.providers.openai import OpenAI

IMPORTS = """
import asyncio, sys
from pointsman.core.types import Deployment
from pointsman.providers.{module} import {name}
provider = {name}(lambda d: "k")
assert "{sdk}" not in sys.modules
asyncio.run(provider.prepare(Deployment("d", "s", "{sdk}", "m", "http://127.0.0.1:9", key="k")))
assert "{sdk}" in sys.modules
"""


def test_preparing_imports_the_sdk_and_nothing_else_does() -> None:
    for module, name in (("anthropic", "Anthropic"), ("openai", "OpenAI")):
        subprocess.run([sys.executable, "-c", IMPORTS.format(module=module, name=name, sdk=module)], check=True, timeout=60)


async def test_preparing_sends_nothing() -> None:
    with ModelServer() as server:
        provider = OpenAI(lambda _: None)
        await provider.prepare(Deployment("d", "s", "openai", "m", server.url))
        await provider.aclose()
        assert server.requests == []


async def test_preparing_what_is_not_configured_is_silent() -> None:
    provider = OpenAI(lambda _: None)
    await provider.prepare(Deployment("d", "s", "openai", "m", "http://not-this-machine.example", key="openai"))
    await provider.aclose()
