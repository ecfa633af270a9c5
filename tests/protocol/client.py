"""A raw client: JSON-RPC over the pipes of a real server process. It assumes nothing that it does not assert.

    with Client.scripted() as client:
        client.initialize()
        client.open("file:///a.py", "x = 1\n")
        assert client.request("textDocument/hover", {...})["result"] is None
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
SCRIPTED = (sys.executable, "-m", "tests.protocol.scripted_server")
REAL = (sys.executable, "-m", "pointsman", "serve")

CAPABILITIES: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {"workDoneProgress": True},
    "workspace": {"configuration": True, "workspaceEdit": {"documentChanges": True}},
    "textDocument": {"inlineCompletion": {}, "hover": {"contentFormat": ["markdown"]}},
}


class Client:
    """One server process and all that it has said. `messages` keeps everything in order, for assertions."""

    def __init__(
        self, argv: Sequence[str] = REAL, *, env: dict[str, str] | None = None, cwd: Path = ROOT, answer_requests: bool = True
    ) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "server"), str(ROOT)]), **(env or {})}
        self.process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd, env=environment
        )
        self.answer_requests = answer_requests
        self.messages: list[dict[str, Any]] = []
        self.answers: dict[Any, list[dict[str, Any]]] = {}
        self._stderr = bytearray()
        self._arrived = threading.Condition()
        self._ids = iter(range(1, 1_000_000_000))
        self._outgoing: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()
        self._drain = threading.Thread(target=self._read_stderr, daemon=True)
        self._drain.start()

    @classmethod
    def scripted(cls, **options: Any) -> Client:
        """A server whose features do what the document tells them."""
        return cls(SCRIPTED, **options)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(10)

    # -- the wire -------------------------------------------------------------

    def raw(self, data: bytes) -> None:
        """Write bytes as they are."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, **message: Any) -> None:
        """Send one message."""
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        self.send(method=method, params=params)

    def ask(self, method: str, params: Any = None, request_id: Any = None) -> Any:
        """Send a request and return its id at once."""
        request_id = next(self._ids) if request_id is None else request_id
        self.send(id=request_id, method=method, params=params)
        return request_id

    def wait(self, request_id: Any, timeout: float = 10.0) -> dict[str, Any]:
        """The answer to a request."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: self.answers.get(request_id), timeout):
                raise TimeoutError(f"no answer to {request_id!r}; stderr: {self.stderr()[-2000:]}")
            return self.answers[request_id][0]

    def request(self, method: str, params: Any = None, timeout: float = 10.0) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        return self.wait(self.ask(method, params), timeout)

    def wait_for(self, predicate: Any, timeout: float = 10.0) -> dict[str, Any]:
        """The first message, of all that came so far or will, that satisfies `predicate`."""
        found: list[dict[str, Any]] = []

        def seen() -> bool:
            found.extend(message for message in self.messages if predicate(message))
            return bool(found)

        with self._arrived:
            if not self._arrived.wait_for(seen, timeout):
                raise TimeoutError(f"no such message; stderr: {self.stderr()[-2000:]}")
            return found[0]

    def notifications(self, method: str) -> list[dict[str, Any]]:
        """The params of all notifications and requests of one method so far."""
        with self._arrived:
            return [message["params"] for message in self.messages if message.get("method") == method]

    def stderr(self) -> str:
        """What the server has logged so far."""
        return self._stderr.decode(errors="replace")

    # -- the usual conversation ------------------------------------------------

    def initialize(self, capabilities: dict[str, Any] | None = None, **params: Any) -> dict[str, Any]:
        """Shake hands; returns the server's capabilities."""
        offered = CAPABILITIES if capabilities is None else capabilities
        answer = self.request(
            "initialize",
            {"processId": os.getpid(), "rootUri": None, "capabilities": offered, **params},
            timeout=30,
        )
        assert "result" in answer, answer
        self.notify("initialized", {})
        result: dict[str, Any] = answer["result"]["capabilities"]
        return result

    def open(self, uri: str, text: str, version: int = 1, language: str = "python") -> None:
        """Open a document."""
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, version: int, *changes: dict[str, Any]) -> None:
        """Edit a document."""
        self.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)},
        )

    def execute(self, command: str, *arguments: Any, timeout: float = 10.0) -> dict[str, Any]:
        """Execute a command and wait for its answer."""
        return self.request("workspace/executeCommand", {"command": command, "arguments": list(arguments)}, timeout)

    def shutdown(self, timeout: float = 5.0) -> int:
        """Leave as an editor should; returns the exit code."""
        assert "error" not in self.request("shutdown")
        self.notify("exit")
        return self.exit_code(timeout)

    def exit_code(self, timeout: float = 5.0) -> int:
        """Wait for the end of the process."""
        code = self.process.wait(timeout)
        self._drain.join(2)
        return code

    def gone_within(self, seconds: float) -> float:
        """Seconds until the process was gone; fails when that took longer than `seconds`."""
        begin = time.monotonic()
        self.process.wait(seconds)
        return time.monotonic() - begin

    # -- reading ---------------------------------------------------------------

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while True:
            length = 0
            while header := stream.readline().strip():
                name, _, value = header.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not length:
                return
            message = json.loads(stream.read(length))
            with self._arrived:
                self.messages.append(message)
                if "method" not in message:
                    self.answers.setdefault(message.get("id"), []).append(message)
                self._arrived.notify_all()
            if "method" in message and "id" in message and self.answer_requests:
                try:
                    self.send(id=message["id"], result=None)
                except OSError:
                    return

    def _read_stderr(self) -> None:
        assert self.process.stderr is not None
        while data := os.read(self.process.stderr.fileno(), 65_536):
            self._stderr += data
