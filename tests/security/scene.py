"""A real server process in a workspace that wishes it ill, with models that are scripts."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from tests.fixtures.model_server import ModelServer
from tests.protocol.client import CAPABILITIES, Client

SERVER = (sys.executable, "-P", "-m", "pointsman", "serve")
"""As the plugins start it."""

KEY = "sk-proj-CANARYKEYCANARYKEYCANARYKEY0123456789"
PRICED = "price = { input = 2.0, output = 10.0 }\n"
SLOTS = ("claude_4_sonnet", "gpt_4_turbo", "codellama_70b")


class Trap:
    """An address that must never be called: it counts who comes, and keeps what they say."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.heard: list[bytes] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            caller.settimeout(0.5)
            try:
                self.heard.append(caller.recv(65_536))
            except OSError:
                self.heard.append(b"")
            caller.close()


class Scene:
    """A machine of its own: configuration, data, a workspace. `serve` starts the server in it."""

    def __init__(self, folder: Path) -> None:
        self.workspace, self.config, self.data = folder / "workspace", folder / "config", folder / "data"
        for each in (self.workspace, self.config):
            each.mkdir(exist_ok=True)

    def bind(self, model: ModelServer, *, price: str = "", slots: tuple[str, ...] = SLOTS, extra: str = "") -> None:
        """Bind every name of the strategy to one scripted model."""
        entry = '[models.{}]\nprovider = "openai"\nmodel = "scripted"\napi = "chat"\nkey = "openai"\nbase_url = "{}"\n{}'
        (self.config / "config.toml").write_text("".join(entry.format(slot, model.url, price) for slot in slots) + extra)

    def env(self, more: Mapping[str, str] = {}) -> dict[str, str]:
        """The environment of a process in this scene."""
        return {
            "POINTSMAN_CONFIG_DIR": str(self.config),
            "POINTSMAN_DATA_DIR": str(self.data),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            # Without a binding the vendors' own addresses hold, and no test calls those.
            "OPENAI_API_KEY": KEY if (self.config / "config.toml").exists() else "",
            "ANTHROPIC_API_KEY": "",
            **more,
        }

    def serve(self, env: Mapping[str, str] | None = None, **initialize: Any) -> Client:
        """A server that has shaken hands, with the workspace as its folder."""
        client = Client(SERVER, cwd=self.workspace, env=self.env(env or {}))
        options = {"clientCommands": True, "settings": {"inlineCompletion": {"delayMs": 0}}, "trusted": True}
        given = {"rootUri": self.workspace.as_uri(), "initializationOptions": options, **initialize}
        client.initialize(CAPABILITIES, **given)
        return client

    def uri(self, name: str) -> str:
        return (self.workspace / name).as_uri()


def inline(client: Client, uri: str, line: int, character: int) -> list[dict[str, Any]]:
    """The ghost text at a place, asked for by the person."""
    params = {
        "textDocument": {"uri": uri},
        "position": {"line": line, "character": character},
        "context": {"triggerKind": 1},
    }
    items: list[dict[str, Any]] = client.request("textDocument/inlineCompletion", params, timeout=30)["result"]["items"]
    return items


def actions(client: Client, uri: str, span: dict[str, Any]) -> list[dict[str, Any]]:
    """The code actions of a range."""
    params = {"textDocument": {"uri": uri}, "range": span, "context": {"diagnostics": []}}
    offered: list[dict[str, Any]] = client.request("textDocument/codeAction", params, timeout=30)["result"]
    return offered


def lines(first: int, last: int) -> dict[str, Any]:
    """The wire's range of whole lines."""
    return {"start": {"line": first, "character": 0}, "end": {"line": last, "character": 0}}


def use_everything(client: Client, uri: str, last: int) -> list[dict[str, Any]]:
    """Ask every feature once for a document of `last` lines; the answers."""
    span = lines(0, last)
    answers = [client.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 5}})]
    answers.append(client.request("textDocument/codeLens", {"textDocument": {"uri": uri}}, timeout=30))
    answers.append({"inline": inline(client, uri, last, 0)})
    at = {"textDocument": {"uri": uri}, "position": {"line": last, "character": 0}}
    answers.append(client.request("textDocument/completion", at, timeout=30))
    for action in actions(client, uri, span):
        if "data" in action:
            answers.append(client.request("codeAction/resolve", action, timeout=60))
    answers.append(client.execute("pointsman.server.explain", {"uri": uri, "range": span}, timeout=60))
    answers.append(client.execute("pointsman.server.review", {"uri": uri}, timeout=60))
    answers.append(client.execute("pointsman.server.lastRoute"))
    answers.append(client.execute("pointsman.server.status"))
    return answers
