"""What a URI names."""

from __future__ import annotations

import os

import pytest

from pointsman.core.document import Snapshot, path_of


@pytest.mark.skipif(os.name == "nt", reason="paths of POSIX")
@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///w/a.py", "/w/a.py"),
        ("file:///w/a%20b%C3%A9.py", "/w/a bé.py"),
        ("file://localhost/w/a.py", "/w/a.py"),
        ("FILE:///w/a.py?x#y", "/w/a.py"),
        ("file://host/share/a.py", None),
        ("file:///w/%00", None),
        ("untitled:Untitled-1", None),
        ("vscode-notebook-cell:/w/a.py", None),
        ("", None),
    ],
)
def test_path_of(uri: str, path: str | None) -> None:
    assert path_of(uri) == path


def test_snapshot() -> None:
    snapshot = Snapshot.of("file:///a.py", "python", 3, "x\n")
    assert (snapshot.version, snapshot.text.line_count) == (3, 2)
