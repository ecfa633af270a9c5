"""What the local model's process cannot do: T10 and T11 of the threats, with the real llama.cpp."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from tests.fixtures.gguf import write
from tests.providers.llama_calls import HOLE, ORDER, ask, bind

from pointsman.providers.base import Message, Prompt
from pointsman.providers.llama_cpp import LlamaCpp

pytestmark = pytest.mark.slow


async def test_the_process_has_no_key_no_workspace_and_no_network(
    llama: LlamaCpp, gguf_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-canary")
    monkeypatch.setenv("https_proxy", "http://canary:1")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "llama_cpp.py").write_text("open('canary', 'w')")
    (tmp_path / "numpy.py").write_text("open('canary', 'w')")
    await ask(llama, bind(gguf_path), HOLE)
    (pid,) = llama.pids()
    facts = Path(f"/proc/{pid}")
    environment = (facts / "environ").read_bytes()
    assert b"canary" not in environment
    assert {line.partition(b"=")[0] for line in environment.split(b"\0") if line} <= {b"OMP_WAIT_POLICY", b"LANG", b"PATH"}
    assert (facts / "cwd").readlink() == Path("/")
    assert not (tmp_path / "canary").exists()
    loaded = llama.loaded(bind(gguf_path))
    assert loaded is not None
    cards = [line.split(":")[0].strip() for line in (facts / "net" / "dev").read_text().splitlines()[2:]]
    # Where the kernel forbids it, the process must say so.
    assert (loaded.network == "none") == (
        cards in ([], ["lo"]) and os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")
    )
    assert "llama_cpp" not in sys.modules


def test_code_in_the_process_can_open_no_socket_start_no_program_and_write_no_file(tmp_path: Path) -> None:
    script = f"""
        import os, sys, socket, subprocess
        from pointsman.providers.llama_cpp_sandbox import ForbiddenError, confine
        confine(os.getppid())
        for attempt in (
            lambda: socket.socket(),
            lambda: socket.getaddrinfo("localhost", 80),
            lambda: os.system("true"),
            lambda: subprocess.run(["true"]),
            lambda: os.execv("/bin/true", ["true"]),
            lambda: os.posix_spawn("/bin/true", ["true"], {{}}),
            lambda: os.fork(),
            lambda: open({str(tmp_path / "canary")!r}, "w"),
            lambda: os.open({str(tmp_path / "canary")!r}, os.O_CREAT | os.O_WRONLY),
            lambda: os.remove({str(tmp_path)!r}),
            lambda: os.mkdir({str(tmp_path / "canary")!r}),
        ):
            try:
                attempt()
            except ForbiddenError:
                continue
            sys.exit(f"not refused: {{attempt.__code__.co_firstlineno}}")
        print(open({__file__!r}).read(3))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.returncode) == ('"""\n', 0), done.stderr
    assert list(tmp_path.iterdir()) == []


async def test_the_files_own_chat_template_is_never_run(llama: LlamaCpp, gguf_path: Path, tmp_path: Path) -> None:
    talk = Prompt(system="rules", messages=(Message("user", ORDER),), max_output_tokens=8)
    expected, done = await ask(llama, bind(gguf_path), talk)
    for template in ("{{ 'x' * 10**10 }}", "{% for a in range(10**12) %}{% endfor %}", "{{ broken", "CANARY"):
        path = write(tmp_path / "hostile.gguf", template=template)
        text, other = await ask(llama, bind(path), talk)
        assert text == expected
        assert other.usage is not None and done.usage is not None
        assert other.usage.input_tokens == done.usage.input_tokens


def test_the_process_dies_with_the_server(gguf_path: Path) -> None:
    script = f"""
        import asyncio
        from pointsman.core.types import Deployment
        from pointsman.providers.base import Prompt
        from pointsman.providers.llama_cpp import LlamaCpp
        async def main():
            llama = LlamaCpp(threads=1)
            deployment = Deployment("l", "codellama_70b", "llama_cpp", {str(gguf_path)!r}, context_tokens=2048)
            async for _ in llama.stream(deployment, Prompt(fim=True, prefix="def ", max_output_tokens=1000), timeout_s=60):
                print(llama.pids()[0], flush=True)
                await asyncio.sleep(60)
        asyncio.run(main())
    """
    server = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    pid = int(server.stdout.readline())
    server.kill()
    server.wait()
    server.stdout.close()
    limit = time.monotonic() + 20
    while not gone(pid):
        assert time.monotonic() < limit
        time.sleep(0.01)


def gone(pid: int) -> bool:
    try:
        # A process that nobody has collected yet is gone too.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True
