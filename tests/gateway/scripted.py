"""A gateway for tests: a clock that tests move, models that do what a script says, and the shipped strategy."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import tomllib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from pointsman.config.settings import Places, Settings
from pointsman.core.clock import Clock, SystemClock
from pointsman.core.errors import Fault, ProviderError
from pointsman.core.types import Deployment, Price, Source, Usage
from pointsman.gateway.answer import Answer, Ask, Fallback, Verdict
from pointsman.gateway.gateway import Gateway
from pointsman.providers.base import Done, Event, Message, Prompt, Provider, Text
from pointsman.storage.store import Store
from pointsman.strategy import catalog
from pointsman.strategy.plan import Profile
from pointsman.strategy.rows import Strategy

T = TypeVar("T")

PREMIUM, STANDARD, BUDGET = "claude_4_sonnet", "gpt_4_turbo", "codellama_70b"
LADDER = (PREMIUM, STANDARD, BUDGET)


class FakeClock:
    """Time that stands still until a test moves it."""

    def __init__(self, monotonic: float = 1_000.0, wall: float = 1_800_000_000.0) -> None:
        self._monotonic, self._wall = monotonic, wall
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._serial = itertools.count()

    def monotonic(self) -> float:
        return self._monotonic

    def wall(self) -> float:
        return self._wall

    def set_wall(self, wall: float) -> None:
        self._wall = wall

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._monotonic + seconds, next(self._serial), future))
        await future

    def advance(self, seconds: float) -> None:
        """Move both clocks and wake whoever is due."""
        self._monotonic += seconds
        self._wall += seconds
        while self._sleepers and self._sleepers[0][0] <= self._monotonic:
            future = heapq.heappop(self._sleepers)[2]
            if not future.done():
                future.set_result(None)

    async def finish(self, task: asyncio.Task[T]) -> T:
        """Run `task` to its end, jumping to the next sleeper whenever nothing else moves."""
        while not task.done():
            await quiet()
            if task.done():
                break
            self._sleepers = [each for each in self._sleepers if not each[2].done()]
            heapq.heapify(self._sleepers)
            if self._sleepers:
                self.advance(max(self._sleepers[0][0] - self._monotonic, 0.0))
        return await task


async def quiet() -> None:
    """Let everything that can run now run."""
    for _ in range(30):
        await asyncio.sleep(0)
    await asyncio.sleep(0.001)


Step = str | float | ProviderError | Done
"""Text to send, seconds to wait, how to fail, or how to end."""


def fails(fault: Fault, **more: Any) -> list[Step]:
    return [ProviderError(fault, f"scripted {fault.value}", **more)]


def says(text: str, usage: Usage | None = None, chunk: int = 4) -> list[Step]:
    pieces: list[Step] = [text[i : i + chunk] for i in range(0, len(text), chunk)]
    return [*pieces, Done(usage or Usage(100, 20))]


@dataclass
class Scripted:
    """A provider: each call of a deployment takes its next script; the last one repeats."""

    clock: Clock
    scripts: dict[str, list[list[Step]]] = field(default_factory=dict)
    calls: list[tuple[str, Prompt]] = field(default_factory=list)
    closed: int = 0
    missing: dict[str, str] = field(default_factory=dict)
    ignores_cancel_s: float = 0.0

    def script(self, deployment: str, *steps: list[Step]) -> None:
        self.scripts[deployment] = list(steps)

    async def stream(self, deployment: Deployment, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Event]:
        self.calls.append((deployment.name, prompt))
        scripts = self.scripts.get(deployment.name) or [says(f"answer of {deployment.name}")]
        steps = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        try:
            for step in steps:
                if isinstance(step, ProviderError):
                    raise step
                if isinstance(step, float | int):
                    await self.clock.sleep(step)
                elif isinstance(step, Done):
                    yield step
                else:
                    yield Text(step)
        finally:
            self.closed += 1
            if self.ignores_cancel_s:
                await asyncio.sleep(self.ignores_cancel_s)

    def ready(self, deployment: Deployment) -> str | None:
        return self.missing.get(deployment.name)

    async def prepare(self, deployment: Deployment) -> None:
        return None

    async def aclose(self) -> None:
        """Nothing is open."""

    @property
    def called(self) -> list[str]:
        return [name for name, _ in self.calls]


def strategy(**changes: Mapping[str, object]) -> Strategy:
    """The shipped strategy; `changes` replace rows of its tables."""
    raw = tomllib.loads((files("pointsman.strategy") / "strategy.toml").read_text("utf-8"))
    for table, rows in changes.items():
        raw[table] = {**raw[table], **rows}
    return catalog.load(raw)


def deployment(slot: str, name: str = "", **more: Any) -> Deployment:
    """A free deployment on this machine, unless `more` says otherwise."""
    given = {"provider": "scripted", "model": f"model-of-{name or slot}", "base_url": "http://127.0.0.1:9", **more}
    return Deployment(name=name or slot, slot=slot, **given)


REMOTE = {"base_url": "https://models.example.com", "price": Price(2_000_000, 10_000_000, 100_000)}


def settings(folder: Path, **more: Any) -> Settings:
    return replace(Settings(places=Places(folder / "config", folder / "data"), deployments=()), **more)


def accept(text: str) -> Verdict:
    return Verdict(1.0, text)


def ask(text: str = "explain this", **more: Any) -> Ask:
    """A request whose chain is premium, standard, budget, unless its profile says otherwise."""
    given: dict[str, Any] = {
        "agent": "generalist",
        "profile": Profile(task="technical_writing"),
        "prompt": Prompt(messages=(Message("user", text),)),
        "check": accept,
        "scope": "workspace",
        "document": "file:///a.py#1",
        "cacheable": False,
        **more,
    }
    return Ask(**given)


def template() -> Fallback:
    return Fallback("a template", Source.TEMPLATE, "from a template")


@dataclass
class Rig:
    """A gateway and what it stands on."""

    gateway: Gateway
    provider: Scripted
    store: Store
    clock: Clock

    async def answer(self, request: Ask, on_text: Callable[[str], None] | None = None) -> Answer:
        task = asyncio.create_task(self.gateway.ask(request, on_text=on_text))
        return await (self.clock.finish(task) if isinstance(self.clock, FakeClock) else task)

    async def aclose(self) -> None:
        await self.gateway.aclose()
        await self.store.aclose()


def rig(
    folder: Path,
    *,
    deployments: Sequence[Deployment] | None = None,
    clock: Clock | None = None,
    plan: Strategy | None = None,
    providers: Mapping[str, Provider] | None = None,
    utilization: Callable[[], float] = lambda: 0.0,
    **settings_: Any,
) -> Rig:
    """Build one; needs a running event loop."""
    clock = clock or FakeClock()
    provider = Scripted(clock)
    store = Store(folder / "data" / "pointsman.db", clock=clock)
    store.open()
    gateway = Gateway(
        settings=settings(folder, **settings_),
        strategy=plan or strategy(),
        deployments=deployments if deployments is not None else [deployment(slot) for slot in LADDER],
        providers=providers or {"scripted": provider},
        store=store,
        clock=clock,
        random=Random(7),
        utilization=utilization,
    )
    return Rig(gateway, provider, store, clock)


def system_clock() -> SystemClock:
    return SystemClock()
