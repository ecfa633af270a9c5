"""A scripted server for a test, ready to talk to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.protocol.client import Client


@pytest.fixture
def client() -> Iterator[Client]:
    """A scripted server that has shaken hands. Whatever the test did, it must not have logged a canary."""
    with Client.scripted() as scripted:
        scripted.initialize()
        yield scripted
        assert "CANARY" not in scripted.stderr()
        assert "CANARY" not in json.dumps([message for message in scripted.messages if "error" in message])


@pytest.fixture(scope="module")
def one_server() -> Iterator[Client]:
    """One server for all tests of a module."""
    with Client.scripted() as scripted:
        scripted.initialize()
        yield scripted


@pytest.fixture
def shared(one_server: Client) -> Client:
    """A server that other tests have used, which says nothing of them any more."""
    one_server.execute("pointsman.server.noop")
    one_server.messages.clear()
    one_server.answers.clear()
    return one_server


def told(client: Client) -> list[list[Any]]:
    """All that the features of a scripted server were told."""
    notice = client.execute("pointsman.server.status")["result"]["notice"]
    kept: list[list[Any]] = json.loads(notice)["told"]
    return kept


def cancelled(client: Client) -> int:
    """How many features of a scripted server were stopped."""
    return int(json.loads(client.execute("pointsman.server.status")["result"]["notice"])["cancelled"])
