"""The local model when things go wrong: crashes, damaged files, nothing installed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import struct
from pathlib import Path

import pytest
from tests.providers.llama_calls import ENDLESS, HOLE, ask, bind, fault_of

from pointsman.core.errors import Fault, ProviderError
from pointsman.providers.base import Prompt
from pointsman.providers.llama_cpp import CRASHES_IN_A_ROW, LlamaCpp

pytestmark = pytest.mark.slow


async def test_a_killed_process_costs_one_answer(llama: LlamaCpp, gguf_path: Path) -> None:
    stream = llama.stream(bind(gguf_path), ENDLESS, timeout_s=60)
    await anext(stream)
    (pid,) = llama.pids()
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(ProviderError) as caught:
        async for _ in stream:
            pass
    assert caught.value.fault is Fault.CRASHED
    assert "SIGKILL" in caught.value.message
    assert (await ask(llama, bind(gguf_path), HOLE))[0] == "total)\n\n\n"
    assert llama.pids() != [pid]


async def test_a_request_that_crashed_twice_is_not_tried_again_and_others_are(llama: LlamaCpp, gguf_path: Path) -> None:
    async def crash() -> ProviderError:
        stream = llama.stream(bind(gguf_path), ENDLESS, timeout_s=60)
        await anext(stream)
        os.kill(llama.pids()[0], signal.SIGKILL)
        with pytest.raises(ProviderError) as caught:
            async for _ in stream:
                pass
        return caught.value

    assert [(await crash()).fault for _ in range(2)] == [Fault.CRASHED] * 2
    refused = await fault_of(llama, bind(gguf_path), ENDLESS)
    assert refused.fault is Fault.CRASHED
    assert "not tried again" in refused.message
    assert llama.pids() == []
    assert (await ask(llama, bind(gguf_path), HOLE))[0].startswith("total)")


async def test_a_file_that_crashes_in_a_row_is_left_alone_until_it_changes(
    llama: LlamaCpp, gguf_path: Path, tmp_path: Path
) -> None:
    path = shutil.copy(gguf_path, tmp_path / "bad.gguf")
    for number in range(CRASHES_IN_A_ROW):
        stream = llama.stream(bind(path), Prompt(fim=True, prefix=f"def f{number} ", max_output_tokens=1_000), timeout_s=60)
        await anext(stream)
        os.kill(llama.pids()[0], signal.SIGKILL)
        with pytest.raises(ProviderError):
            async for _ in stream:
                pass
    reason = llama.ready(bind(path))
    assert reason is not None
    assert "in a row" in reason
    assert (await fault_of(llama, bind(path))).fault is Fault.NOT_CONFIGURED
    os.utime(path, ns=(1, 1))
    assert llama.ready(bind(path)) is None
    assert (await ask(llama, bind(path), HOLE))[0].startswith("total)")


def damaged(data: bytes) -> dict[str, bytes]:
    arch = b"general.architecture\x08\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00llama"
    heads = b"llama.attention.head_count\x04\x00\x00\x00"
    half = len(data) // 2
    return {
        "half": data[:half],
        "without its end": data[:-4_096],
        "header only": data[:24],
        "magic only": b"GGUF",
        "too many keys": data[:16] + struct.pack("<Q", 2**60) + data[24:],
        "metadata turned": data[:3_000] + bytes(byte ^ 0x5A for byte in data[3_000:3_400]) + data[3_400:],
        "unknown architecture": data.replace(arch, arch[:-1] + b"x"),
        "no heads": data.replace(heads + b"\x03", heads + b"\x00"),
        "seven heads": data.replace(heads + b"\x03", heads + b"\x07"),
        "no epsilon": data.replace(b"layer_norm_rms_epsilon", b"layer_norm_rmz_epsilon"),
        "noise for weights": data[:half] + bytes(range(256)) * 1_000 + data[half + 256_000 :],
    }


def damage(good: Path, folder: Path, kind: str) -> Path:
    data = good.read_bytes()
    bad = damaged(data)[kind]
    assert bad != data
    path = folder / "damaged.gguf"
    path.write_bytes(bad)
    return path


@pytest.mark.parametrize("kind", list(damaged(b"")))
async def test_a_damaged_file_is_an_error_with_a_reason(llama: LlamaCpp, gguf_path: Path, tmp_path: Path, kind: str) -> None:
    path = damage(gguf_path, tmp_path, kind)
    if kind == "noise for weights":
        # Nothing tells noise from weights: an answer or an error, but no hang and no harm.
        try:
            await ask(llama, bind(path), HOLE)
        except ProviderError as harm:
            assert harm.fault in (Fault.EMPTY, Fault.SERVER, Fault.CRASHED, Fault.NOT_CONFIGURED)
    else:
        error = await fault_of(llama, bind(path))
        assert error.fault in (Fault.NOT_CONFIGURED, Fault.CRASHED)
        if error.fault is Fault.NOT_CONFIGURED:
            assert error.remedy
            assert llama.ready(bind(path)) is not None
    assert (await ask(llama, bind(gguf_path), HOLE))[0].startswith("total)")


async def test_what_is_no_model_file_is_said_before_anything_starts(llama: LlamaCpp, tmp_path: Path) -> None:
    (tmp_path / "text.gguf").write_text("hello")
    (tmp_path / "empty.gguf").touch()
    os.mkfifo(tmp_path / "pipe.gguf")
    for model, words in {
        "": "no model file",
        str(tmp_path / "nothing.gguf"): "No such file",
        str(tmp_path): "not a regular file",
        str(tmp_path / "pipe.gguf"): "not a regular file",
        "/dev/zero": "not a regular file",
        str(tmp_path / "text.gguf"): "not a GGUF",
        str(tmp_path / "empty.gguf"): "not a GGUF",
        "models/relative.gguf": "not absolute",
        "/tmp/nul\0.gguf": "not absolute",
    }.items():
        reason = llama.ready(bind(model))
        assert reason is not None
        assert words in reason
        error = await fault_of(llama, bind(model))
        assert error.fault is Fault.NOT_CONFIGURED
        assert error.remedy
    assert llama.pids() == []


async def test_without_the_extra_it_says_how_to_install_it(
    llama: LlamaCpp, gguf_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert llama.ready(bind(gguf_path)) == "llama-cpp-python is not installed (pip install 'pointsman[local]')"
    error = await fault_of(llama, bind(gguf_path))
    assert (error.fault, error.remedy) == (Fault.NOT_CONFIGURED, "pip install 'pointsman[local]'")


async def test_a_request_that_gives_up_while_the_model_loads_leaves_it_loading(llama: LlamaCpp, gguf_path: Path) -> None:
    error = await fault_of(llama, bind(gguf_path), timeout_s=0.01)
    assert error.fault is Fault.TIMEOUT
    assert (await ask(llama, bind(gguf_path), HOLE))[0].startswith("total)")
    assert len(llama.pids()) == 1


async def test_closing_ends_the_process_also_in_the_middle_of_an_answer(gguf_path: Path) -> None:
    llama = LlamaCpp(threads=1)
    stream = llama.stream(bind(gguf_path), ENDLESS, timeout_s=60)
    await anext(stream)
    (pid,) = llama.pids()
    await llama.aclose()
    await llama.aclose()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(ProviderError):
        async for _ in stream:
            pass
