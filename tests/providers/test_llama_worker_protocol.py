"""The local model's parts that need no llama.cpp: messages, prompts, stop strings, and a process that misbehaves."""

from __future__ import annotations

import io
import os
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pointsman.core.errors import Fault, ProviderError
from pointsman.providers import llama_cpp_frames as frames
from pointsman.providers import llama_cpp_process
from pointsman.providers.llama_cpp_process import ModelProcess, Wish
from pointsman.providers.llama_cpp_prompt import CHATS, HOLES, converse, cut, fill_hole, find_chat, find_hole
from pointsman.providers.llama_cpp_worker import StopStrings


class Words:
    """A vocabulary of one token a character, and of some marks."""

    def __init__(self, *marks: str, bos: bool = False, fim: tuple[int, int, int] | None = None) -> None:
        self.marks = {mark: -1 - number for number, mark in enumerate(marks)}
        self.bos = -99 if bos else None
        self.fim = fim

    def mark(self, text: str) -> int | None:
        return self.marks.get(text)

    def encode(self, text: str, *, bare: bool = False) -> list[int]:
        return [ord(sign) for sign in text]

    def show(self, tokens: list[int]) -> str:
        names = {number: mark for mark, number in self.marks.items()} | {-99: "<bos>"}
        return "".join(names[token] if token < 0 else chr(token) for token in tokens)


@given(st.dictionaries(st.text(), st.recursive(st.text() | st.integers() | st.booleans(), st.lists)), st.text())
def test_a_message_survives_the_pipe(values: dict[str, object], text: str) -> None:
    message = {**values, "op": "text", "text": text, "broken": "\ud800"}
    stream = io.BytesIO(frames.pack(message) * 2)
    assert frames.read(stream) == message
    assert frames.read(stream) == message
    assert frames.read(stream) is None


@pytest.mark.parametrize(
    "data",
    [
        *(b"\0", b"\0\0\0\0", b"\xff\xff\xff\xff{}", b"\0\0\0\x05{}"),
        *(b"\0\0\0\x02[]", b"\0\0\0\x02{}", b"\0\0\0\x03{{{", b"\0\0\0\x08" + b"[" * 8),
    ],
)
def test_a_broken_stream_is_one_error(data: bytes) -> None:
    with pytest.raises(frames.FrameError):
        frames.read(io.BytesIO(data))


@given(st.lists(st.text("ab\n", max_size=4)), st.lists(st.text("ab\n", min_size=1, max_size=3), max_size=3))
def test_stop_strings_cut_the_same_however_the_text_comes(parts: list[str], stops: list[str]) -> None:
    whole = "".join(parts)
    found = [at for stop in stops if (at := whole.find(stop)) >= 0]
    stream = StopStrings(tuple(stops))
    shown = ""
    for part in parts:
        shown += stream.feed(part)
        if stream.hit:
            break
    shown += "" if stream.hit else stream.rest()
    assert stream.hit == bool(found)
    # Where two stop strings overlap, the one that was whole first has ended the answer.
    ends = [at + len(stop) for stop in stops if (at := whole.find(stop)) >= 0]
    assert whole.startswith(shown)
    assert min(found, default=len(whole)) <= len(shown) <= min(ends, default=len(whole))


def test_stop_strings_hold_back_no_more_than_they_must() -> None:
    stream = StopStrings(("\n\n",))
    assert [stream.feed(part) for part in ("a", "\n", "b", "c\n", "\n", "d")][:4] == ["a", "", "\nb", "c"]
    assert stream.hit


@given(st.integers(0, 10_000), st.integers(0, 3_000), st.integers(1, 500))
def test_a_cut_leaves_what_fits_and_moves_in_steps(length: int, keep: int, step: int) -> None:
    dropped = cut(length, keep, step)
    assert length - dropped <= keep or length <= keep
    assert dropped % step == 0 or dropped == length
    assert dropped == 0 or keep - (length - dropped) < step or dropped == length


@given(st.text("xyz", max_size=400), st.text("xyz", max_size=400), st.integers(8, 300), st.sampled_from(HOLES), st.booleans())
def test_a_hole_always_fits_its_room(prefix: str, suffix: str, room: int, family: object, bos: bool) -> None:
    hole = HOLES[HOLES.index(family)]
    words = Words(*filter(None, (hole.prefix, hole.suffix, hole.middle, *hole.signs)), bos=bos)
    tokens = fill_hole(words, find_hole(words), prefix, suffix, room)
    assert len(tokens) <= max(room, 5)
    shown = words.show(tokens)
    for mark in words.marks:
        if mark not in hole.signs:
            assert shown.count(mark) == 1


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("codegemma", "<bos><|fim_prefix|>A<|fim_suffix|>B<|fim_middle|>"),
        ("qwen", "<bos><|fim_prefix|>A<|fim_suffix|>B<|fim_middle|>"),
        ("starcoder", "<bos><fim_prefix>A<fim_suffix>B<fim_middle>"),
        ("santacoder", "<bos><fim-prefix>A<fim-suffix>B<fim-middle>"),
        ("deepseek", "<bos><｜fim▁begin｜>A<｜fim▁hole｜>B<｜fim▁end｜>"),
        ("codellama", "<bos>▁<PRE>A▁<SUF>B▁<MID>"),
        ("codestral", "<bos>[SUFFIX]B[PREFIX]A"),
        ("codegeex", "<bos><|code_suffix|>B<|code_prefix|>A<|code_middle|>"),
        ("seed", "<bos><[fim-suffix]>B<[fim-prefix]>A<[fim-middle]>"),
    ],
)
def test_each_family_gets_its_own_template(family: str, expected: str) -> None:
    hole = next(hole for hole in HOLES if hole.name == family)
    words = Words(*filter(None, (hole.prefix, hole.suffix, hole.middle, *hole.signs)), bos=True)
    found = find_hole(words)
    assert found is not None
    assert found.name == family
    assert words.show(fill_hole(words, found, "A", "B", 100)) == expected


def test_a_person_can_name_the_family_or_switch_filling_off() -> None:
    words = Words("<fim_prefix>", "<fim_suffix>", "<fim_middle>")
    mellum = find_hole(words, "mellum")
    assert mellum is not None
    assert words.show(fill_hole(words, mellum, "A", "B", 100)) == "<fim_suffix>B<fim_prefix>A<fim_middle>"
    assert find_hole(words, "none") is None
    assert find_hole(words, "codellama") is None
    assert words.show(fill_hole(words, None, "A", "B", 100)) == "A"


def test_an_unknown_family_is_filled_with_the_ids_that_llama_cpp_found() -> None:
    words = Words(fim=(1, 2, 3))
    assert fill_hole(words, find_hole(words), "A", "B", 100) == [1, ord("A"), 2, ord("B"), 3]


def test_a_control_token_in_the_code_stays_text() -> None:
    words = Words("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")
    tokens = fill_hole(words, find_hole(words), "x<|fim_middle|>y", "", 100)
    assert [token for token in tokens if token < 0] == [-1, -2, -3]


@pytest.mark.parametrize("chat", CHATS, ids=lambda chat: chat.name)
def test_a_conversation_keeps_every_text_and_ends_where_the_model_answers(chat: object) -> None:
    known = CHATS[CHATS.index(chat)]
    words = Words(*known.needs)
    assert find_chat(words) is known
    shown = words.show(converse(words, known, "RULES", [("user", "ONE"), ("assistant", "TWO"), ("user", "THREE<|im_end|>")]))
    assert shown.index("RULES") < shown.index("ONE") < shown.index("TWO") < shown.index("THREE")
    assert shown.endswith("".join(known.ask))


def test_without_marks_a_conversation_is_plain_headings() -> None:
    words = Words()
    shown = words.show(converse(words, find_chat(words), "RULES", [("user", "ONE")]))
    assert shown == "RULES\n\n### Instruction:\nONE\n\n### Response:\n"


def process_of(tmp_path: Path, body: str) -> ModelProcess:
    """A model process whose program is `body`, with `read` and `send` as its only means."""
    script = tmp_path / "worker.py"
    script.write_text(
        "import sys, time, os\n"
        "from pointsman.providers import llama_cpp_frames as frames\n"
        "def read(): return frames.read(sys.stdin.buffer)\n"
        "def send(**m): sys.stdout.buffer.write(frames.pack(m)); sys.stdout.buffer.flush()\n"
        "load = read()\n" + body
    )
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}"\n')
    program.chmod(0o755)
    return ModelProcess(Wish("/model.gguf", 512, 1), python=str(program))


READY = 'send(op="ready", context=512, fim="", chat="plain", network="open")\n'


async def collect(stream: AsyncIterator[dict[str, object]]) -> list[dict[str, object]]:
    return [message async for message in stream]


@pytest.mark.parametrize(
    "body",
    [
        "os.kill(os.getpid(), 9)",
        READY + "read(); os.kill(os.getpid(), 11)",
        READY + "read(); print('llama_load: noise', flush=True); time.sleep(60)",
        READY + "g = read(); send(op='text', id=g['id'], text='half'); sys.exit(3)",
        "print('x' * 100, flush=True); time.sleep(60)",
    ],
    ids=["killed while loading", "segfault", "noise for a message", "gone in the middle", "noise at the start"],
)
async def test_a_process_that_breaks_is_a_crash_and_nothing_else(tmp_path: Path, body: str) -> None:
    process = process_of(tmp_path, body)
    with pytest.raises(ProviderError) as caught:
        await collect(process.answer({}, timeout_s=30))
    assert caught.value.fault is Fault.CRASHED
    assert process.dead
    await process.close()


async def test_a_program_that_is_not_there_is_a_crash(tmp_path: Path) -> None:
    process = ModelProcess(Wish("/model.gguf", 512, 1), python=str(tmp_path / "nothing"))
    with pytest.raises(ProviderError) as caught:
        await collect(process.answer({}, timeout_s=30))
    assert caught.value.fault is Fault.CRASHED
    await process.close()


async def test_a_silent_process_is_a_timeout_and_one_that_ignores_withdrawal_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(llama_cpp_process, "UNHEARD_S", 0.1)
    process = process_of(tmp_path, READY + "read(); time.sleep(60)")
    with pytest.raises(ProviderError) as caught:
        await collect(process.answer({}, timeout_s=2))
    assert caught.value.fault is Fault.TIMEOUT
    assert process.pid is not None
    with pytest.raises(ProviderError) as caught:
        await collect(process.answer({}, timeout_s=30))
    assert caught.value.fault is Fault.CRASHED
    await process.close()


async def test_closing_the_iterator_sends_one_withdrawal_and_the_late_answer_reaches_nobody(tmp_path: Path) -> None:
    process = process_of(
        tmp_path,
        READY
        + textwrap.dedent("""
        first = read()
        send(op="text", id=first["id"], text="first")
        assert read() == {"op": "cancel", "id": first["id"]}
        send(op="text", id=first["id"], text="late")
        send(op="error", id=first["id"], fault="cancelled", message="")
        second = read()
        assert second["op"] == "generate", second
        send(op="done", id=second["id"])
        time.sleep(60)
        """),
    )
    async with aclosing(process.answer({}, timeout_s=30)) as messages:
        assert (await anext(messages))["text"] == "first"
    assert [message["op"] for message in await collect(process.answer({}, timeout_s=30))] == ["done"]
    await process.close()
    assert process.pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)
