"""The server's side of the local model's process: start, one request at a time, withdrawal, death.

The process gets no environment but what is written here: no key, no proxy, no path into the workspace.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pointsman.core.errors import Fault, ProviderError
from pointsman.providers import llama_cpp_frames as frames

# OpenMP's threads would otherwise spin between two tokens: a hundred times slower on a busy machine.
ENVIRONMENT: Final = {"OMP_WAIT_POLICY": "PASSIVE", "LANG": "C.UTF-8", "PATH": os.defpath}
# Nothing is imported from the working folder (-P) or named by the environment (-E), and no bytecode is written (-B). Not -I:
# it would also hide what `pip install --user` has installed.
COMMAND: Final = ("-P", "-E", "-B", "-m", "pointsman.providers.llama_cpp_worker")
T = TypeVar("T")
UNHEARD_S: Final = 5.0
FAREWELL_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Wish:
    """Which model to load and how. `fim` names a family of templates, or is "" for what the vocabulary says."""

    path: str
    context: int
    threads: int
    fim: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the process says of the model: `fim` is "" for a model that cannot fill holes; `network` is "none" or "open"."""

    context: int
    fim: str
    chat: str
    network: str


async def _within(deadline: float, wait: Awaitable[T], otherwise: str) -> T:
    try:
        async with asyncio.timeout_at(deadline):
            return await wait
    except TimeoutError as error:
        raise ProviderError(Fault.TIMEOUT, otherwise) from error


class RefusedError(Exception):
    """The process runs, but cannot serve this model; the text says why. `file` tells a bad file from a bad installation."""

    def __init__(self, reason: str, *, file: bool) -> None:
        super().__init__(reason)
        self.file = file


class ModelProcess:
    """One child process with one model. `answer` may be called by many tasks: they wait for each other in order."""

    def __init__(self, wish: Wish, *, python: str = sys.executable) -> None:
        self.wish = wish
        self.loaded: Loaded | None = None
        self.pid: int | None = None
        self._python = python
        self._process: asyncio.subprocess.Process | None = None
        self._ready: asyncio.Task[None] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._number = 0
        self._inbox: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._unheard: dict[int, asyncio.TimerHandle] = {}
        self._death: str | None = None

    @property
    def dead(self) -> bool:
        """Whether it will not answer again."""
        return self._death is not None

    @property
    def busy(self) -> bool:
        """Whether a request is being answered or the model is being loaded."""
        return self._turn.locked() or (self._ready is not None and not self._ready.done())

    async def answer(self, request: dict[str, object], *, timeout_s: float) -> AsyncGenerator[dict[str, Any], None]:
        """The process's messages for `request`, ending with its `done` or `error`.

        Closing the iterator withdraws the request inside the decode; the process stays. Raises ProviderError with TIMEOUT
        (the first message may take `timeout_s`, including the wait for a turn and for the model to load) or CRASHED, and
        RefusedError.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        await _within(deadline, self._turn.acquire(), "the local model is busy with an earlier request")
        number = self._number = self._number + 1
        whole = True
        try:
            await _within(
                deadline, self._start(), "the local model is still loading; it goes on, and later requests will find it"
            )
            self._inbox = asyncio.Queue()
            if self._death is not None:
                raise ProviderError(Fault.CRASHED, self._death)
            whole = False
            await _within(deadline, self._send({"op": "generate", "id": number, **request}), "the local model does not listen")
            while True:
                message = await _within(deadline, self._inbox.get(), "the local model was silent for too long")
                if message is None:
                    whole = True
                    raise ProviderError(Fault.CRASHED, self._death or "the process of the local model ended")
                whole = message["op"] in ("done", "error")
                yield message
                if whole:
                    return
                deadline = loop.time() + timeout_s
        finally:
            if not whole:
                self._withdraw(number)
            self._turn.release()

    async def close(self) -> None:
        """Ends the process: politely, then by force. Safe to call twice and while requests wait."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(FAREWELL_S):
                await process.wait()
        except TimeoutError:
            self.kill()
            await process.wait()
        if self._reader is not None:
            await asyncio.wait([self._reader], timeout=FAREWELL_S)

    def kill(self) -> None:
        """Ends the process at once."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _start(self) -> None:
        # A task of its own: a request that is withdrawn while the model loads must not stop the loading.
        if self._ready is None:
            self._ready = asyncio.create_task(self._load())
        await asyncio.shield(self._ready)

    async def _load(self) -> None:
        try:
            self._process = await asyncio.create_subprocess_exec(
                self._python,
                *COMMAND,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=ENVIRONMENT,
                cwd=os.sep,
                # A Ctrl-C in the server's terminal is the server's to handle.
                start_new_session=True,
            )
        except OSError as error:
            self._death = f"the process of the local model cannot be started: {error.strerror}"
            raise ProviderError(Fault.CRASHED, self._death) from error
        self.pid = self._process.pid
        stdout = self._process.stdout
        if stdout is not None:
            self._reader = asyncio.create_task(self._read(self._process, stdout))
        wish = self.wish
        await self._send({"op": "load", "path": wish.path, "context": wish.context, "threads": wish.threads, "fim": wish.fim})
        first = await self._inbox.get()
        if first is None:
            raise ProviderError(Fault.CRASHED, self._death or "the process of the local model ended while it loaded the model")
        if first["op"] == "refused":
            raise RefusedError(str(first["message"]), file=first["kind"] == "LoadError")
        self.loaded = Loaded(int(first["context"]), str(first["fim"]), str(first["chat"]), str(first["network"]))

    async def _send(self, message: dict[str, object]) -> None:
        stdin = self._process.stdin if self._process else None
        if stdin is None or stdin.is_closing():
            raise ProviderError(Fault.CRASHED, self._death or "the process of the local model has been closed")
        try:
            stdin.write(frames.pack(message))
            await stdin.drain()
        except OSError as error:
            # The reader says how it died; here it is only known that it did.
            raise ProviderError(Fault.CRASHED, self._death or "the process of the local model ended") from error
        except frames.FrameError as error:
            raise ProviderError(Fault.TOO_LONG, str(error)) from error

    async def _read(self, process: asyncio.subprocess.Process, stdout: asyncio.StreamReader) -> None:
        try:
            while True:
                header = await stdout.readexactly(frames.HEADER_BYTES)
                self._deliver(frames.unpack(await stdout.readexactly(frames.size(header))))
        except (asyncio.IncompleteReadError, frames.FrameError, OSError):
            self.kill()
        code = await process.wait()
        self._death = f"the process of the local model {_end(code)}"
        for handle in self._unheard.values():
            handle.cancel()
        self._inbox.put_nowait(None)

    def _deliver(self, message: dict[str, Any]) -> None:
        number = message.get("id")
        if number is not None and message["op"] in ("done", "error") and (handle := self._unheard.pop(number, None)):
            handle.cancel()
        if number is None or number == self._number:
            self._inbox.put_nowait(message)

    def _withdraw(self, number: int) -> None:
        process = self._process
        if self._death is not None or process is None or process.stdin is None or process.stdin.is_closing():
            return
        process.stdin.write(frames.pack({"op": "cancel", "id": number}))
        # A process that does not even stop is stuck: the next request gets a new one.
        self._unheard[number] = asyncio.get_running_loop().call_later(UNHEARD_S, self.kill)


def _end(code: int) -> str:
    if code >= 0:
        return f"ended with status {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
