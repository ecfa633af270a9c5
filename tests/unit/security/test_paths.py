"""Reading what a workspace names (T9), and printing it (T19)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pointsman.security.paths import read_regular, within
from pointsman.security.terminal import printable


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "work"
    (root / "src").mkdir(parents=True)
    (root / "src" / "a.py").write_bytes(b"x = 1\n")
    (tmp_path / "work-evil").mkdir()
    (tmp_path / "outside.txt").write_bytes(b"secret")
    return root


def test_what_lies_inside_is_within(root: Path) -> None:
    assert within(root, root)
    assert within(root, root / "src" / "a.py")
    assert within(root, root / "src" / ".." / "src" / "new.py")


def test_what_leads_out_is_not(root: Path) -> None:
    (root / "link").symlink_to(root.parent)
    (root / "file").symlink_to(root.parent / "outside.txt")
    (root / "loop").symlink_to(root / "loop")
    for path in (
        root / ".." / "outside.txt",
        root.parent / "work-evil" / "x",
        root / "link" / "outside.txt",
        root / "file",
        Path("/etc/passwd"),
        Path(f"{root}/a\0b"),
        root.parent,
    ):
        assert not within(root, path), path
    assert not within(root / "no-such-folder", root / "no-such-folder" / "x")


def test_a_link_inside_that_stays_inside_is_within(root: Path) -> None:
    (root / "alias").symlink_to(root / "src")
    assert within(root, root / "alias" / "a.py")


def test_only_a_regular_file_of_a_fair_size_is_read(root: Path) -> None:
    assert read_regular(root / "src" / "a.py", 6) == b"x = 1\n"
    os.mkfifo(root / "pipe")
    (root / "alias").symlink_to(root / "src" / "a.py")
    for path in (
        root / "pipe",
        root / "alias",
        root / "src",
        root / "none",
        Path("/dev/zero"),
        Path("/dev/null"),
        Path(f"{root}/a\0b"),
        Path("/proc/self/fd/0"),
    ):
        with pytest.raises(OSError):
            read_regular(path, 100)
    with pytest.raises(OSError, match="larger"):
        read_regular(root / "src" / "a.py", 5)


def test_a_file_that_claims_to_be_empty_and_is_not_is_capped() -> None:
    # Files of /proc have no size: the cap must hold for what is read, not for what is claimed.
    with pytest.raises(OSError, match="larger"):
        read_regular(Path("/proc/self/maps"), 10)


@given(st.text())
def test_what_is_printed_moves_no_cursor(text: str) -> None:
    shown = printable(text)
    assert "\x1b" not in shown
    assert len(shown.splitlines()) <= 1
    assert shown.isprintable() or all(ord(char) > 0x7F for char in shown if not char.isprintable())
    assert printable(shown) == shown


def test_escapes_are_readable() -> None:
    assert printable("a\x1b[31mb\r\n\tc\u202e") == "a\\x1b[31mb\\r\\n\\tc\\u202e"
    assert printable("a\n\tb\x1b", lines=True) == "a\n\tb\\x1b"
    assert printable("model-ü 👩‍💻") == "model-ü 👩‍💻"
