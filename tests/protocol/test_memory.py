"""Memory stays flat under typing, and a large document costs less than three times its size."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from tests.protocol.client import Client

URI = "file:///w/a.py"
pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")


def _resident_mb(client: Client) -> float:
    status = Path(f"/proc/{client.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _settle(client: Client) -> None:
    client.execute("pointsman.server.lastRoute", timeout=60)


def test_idle_memory_of_the_protocol_is_small(client: Client) -> None:
    _settle(client)
    assert _resident_mb(client) < 60


def test_typing_leaves_nothing_behind(client: Client) -> None:
    client.open(URI, "x\n" * 2_000)

    def type_a_while(first: int) -> None:
        for version in range(first, first + 3_000):
            start = {"line": version % 2_000, "character": 0}
            client.change(URI, version, {"range": {"start": start, "end": {**start, "character": 1}}, "text": "y"})
            if version % 5 == 0:
                where: dict[str, Any] = {"textDocument": {"uri": URI}, "position": start, "context": {"triggerKind": 2}}
                client.ask("textDocument/inlineCompletion", where)
        _settle(client)

    type_a_while(2)
    before = _resident_mb(client)
    type_a_while(10_000)
    type_a_while(20_000)
    assert _resident_mb(client) - before < 4


@pytest.mark.slow
def test_100_mb_open_and_edit() -> None:
    with Client.scripted() as client:
        client.initialize()
        _settle(client)
        before = _resident_mb(client)
        client.open(URI, "value = compute(first, second)  # ok\n" * 2_800_000)
        _settle(client)
        begin = time.monotonic()
        for version in range(2, 22):
            at = {"line": version * 100_000, "character": 4}
            client.change(URI, version, {"range": {"start": at, "end": at}, "text": "x"})
        _settle(client)
        assert (time.monotonic() - begin) / 20 < 0.05
        time.sleep(2)
        assert _resident_mb(client) - before < 300
