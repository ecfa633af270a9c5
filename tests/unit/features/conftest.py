"""A whole session without an editor: real gateway, real store, real analysis; only the vendor's wire is a script."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from pointsman.app import App, compose
from pointsman.core.document import Snapshot
from pointsman.core.errors import Fault, ProviderError
from pointsman.core.types import Deployment, Usage
from pointsman.providers.base import Done, Event, Prompt, Text

CONFIG = """
[models.claude_4_sonnet]
provider = "openai"
api = "chat"
model = "premium"
base_url = "http://127.0.0.1:9/v1"
price = { input = 2.0, output = 10.0 }
[models.gpt_4_turbo]
provider = "openai"
api = "chat"
model = "standard"
base_url = "http://127.0.0.1:9/v1"
price = { input = 1.0, output = 5.0 }
[models.codellama_70b]
provider = "openai"
api = "chat"
model = "budget"
base_url = "http://127.0.0.1:9/v1"
"""


class Script:
    """A provider at the seam: answers by model id, an exception where a fault is scripted. Records every prompt."""

    def __init__(self) -> None:
        self.answers: dict[str, str | Fault] = {}
        self.default: str | Fault = Fault.NETWORK
        self.prompts: list[tuple[str, Prompt]] = []

    async def stream(self, deployment: Deployment, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Event]:
        self.prompts.append((deployment.model, prompt))
        answer = self.answers.get(deployment.model, self.default)
        if isinstance(answer, Fault):
            raise ProviderError(answer, f"scripted {answer}")
        for start in range(0, len(answer), 7):
            yield Text(answer[start : start + 7])
        yield Done(Usage(100, 20))

    def ready(self, deployment: Deployment) -> str | None:
        return None

    async def prepare(self, deployment: Deployment) -> None:
        return None

    async def aclose(self) -> None:
        return None


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with nothing: no key, no configuration, an empty data folder. Gives the configuration's folder."""
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    config = tmp_path / "config"
    config.mkdir()
    monkeypatch.setenv("POINTSMAN_CONFIG_DIR", str(config))
    monkeypatch.setenv("POINTSMAN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    return config


@pytest.fixture
async def offline(bare: Path) -> AsyncIterator[App]:
    app = compose()
    yield app
    await app.close()


@pytest.fixture
async def scripted(bare: Path) -> AsyncIterator[tuple[App, Script]]:
    (bare / "config.toml").write_text(CONFIG)
    app = compose()
    script = Script()
    for provider in app.providers.values():
        provider.__dict__["_provider"] = script
    yield app, script
    await app.close()


@pytest.fixture
def document() -> Callable[..., Snapshot]:
    def make(text: str, name: str = "orders.py", version: int = 1) -> Snapshot:
        return Snapshot.of(f"file:///shop/{name}", "", version, text)

    return make
