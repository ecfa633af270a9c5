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
