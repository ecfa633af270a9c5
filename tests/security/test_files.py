"""T9: no document that is not open, no path that leads out of the workspace, and no file that never ends is ever read."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fixtures.model_server import ModelServer
from tests.security.scene import Scene, actions, inline, lines

from pointsman.app import App, compose

OUTSIDE = "def outside_canary_function(outside_canary_argument):\n    return outside_canary_argument\n" * 30
NAMES = ("a.py", "linked.py", "../outside.py", "..%2foutside.py", "%2e%2e/outside.py", ".%00./outside.py", "x/../../outside.py")


@pytest.fixture
def far_off(scene: Scene) -> Iterator[Scene]:
    """A workspace with everything in it that leads elsewhere or never ends."""
    outside = scene.workspace.parent / "outside.py"
    outside.write_text(OUTSIDE)
    folder = scene.workspace.parent / "outside"
    folder.mkdir()
    (folder / "deep.py").write_text(OUTSIDE)
    inside = scene.workspace
    (inside / "linked.py").symlink_to(outside)
    (inside / "linked").symlink_to(folder)
    (inside / "package.json").symlink_to(outside)
    (inside / "root").symlink_to("/")
    (inside / "up").symlink_to("..")
    (inside / "loop.py").symlink_to("loop.py")
    (inside / "endless.py").symlink_to("/dev/zero")
    (inside / "random.py").symlink_to("/dev/urandom")
    (inside / "memory.py").symlink_to("/proc/self/mem")
    os.mkfifo(inside / "pipe.py")
    os.mkfifo(inside / "requirements.txt")
    os.mkfifo(inside / ".pointsman.toml")
    (inside / "large.py").write_bytes(b"x = 1\n" * 1_000_000)
    (inside / "binary.py").write_bytes(bytes(range(256)) * 100)
    (inside / "bad\udcff name\n.py").write_text("fine = 1\n")
    (inside / "inside.py").write_text("def inside_function(inside_argument):\n    return inside_argument\n" * 30)
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        try:
            os.chdir(inside)  # the name of a socket may have a hundred characters only
            listener.bind("socket.py")
        finally:
            os.chdir(here)
        yield scene


@pytest.fixture
async def app(far_off: Scene, monkeypatch: pytest.MonkeyPatch) -> App:
    for name, value in far_off.env().items():
        monkeypatch.setenv(name, value)
    return compose(workspace=far_off.workspace, trusted=True)


async def test_t9_the_survey_reads_regular_files_of_the_workspace_only(app: App) -> None:
    await app.survey()
    words = app.session.model.words("outside_") + app.session.model.words("inside_")
    assert {"inside_function", "inside_argument"} == set(words)
    assert "outside" not in json.dumps(dict(app.session.manifests))
    assert threading.active_count() < 20
    await app.close()


def test_t9_a_document_that_is_not_open_is_nothing(far_off: Scene, model: ModelServer) -> None:
    far_off.bind(model)
    with far_off.serve() as client:
        uris = [f"{far_off.workspace.as_uri()}/{name}" for name in NAMES]
        uris += ["file:///etc/passwd", "file://evil.example/share/x.py", "file:////unc/share", "untitled:x", "http://evil", ""]
        for uri in uris:
            where = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 1}}
            assert client.request("textDocument/hover", where).get("result") is None
            assert not client.request("textDocument/codeLens", where).get("result")
            assert inline(client, uri, 0, 1) == []
            assert not actions(client, uri, lines(0, 1))
            assert "error" in client.execute("pointsman.server.review", {"uri": uri})
            assert "error" in client.execute("pointsman.server.explain", {"uri": uri, "range": lines(0, 1)})
            client.change(uri, 2, {"text": "x = 1\n"})
            client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
        # And what is open is what the editor says it is, not what lies on the disk under that name.
        client.open(far_off.uri("linked.py"), "x = 1\n")
        inline(client, far_off.uri("linked.py"), 0, 5)
        client.execute("pointsman.server.review", {"uri": far_off.uri("linked.py")}, timeout=30)
        assert client.process.poll() is None
        answers = json.dumps(client.messages)
    sent = "".join(request.text for request in model.requests)
    assert "outside_canary" not in answers + sent and "root:" not in answers + sent


@pytest.mark.parametrize("root", ["file:///", "file:///proc/self", "file:///dev", "file:///nonexistent", "untitled:x"])
def test_t9_an_odd_workspace_folder_does_not_hang_the_server(scene: Scene, root: str) -> None:
    with scene.serve(rootUri=root, workspaceFolders=[{"uri": root, "name": "x"}]) as client:
        client.open("file:///a.py", "def f(a):\n    return a\n")
        assert client.execute("pointsman.server.status", timeout=5)["result"]["serviceLevel"]
        inline(client, "file:///a.py", 1, 12)
        assert client.shutdown(timeout=3) == 0
