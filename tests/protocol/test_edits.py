"""Random edits over the real wire leave the server with the text that the editor has."""

from __future__ import annotations

import random
from typing import Any

import pytest
from tests.protocol.client import Client
from tests.unit.core import reference

URI = "file:///w/a.txt"
EDITS = 500


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_random_edits_over_the_wire(encoding: str) -> None:
    source = random.Random(encoding)
    expected = "first\r\nsecond\x0c \u2028 😀\rthird"
    with Client.scripted() as client:
        client.initialize({"general": {"positionEncodings": [encoding]}})
        client.open(URI, expected)
        version = 1
        for number in range(EDITS):
            changes: list[dict[str, Any]] = []
            for _ in range(source.randrange(1, 4)):
                start, end = sorted((reference.random_position(source, expected), reference.random_position(source, expected)))
                if source.random() < 0.8:
                    end = start
                new = reference.random_text(source, 8) if len(expected) < 400 else ""
                expected = reference.replace(expected, start, end, new, encoding)
                changes.append({"range": {"start": _at(start), "end": _at(end)}, "text": new})
            if source.random() < 0.02:
                expected = reference.random_text(source, 50)
                changes.append({"text": expected})
            version += 1
            client.change(URI, version, *changes)
            if number % 25 == 0 or number == EDITS - 1:
                everything = {"start": _at((0, 0)), "end": _at((100_000, 0))}
                answer = client.execute("pointsman.server.explain", {"uri": URI, "range": everything})
                assert answer["result"]["message"] == str([ord(character) for character in expected])


def _at(position: tuple[int, int]) -> dict[str, int]:
    return {"line": position[0], "character": position[1]}
