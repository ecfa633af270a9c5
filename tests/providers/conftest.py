"""A real GGUF, and the provider that serves it, for the tests of the local model."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures.gguf import write

from pointsman.providers.llama_cpp import LlamaCpp
from pointsman.providers.llama_cpp_process import ModelProcess


@pytest.fixture(scope="session")
def gguf_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if importlib.util.find_spec("llama_cpp") is None:
        pytest.fail("llama-cpp-python is not set up: run python3 tests/run.py")
    return write(tmp_path_factory.mktemp("gguf") / "copycat.gguf")


@pytest.fixture
async def llama() -> AsyncIterator[LlamaCpp]:
    made = LlamaCpp(threads=1)
    yield made
    await made.aclose()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every message that comes from any model's process, also those that reach nobody."""
    messages: list[dict[str, Any]] = []
    deliver = ModelProcess._deliver

    def listen(self: ModelProcess, message: dict[str, Any]) -> None:
        messages.append(message)
        deliver(self, message)

    monkeypatch.setattr(ModelProcess, "_deliver", listen)
    return messages


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The `op` of every message that went to a model's process, once it was sent."""
    ops: list[str] = []
    send = ModelProcess._send

    async def listen(self: ModelProcess, message: dict[str, object]) -> None:
        await send(self, message)
        ops.append(str(message["op"]))

    monkeypatch.setattr(ModelProcess, "_send", listen)
    return ops
