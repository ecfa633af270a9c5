"""The server is gone within two seconds of the end, whatever it was doing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from tests.protocol.client import ROOT, SCRIPTED, Client

URI = "file:///w/a.py"
WHERE: dict[str, Any] = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}}
BUSY = {
    "idle": "x",
    "a task that waits": "#! hover sleep 60",
    "a task that will not stop": "#! hover stubborn 60",
    "a thread that is stuck": "#! hover thread 60",
    "a loop that is stuck": "#! hover block 60",
    "a loop that is busy": "#! hover spin 60",
}
# Most of these tests are waiting: the fast subset keeps the two that differ most.
EACH = [
    pytest.param(text, id=name, marks=[] if name in ("idle", "a loop that is stuck") else [pytest.mark.slow])
    for name, text in BUSY.items()
]
LIMIT = 2.0


def _busy(client: Client, text: str) -> None:
    client.initialize(initializationOptions={})
    client.open(URI, text)
    client.wait_for(lambda m: m.get("method") == "textDocument/publishDiagnostics")
    client.ask("textDocument/hover", WHERE)
    time.sleep(0.2)


@pytest.mark.parametrize("text", EACH)
def test_exit(text: str) -> None:
    with Client.scripted() as client:
        _busy(client, text)
        client.ask("shutdown")
        client.notify("exit")
        client.gone_within(LIMIT)
        assert client.process.returncode == 0


@pytest.mark.parametrize("text", EACH)
def test_end_of_stdin(text: str) -> None:
    with Client.scripted() as client:
        _busy(client, text)
        assert client.process.stdin is not None
        client.process.stdin.close()
        client.gone_within(LIMIT)
        assert client.process.returncode == 1


@pytest.mark.parametrize("how", ["hang", "block"])
def test_features_that_will_not_close(how: str) -> None:
    with Client.scripted(env={"SCRIPTED_CLOSE": how}) as client:
        _busy(client, "x")
        client.ask("shutdown")
        client.notify("exit")
        client.gone_within(LIMIT)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("text", ["x", BUSY["a loop that is stuck"]])
def test_signals(number: int, text: str) -> None:
    with Client.scripted() as client:
        _busy(client, text)
        client.process.send_signal(number)
        client.gone_within(LIMIT)


def test_exit_answers_what_came_before_and_closes_the_features(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    with Client.scripted(env={"SCRIPTED_MARKER": str(marker)}) as client:
        client.initialize()
        client.execute("pointsman.server.lastRoute")
        last = client.ask("shutdown")
        client.notify("exit")
        assert client.wait(last)["result"] is None
        assert client.exit_code() == 0
        assert client.gone_within(LIMIT) < LIMIT
        assert marker.read_text() == "closed"
        assert client.stderr() == ""


def test_exit_before_initialize_and_without_shutdown() -> None:
    for prepare in (lambda client: None, lambda client: client.initialize()):
        with Client.scripted() as client:
            prepare(client)
            client.notify("exit")
            assert client.exit_code() == 1


def test_a_full_pipe_does_not_hold_up_anything() -> None:
    """The editor reads nothing more: the server works on, and leaves in time."""
    process = subprocess.Popen(SCRIPTED, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
                               env={**os.environ, "PYTHONPATH": f"{ROOT / 'server'}{os.pathsep}{ROOT}"})  # fmt: skip
    try:
        assert process.stdin is not None
        process.stdin.write(_message(id=0, method="initialize", params={"processId": None, "capabilities": {}}))
        process.stdin.write(_message(method="initialized", params={}))
        document = {"uri": URI, "languageId": "python", "version": 1, "text": "teh " * 20_000}
        for _ in range(3):
            process.stdin.write(_message(method="textDocument/didOpen", params={"textDocument": document}))
            process.stdin.flush()
            time.sleep(0.7)
        for number in range(2_000):
            process.stdin.write(_message(id=number + 1, method="textDocument/hover", params=WHERE))
        process.stdin.write(_message(id=9_999, method="shutdown"))
        process.stdin.write(_message(method="exit"))
        process.stdin.flush()
        process.wait(LIMIT)
    finally:
        process.kill()


PARENT = """
import json, os, subprocess, sys, threading, time
def message(**m):
    body = json.dumps({{"jsonrpc": "2.0", **m}}).encode()
    return b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body
hold = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
def start():
    global server
    server = subprocess.Popen({argv!r}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd={cwd!r})
thread = threading.Thread(target=start)
thread.start()
thread.join()  # the thread that started the server ends: that is not the parent's death
params = {{"processId": os.getpid(), "capabilities": {{}}}}
server.stdin.write(message(id=1, method="initialize", params=params) + message(method="initialized", params={{}}))
document = {{"uri": "file:///w/a.py", "languageId": "python", "version": 1, "text": {text!r}}}
server.stdin.write(message(method="textDocument/didOpen", params={{"textDocument": document}}))
server.stdin.write(message(id=2, method="textDocument/hover", params={where!r}))
server.stdin.flush()
# A child that outlives us keeps the other end of stdin open, so that no end of file tells the server.
if os.fork() == 0:
    time.sleep(30)
    os._exit(0)
print(server.pid, flush=True)
time.sleep(30)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the way to look at a process of another parent")
@pytest.mark.parametrize("text", [*EACH, pytest.param("#! hover regex x", id="the interpreter is stuck")])
def test_the_editors_sudden_death(text: str) -> None:
    script = PARENT.format(argv=list(SCRIPTED), cwd=str(ROOT), text=text, where=WHERE)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'server'}{os.pathsep}{ROOT}"}
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment, start_new_session=True)
    try:
        assert parent.stdout is not None
        server = int(parent.stdout.readline())
        time.sleep(2.0)
        assert _runs(server)
        parent.kill()
        parent.wait()
        begin = time.monotonic()
        while _runs(server) and time.monotonic() - begin < 5:
            time.sleep(0.02)
        assert time.monotonic() - begin < LIMIT
    finally:
        os.killpg(parent.pid, signal.SIGKILL)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _message(**message: Any) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def test_the_end_of_the_thread_that_started_the_server_is_not_the_editors_death() -> None:
    """The kernel's death signal comes for it all the same."""
    clients: list[Client] = []

    def start() -> None:
        client = Client.scripted()
        clients.append(client)
        client.initialize()
        time.sleep(0.3)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    with clients[0] as client:
        time.sleep(1.5)
        assert client.request("textDocument/hover", WHERE)["result"] is None
        assert client.shutdown() == 0
