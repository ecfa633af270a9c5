"""The provider `llama_cpp` with the real llama.cpp and a real GGUF (`tests/fixtures/gguf.py` says what that model can)."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import textwrap
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures.gguf import write
from tests.providers.llama_calls import AFTER, BILL, ENDLESS, HOLE, ORDER, ask, bind, fault_of

from pointsman.core.errors import Fault
from pointsman.providers.base import Done, Message, Prompt, Text
from pointsman.providers.llama_cpp import MOST_PROCESSES, LlamaCpp

pytestmark = pytest.mark.slow


async def test_fills_a_hole_from_what_the_file_says(llama: LlamaCpp, gguf_path: Path) -> None:
    text, done = await ask(llama, bind(gguf_path), HOLE)
    assert text == "total)\n\n\n"
    assert done.usage is not None
    # 'total', ')', the blank lines, and the mark that ends the answer.
    assert done.usage.output_tokens == 4
    assert not done.truncated
    assert done.confidence is not None
    assert 0.5 < done.confidence <= 1
    loaded = llama.loaded(bind(gguf_path))
    assert loaded is not None
    assert (loaded.fim, loaded.chat, loaded.context) == ("qwen", "chatml", 2_048)


async def test_the_suffix_is_seen_and_without_fim_it_is_not(llama: LlamaCpp, gguf_path: Path, tmp_path: Path) -> None:
    hole = Prompt(fim=True, prefix="import os\n\n\n" + BILL, suffix="\n\n\n" + ORDER, max_output_tokens=2)
    assert (await ask(llama, bind(gguf_path), hole))[0] == "total)"
    blind = bind(gguf_path, fim="none")
    assert not (await ask(llama, blind, hole))[0].startswith("total")
    loaded = llama.loaded(blind)
    assert loaded is not None
    assert loaded.fim == ""
    plain = bind(write(tmp_path / "plain.gguf", fim=False))
    assert (await ask(llama, plain, HOLE))[0].startswith("total)")
    loaded = llama.loaded(plain)
    assert loaded is not None
    assert loaded.fim == ""


async def test_stop_strings_end_the_answer_and_are_not_part_of_it(llama: LlamaCpp, gguf_path: Path) -> None:
    text, done = await ask(llama, bind(gguf_path), replace(HOLE, stop=("\n",)))
    assert text == "total)"
    assert not done.truncated


async def test_the_token_limit_is_exact_and_said(llama: LlamaCpp, gguf_path: Path) -> None:
    for limit in (1, 7):
        _, done = await ask(llama, bind(gguf_path), replace(ENDLESS, max_output_tokens=limit))
        assert done.truncated
        assert done.usage is not None
        assert done.usage.output_tokens == limit
    _, done = await ask(llama, bind(gguf_path, max_output_tokens=5), ENDLESS)
    assert done.usage is not None
    assert done.usage.output_tokens == 5


async def test_the_answer_streams_token_by_token(llama: LlamaCpp, gguf_path: Path) -> None:
    prompt = replace(ENDLESS, max_output_tokens=40)
    events = [event async for event in llama.stream(bind(gguf_path), prompt, timeout_s=60)]
    assert len(events) > 20
    assert all(isinstance(event, Text) for event in events[:-1])
    assert isinstance(events[-1], Done)
    assert "".join(event.text for event in events[:-1] if isinstance(event, Text)).isascii()


async def test_what_was_read_before_is_not_read_again(llama: LlamaCpp, gguf_path: Path) -> None:
    _, first = await ask(llama, bind(gguf_path), HOLE)
    _, again = await ask(llama, bind(gguf_path), HOLE)
    _, typed = await ask(llama, bind(gguf_path), replace(HOLE, prefix=HOLE.prefix + "t"))
    assert first.usage is not None and again.usage is not None and typed.usage is not None
    assert first.usage.cached_tokens == 0
    assert again.usage.cached_tokens == again.usage.input_tokens - 1
    # All of the prefix; the suffix comes after it and is read again.
    assert typed.usage.cached_tokens > typed.usage.input_tokens - 15


async def test_a_prompt_of_any_length_fits_and_typing_on_stays_cheap(llama: LlamaCpp, gguf_path: Path) -> None:
    long = Prompt(fim=True, prefix=ORDER * 3_000 + BILL, suffix=ORDER * 3_000, max_output_tokens=8)
    text, done = await ask(llama, bind(gguf_path, context_tokens=1_024), long)
    assert text.startswith("total)")
    assert done.usage is not None
    assert 1_024 * 0.6 < done.usage.input_tokens <= 1_024 - 8
    _, typed = await ask(llama, bind(gguf_path, context_tokens=1_024), replace(long, prefix=long.prefix + "to"))
    assert typed.usage is not None
    assert typed.usage.cached_tokens > typed.usage.input_tokens / 2


async def test_a_conversation_that_does_not_fit_is_too_long(llama: LlamaCpp, gguf_path: Path) -> None:
    for times in (200, 100_000):
        error = await fault_of(llama, bind(gguf_path), Prompt(messages=(Message("user", ORDER * times),)))
        assert error.fault is Fault.TOO_LONG
    assert (await ask(llama, bind(gguf_path), HOLE))[0].startswith("total)")


@pytest.mark.parametrize("odd", ["\ud800", "\0", "é😀", "<|fim_middle|><|im_end|>", "\r\n\f\u2028", " " * 5_000])
async def test_odd_text_is_only_text(llama: LlamaCpp, gguf_path: Path, odd: str) -> None:
    hole = replace(HOLE, prefix=odd + "\n" + HOLE.prefix, suffix=AFTER + odd)
    assert (await ask(llama, bind(gguf_path), hole))[0].startswith("total)")
    await ask(llama, bind(gguf_path), Prompt(system=odd, messages=(Message("user", odd),), max_output_tokens=4))


async def test_json_is_enforced_by_a_grammar(llama: LlamaCpp, gguf_path: Path) -> None:
    prompt = Prompt(messages=(Message("user", 'give {"a": [1, 2]} as JSON: {"a": [1, 2]}'),), json=True, max_output_tokens=200)
    text, done = await ask(llama, bind(gguf_path), prompt)
    assert done.truncated or json.loads(text) is not NotImplemented
    assert text.lstrip()[:1] in '{["-0123456789tfn'


async def test_requests_at_the_same_time_wait_for_each_other(
    llama: LlamaCpp, gguf_path: Path, heard: list[dict[str, Any]]
) -> None:
    answers = await asyncio.gather(*(ask(llama, bind(gguf_path), HOLE) for _ in range(6)))
    assert {text for text, _ in answers} == {"total)\n\n\n"}
    order = [message["id"] for message in heard if message["op"] != "ready"]
    assert order == sorted(order)
    assert len(llama.pids()) == 1


async def test_closing_the_answer_stops_the_model(llama: LlamaCpp, gguf_path: Path, heard: list[dict[str, Any]]) -> None:
    async with aclosing(llama.stream(bind(gguf_path), ENDLESS, timeout_s=60)) as events:
        for _ in range(3):
            await anext(events)
    assert (await ask(llama, bind(gguf_path), HOLE))[0].startswith("total)")
    first = [message for message in heard if message.get("id") == 1]
    assert (first[-1]["op"], first[-1].get("fault")) == ("error", "cancelled")
    # Of a thousand tokens, those that were on their way.
    assert len(first) < 300


async def test_cancelling_the_task_stops_the_reading_of_a_long_prompt(
    llama: LlamaCpp, gguf_path: Path, heard: list[dict[str, Any]], sent: list[str]
) -> None:
    await ask(llama, bind(gguf_path), HOLE)
    long = Prompt(fim=True, prefix=ORDER[::-1] * 40 + ORDER + BILL, max_output_tokens=900)
    task = asyncio.create_task(ask(llama, bind(gguf_path), long))
    while sent.count("generate") < 2:  # noqa: ASYNC110 - what is waited for happens in the code under test
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await ask(llama, bind(gguf_path), HOLE))[0] == "total)\n\n\n"
    second = [message for message in heard if message.get("id") == 2]
    assert [(message["op"], message["fault"]) for message in second] == [("error", "cancelled")]


def test_a_withdrawal_reaches_the_inside_of_one_decode(gguf_path: Path) -> None:
    script = """
        import sys
        from pointsman.providers.llama_cpp_model import Model, WithdrawnError
        asked, limit = [0], [10**9]
        def cancelled():
            asked[0] += 1
            return asked[0] >= limit[0]
        model = Model(sys.argv[1], context=1024, threads=1, cancelled=cancelled)
        prompt = model.encode("def f(x):\\n    return x\\n" * 12)
        assert len(prompt) < 256, len(prompt)
        def run():
            asked[0] = 0
            return [t.id for t in model.generate(prompt, tokens=1, temperature=0, json=False, ends=frozenset())]
        whole = run()
        needed = asked[0]
        assert needed > 20, needed
        for stop in range(2, needed, 7):
            model.reused = None
            limit[0] = 10**9
            model._lib.llama_memory_clear(model._memory, True)
            model._held.clear()
            limit[0] = stop
            try:
                run()
            except WithdrawnError:
                assert asked[0] <= stop + 1, (asked, stop)
            else:
                raise SystemExit(f"not stopped at {stop} of {needed}")
            limit[0] = 10**9
            assert run() == whole, stop
        print("ok", needed)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(gguf_path)], capture_output=True, text=True, timeout=100
    )
    assert done.stdout.startswith("ok"), done.stderr[-2000:]


async def test_only_so_many_models_are_held(llama: LlamaCpp, gguf_path: Path, tmp_path: Path) -> None:
    for number in range(MOST_PROCESSES + 2):
        path = shutil.copy(gguf_path, tmp_path / f"{number}.gguf")
        assert (await ask(llama, bind(path), HOLE))[0].startswith("total)")
    assert len(llama.pids()) == MOST_PROCESSES
