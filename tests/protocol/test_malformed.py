"""Whatever bytes come in: the server lives, answers the next valid request soon, and answers each request once."""

from __future__ import annotations

import json
import random
import time

import pytest
from tests.protocol.client import Client

from pointsman.lsp.framing import Framer, Refused

HOVER = {"textDocument": {"uri": "file:///none"}, "position": {"line": 0, "character": 0}}


def _framed(body: bytes, header: bytes = b"Content-Length") -> bytes:
    return header + b": %d\r\n\r\n" % len(body) + body


def _alive(client: Client) -> None:
    begin = time.monotonic()
    assert client.request("textDocument/hover", HOVER)["result"] is None
    assert time.monotonic() - begin < 0.5


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (_framed(b'{"jsonrpc": "2.0", "id": 6, oops'), -32700),
        (_framed(b"\xff\xfe\x00"), -32700),
        (_framed(b"[" * 200_000), -32700),
        (_framed(b"9" * 10_000), -32700),
        (_framed(b""), -32700),
        (_framed(b"[]"), -32600),
        (_framed(b"null"), -32600),
        (_framed(b"{}"), -32600),
        (_framed(b'{"jsonrpc":"1.0","id":1,"method":"x"}'), -32600),
        (_framed(b'{"jsonrpc":"2.0"}'), -32600),
        (_framed(b'{"jsonrpc":"2.0","id":null,"method":"textDocument/hover"}'), -32600),
        (_framed(b'{"jsonrpc":"2.0","id":{"a":1},"method":"textDocument/hover"}'), -32600),
        (_framed(b'{"jsonrpc":"2.0","id":1e999,"method":"textDocument/hover"}'), -32600),
        (b"Content-Length: 99999999999999999999999999\r\n\r\n{}", -32600),
        (b"Content-Length: 999999999999\r\n\r\n" + b"x" * 100_000, -32600),
    ],
    ids=range(15),
)
def test_nonsense_is_refused_and_the_server_goes_on(shared: Client, data: bytes, code: int) -> None:
    shared.raw(data)
    refused = shared.wait_for(lambda m: "error" in m)
    assert refused["error"]["code"] == code
    assert set(refused["error"]) == {"code", "message"}
    _alive(shared)


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n\r\n",
        b"garbage\r\n\r\nmore garbage",
        b"Content-Length: -5\r\n\r\n",
        b"Content-Length: five\r\n\r\n",
        b"Content-Type: x\r\n\r\n",
        b"\x00\xff" * 50_000,
        _framed(b'{"jsonrpc":"2.0","id":"nobody","result":null}'),
        _framed(b'{"jsonrpc":"2.0","id":7,"error":{"code":"x"}}'),
        _framed(b'{"jsonrpc":"2.0","method":"$/cancelRequest","params":7}'),
        _framed(b'{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":"never"}}'),
        _framed(b'{"jsonrpc":"2.0","method":"window/workDoneProgress/cancel","params":{"token":[]}}'),
        _framed(b'{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":5}}'),
        _framed(b'{"jsonrpc":"2.0","method":"textDocument/didChange"}'),
        _framed(b'{"jsonrpc":"2.0","method":"textDocument/didClose","params":{"textDocument":{"uri":"file:///none"}}}'),
    ],
    ids=range(14),
)
def test_nonsense_without_an_answer_does_no_harm(shared: Client, data: bytes) -> None:
    shared.raw(data)
    _alive(shared)
    assert not [message for message in shared.messages if "error" in message]


def test_headers_of_other_kinds(client: Client) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": "x", "method": "textDocument/hover", "params": HOVER}).encode()
    heads = (
        b"content-length: %d\r\n\r\n",
        b"CONTENT-LENGTH:%d\r\nContent-Type: y\r\n\r\n",
        b"Content-Type: y\r\nContent-Length: %d \r\n\r\n",
    )
    for number, head in enumerate(heads):
        numbered = body.replace(b'"x"', b'"%d"' % number)
        client.raw(head % len(numbered) + numbered)
        assert client.wait(str(number))["result"] is None


def test_bytes_may_come_one_at_a_time(client: Client) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": "slow", "method": "textDocument/hover", "params": HOVER}).encode()
    for byte in _framed(body):
        client.raw(bytes([byte]))
    assert client.wait("slow")["result"] is None


def test_random_bytes_between_requests(client: Client) -> None:
    source = random.Random(5)
    for _ in range(60):
        noise = source.randbytes(source.randrange(3_000))
        if source.random() < 0.5:
            noise = _framed(noise)
        # A line of its own, so that noise cannot take the request's header for a part of a body that it announced.
        client.raw(noise + b"\r\n")
        _alive(client)


def test_framing_yields_the_same_however_the_stream_is_cut() -> None:
    bodies = [b"{}", b"x" * 5_000, b"\r\n\r\n", b"", b"last"]
    stream = b"noise\r\n" + b"".join(_framed(body) for body in bodies[:2]) + b"Content-Length: 1000000\r\n\r\n" + b"y" * 9_000
    stream += b"".join(_framed(body, b"content-length") for body in bodies[2:])
    for seed in range(50):
        source, framer, found, at = random.Random(seed), Framer(largest=10_000), [], 0
        while at < len(stream):
            size = source.choice((1, 2, 7, 100, 20_000))
            found += [body if isinstance(body, Refused) else bytes(body) for body in framer.feed(stream[at : at + size])]
            at += size
        assert [body for body in found if not isinstance(body, Refused)] == bodies
        assert sum(isinstance(body, Refused) for body in found) == 1


def test_an_endless_header_takes_no_memory() -> None:
    framer = Framer()
    for _ in range(1_000):
        assert list(framer.feed(b"z" * 100_000)) == []
    assert len(framer._line) <= 4_096
