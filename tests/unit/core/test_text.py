"""The text of a document equals the reference model after any edits, and costs no more than its edits touch."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.core import reference

from pointsman.core import text as text_module
from pointsman.core.encoding import Encoding
from pointsman.core.text import Text
from pointsman.core.types import Position, Range

PARTS = ["a", "é", "漢", "😀", "\ud800", "\n", "\r", "\r\n", "\x0c", "\u2028", "\x85", "\t"]
ODD = st.lists(st.sampled_from(PARTS), max_size=40).map("".join)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of a few characters, so that every edge case meets an edge of a chunk."""
    monkeypatch.setattr(text_module, "CHUNK", 6)


@pytest.mark.parametrize("chunk", [6, pytest.param(32_768, marks=pytest.mark.slow)])
@pytest.mark.parametrize("encoding", list(Encoding))
def test_10_000_random_edits_equal_the_reference(monkeypatch: pytest.MonkeyPatch, encoding: Encoding, chunk: int) -> None:
    monkeypatch.setattr(text_module, "CHUNK", chunk)
    source = random.Random(f"{encoding}{chunk}")
    expected = reference.random_text(source, 60)
    text = Text.of(expected)
    for _ in range(10_000):
        start, end = sorted((reference.random_position(source, expected), reference.random_position(source, expected)))
        if source.random() < 0.7:
            end = (start[0], start[1] + source.randrange(4))
        new = reference.random_text(source, 6) if len(expected) < 300 else ""
        expected = reference.replace(expected, start, end, new, encoding.value)
        span = Range(text.from_units(*start, encoding), text.from_units(*end, encoding))
        text = text.replace(span, new)
        assert str(text) == expected
    assert [text.line(n) for n in range(text.line_count)] == [expected[a:b] for a, b in reference.lines(expected)]


@pytest.mark.usefixtures("small_chunks")
@settings(max_examples=300, deadline=None)
@given(st.data())
def test_positions_round_trip_and_older_versions_stay_whole(data: st.DataObject) -> None:
    expected = data.draw(ODD)
    text = Text.of(expected)
    for _ in range(data.draw(st.integers(0, 5))):
        before, older = text, str(text)
        first, last = sorted((data.draw(st.integers(0, len(expected))), data.draw(st.integers(0, len(expected)))))
        new = data.draw(ODD)
        span = Range(text.position(first), text.position(last))
        first, last = text.offset(span.start), text.offset(span.end)
        text = text.replace(span, new)
        expected = expected[:first] + new + expected[last:]
        assert str(before) == older
    assert (str(text), len(text)) == (expected, len(expected))
    assert text.encoded == expected.encode("utf-8", "surrogatepass").replace(b"\xed\xa0\x80", "\ufffd".encode())
    for offset in range(len(expected) + 1):
        position = text.position(offset)
        at = text.offset(position)
        assert at == offset or (at == offset - 1 and expected[at : offset + 1] == "\r\n")
        for encoding in Encoding:
            assert text.from_units(*text.to_units(position, encoding), encoding) == position


@pytest.mark.usefixtures("small_chunks")
@given(ODD)
def test_no_line_end_is_ever_split(expected: str) -> None:
    text = Text.of(expected)
    for left, right in pairwise(text._chunks):
        assert not (left.text.endswith("\r") and right.text.startswith("\n"))


@pytest.mark.parametrize("separator", ["\x0c", "\v", "\x1c", "\x1e", "\x85", "\u2028", "\u2029"])
def test_what_only_python_takes_for_a_line_end_is_none(separator: str) -> None:
    assert Text.of(f"a{separator}b\nc").line_count == 2


def test_positions_that_do_not_exist_go_to_the_nearest_before() -> None:
    text = Text.of("ab\r\n😀\rc")
    assert text.line_count == 3
    assert text.offset(Position(0, 99)) == 2 and text.offset(Position(9, 0)) == len(text)
    assert text.position(3) == Position(0, 2)
    assert text.from_units(1, 1, Encoding.UTF16) == Position(1, 0)
    assert text.from_units(1, 3, Encoding.UTF8) == Position(1, 0)
    assert text.from_units(1, 4, Encoding.UTF8) == Position(1, 1)
    assert text.from_units(7, 7, Encoding.UTF16) == Position(2, 1)
    assert text.to_units(Position(1, 1), Encoding.UTF16) == (1, 2)
    assert text.slice(Range(Position(2, 1), Position(1, 0))) == "😀\rc"
    empty = Text.of("")
    assert (empty.line_count, empty.line(0), empty.line(5), empty.position(4)) == (1, "", "", Position(0, 0))
    assert str(empty.replace(Range(Position(0, 0), Position(3, 3)), "x")) == "x"


def test_a_repr_holds_no_content() -> None:
    assert "CANARY" not in repr(Text.of("CANARY"))


@pytest.mark.slow
def test_a_large_document_is_opened_and_edited_in_time() -> None:
    """10 MB: an edit in less than 5 ms. 100 MB: open in less than 2 s, an edit in less than 50 ms."""
    row = "value = compute(first, second)  # ok\n"
    for megabytes, open_limit, edit_limit in ((10, 0.3, 0.005), (100, 2.0, 0.05)):
        content = row * (megabytes * 1_000_000 // len(row))
        begin = time.perf_counter()
        text = Text.of(content)
        assert text.line_count > 1
        assert time.perf_counter() - begin < open_limit
        source, times = random.Random(1), []
        for _ in range(100):
            line = source.randrange(text.line_count)
            begin = time.perf_counter()
            at = text.from_units(line, 4, Encoding.UTF16)
            text = text.replace(Range(at, at), "x")
            assert text.line_count
            times.append(time.perf_counter() - begin)
        assert sorted(times)[95] < edit_limit
