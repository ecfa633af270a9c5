"""A GGUF on this machine, through llama-cpp-python in a process of its own (the extra `local`).

The server never imports llama.cpp, and never opens the model beyond its first four bytes. A crash costs one answer: the next
request starts a new process. What crashes again and again is left alone until it changes.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import stat
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pointsman.core.errors import Fault, ProviderError
from pointsman.core.types import Deployment, Usage
from pointsman.providers.base import Done, Event, Prompt, Text
from pointsman.providers.llama_cpp_process import Loaded, ModelProcess, RefusedError, Wish

INSTALL: Final = "pip install 'pointsman[local]'"
# A context costs memory and reading time on the user's own machine, whatever the model was trained for.
LARGEST_CONTEXT: Final = 16_384
MOST_PROCESSES: Final = 2
SAME_REQUEST_CRASHES: Final = 2
CRASHES_IN_A_ROW: Final = 4


@dataclass(frozen=True, slots=True)
class Identity:
    """One state of one file: another one has another identity, and nothing that was held against it."""

    path: str
    device: int
    inode: int
    size: int
    changed_ns: int


class UnusableError(Exception):
    """There is no model to start; the text is one line, `remedy` what to do."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


class LlamaCpp:
    """Provider `llama_cpp`: `deployment.model` is the path of a GGUF, `deployment.fim` a family of FIM templates or ""."""

    def __init__(self, *, python: str = sys.executable, threads: int | None = None) -> None:
        self._python = python
        # One core stays free: the editor needs it while the model works.
        self._threads = threads or max(1, min((os.cpu_count() or 2) - 1, 8))
        self._processes: dict[tuple[Identity, Wish], ModelProcess] = {}
        self._refused: dict[Identity, UnusableError] = {}
        self._crashes: dict[Identity, int] = {}
        self._crashed_requests: dict[tuple[Identity, str], int] = {}

    async def stream(self, deployment: Deployment, prompt: Prompt, *, timeout_s: float) -> AsyncGenerator[Event, None]:
        """See `Provider.stream`. The first wait includes loading the model, which goes on when a request gives up.

        A hole that does not fit the context is cut at its far ends; a conversation that does not fit is TOO_LONG.
        """
        try:
            identity = self._usable(deployment)
        except UnusableError as error:
            raise ProviderError(Fault.NOT_CONFIGURED, str(error), remedy=error.remedy) from None
        request = _request(deployment, prompt)
        # Kept as a digest: nobody may find the user's code in here.
        digest = hashlib.sha256(repr(sorted(request.items())).encode("utf-8", "replace")).hexdigest()
        if self._crashed_requests.get((identity, digest), 0) >= SAME_REQUEST_CRASHES:
            raise ProviderError(Fault.CRASHED, "this very request has crashed the local model before: it is not tried again")
        process = await self._process(identity, deployment)
        some = False
        try:
            async with aclosing(process.answer(request, timeout_s=timeout_s)) as messages:
                async for message in messages:
                    if message["op"] == "text":
                        some = True
                        yield Text(message["text"])
                    elif message["op"] == "error":
                        raise ProviderError(
                            _FAULTS.get(message["fault"], Fault.SERVER), f"the local model: {message['message']}"
                        )
                    else:
                        self._crashes.pop(identity, None)
                        self._crashed_requests.pop((identity, digest), None)
                        if not some:
                            raise ProviderError(Fault.EMPTY, "the local model had nothing to say")
                        yield _done(message)
        except RefusedError as error:
            problem = self._refused[identity] = _unusable(identity, error)
            raise ProviderError(Fault.NOT_CONFIGURED, str(problem), remedy=problem.remedy) from None
        except ProviderError as error:
            if error.fault is Fault.CRASHED:
                self._crashes[identity] = self._crashes.get(identity, 0) + 1
                self._crashed_requests[identity, digest] = self._crashed_requests.get((identity, digest), 0) + 1
            raise

    def ready(self, deployment: Deployment) -> str | None:
        """See `Provider.ready`. Looks at the file's name, kind and first bytes; never loads it."""
        try:
            self._usable(deployment)
        except UnusableError as error:
            return f"{error} ({error.remedy})"
        return None

    async def prepare(self, deployment: Deployment) -> None:
        """See `Provider.prepare`. The model is loaded in its process and writes one token."""
        with contextlib.suppress(ProviderError):
            prompt = Prompt(prefix="#", fim=True, max_output_tokens=1)
            async with aclosing(self.stream(deployment, prompt, timeout_s=60)) as answer:
                async for _ in answer:
                    pass

    def loaded(self, deployment: Deployment) -> Loaded | None:
        """What is known of the model since it was loaded: its context, its templates, whether it can fill holes."""
        for process in self._processes.values():
            if process.wish == self._wish(deployment) and not process.dead:
                return process.loaded
        return None

    def pids(self) -> list[int]:
        """The ids of the processes that run now."""
        return [process.pid for process in self._processes.values() if process.pid is not None and not process.dead]

    async def aclose(self) -> None:
        """See `Provider.aclose`. Takes two seconds at most, whatever the processes do."""
        processes = list(self._processes.values())
        self._processes.clear()
        for process in processes:
            await process.close()

    def _usable(self, deployment: Deployment) -> Identity:
        if importlib.util.find_spec("llama_cpp") is None:
            raise UnusableError("llama-cpp-python is not installed", INSTALL)
        identity = _look(deployment.model)
        if problem := self._refused.get(identity):
            raise UnusableError(str(problem), problem.remedy)
        if self._crashes.get(identity, 0) >= CRASHES_IN_A_ROW:
            name = Path(identity.path).name
            raise UnusableError(
                f"{name} has crashed llama.cpp {CRASHES_IN_A_ROW} times in a row", "choose another file, or restart the server"
            )
        return identity

    def _wish(self, deployment: Deployment) -> Wish:
        context = max(256, min(deployment.context_tokens, LARGEST_CONTEXT))
        return Wish(deployment.model, context, self._threads, deployment.fim)

    async def _process(self, identity: Identity, deployment: Deployment) -> ModelProcess:
        key = (identity, self._wish(deployment))
        for old, process in list(self._processes.items()):
            # Also one whose file has been replaced under the same name, once nobody uses it.
            replaced = old[1] == key[1] and old[0] != identity and not process.busy
            if process.dead or replaced:
                del self._processes[old]
                await process.close()
        if key not in self._processes:
            idle = [old for old, process in self._processes.items() if not process.busy]
            if len(self._processes) >= MOST_PROCESSES and idle:
                await self._processes.pop(idle[0]).close()
        # Looked up again: another request may have come while an old process was closed.
        if key in self._processes:
            self._processes[key] = self._processes.pop(key)
        else:
            self._processes[key] = ModelProcess(key[1], python=self._python)
        return self._processes[key]


_FAULTS: Final = {"too_long": Fault.TOO_LONG, "server": Fault.SERVER, "empty": Fault.EMPTY, "cancelled": Fault.CUT}


def _unusable(identity: Identity, error: RefusedError) -> UnusableError:
    if error.file:
        return UnusableError(
            f"llama.cpp does not take {Path(identity.path).name}: {error}", "choose another GGUF file in config.toml"
        )
    return UnusableError(f"llama-cpp-python does not run here: {error}", f"{INSTALL} --force-reinstall")


def _look(model: str) -> Identity:
    if not model:
        raise UnusableError(
            "no model file is configured", "set the path of a GGUF file as this deployment's model in config.toml"
        )
    remedy = "set the path of a GGUF file in config.toml"
    if "\0" in model or not Path(model).is_absolute():
        # A relative path would mean another file in each workspace.
        raise UnusableError("the path of the model file is not absolute", remedy)
    try:
        # Not blocking: a pipe under this name would otherwise hold the server until somebody writes to it.
        handle = os.open(model, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise UnusableError(f"the model file {model} cannot be opened: {error.strerror}", remedy) from None
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise UnusableError(f"{model} is not a regular file", remedy)
        if os.read(handle, 4) != b"GGUF":
            raise UnusableError(f"{model} is not a GGUF file", remedy)
    finally:
        os.close(handle)
    return Identity(model, facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns)


def _request(deployment: Deployment, prompt: Prompt) -> dict[str, object]:
    return {
        "fim": prompt.fim,
        "prefix": prompt.prefix,
        "suffix": prompt.suffix,
        "system": prompt.system,
        "messages": [(message.role, message.text) for message in prompt.messages],
        "tokens": max(1, min(prompt.max_output_tokens, deployment.max_output_tokens)),
        "temperature": prompt.temperature or 0.0,
        "stop": list(prompt.stop),
        "json": prompt.json,
    }


def _done(message: dict[str, Any]) -> Done:
    usage = Usage(input_tokens=message["input"], output_tokens=message["output"], cached_tokens=message["cached"])
    return Done(usage=usage, truncated=message["truncated"], confidence=message["confidence"])
