"""Three real servers behind the real SDKs: one a rung of the ladder, each with its own text."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.fixtures.model_server import ModelServer, Reply, refused_url
from tests.gateway.scripted import BUDGET, LADDER, PREMIUM, STANDARD, Rig, rig, strategy

from pointsman.core.clock import SystemClock
from pointsman.core.types import Deployment, Price
from pointsman.gateway.answer import Answer, Ask
from pointsman.providers.anthropic import Anthropic
from pointsman.providers.base import Provider
from pointsman.providers.openai import OpenAI

DEADLINE_S = 3.0
TEXTS = {slot: f"{slot} says that all is well, in a sentence of some length." for slot in LADDER}
PRICE = Price(2_000_000, 10_000_000, 100_000)

UNREACHABLE = ("refused", "https_on_plain", "dns")
"""Faults that lie in the address, so that no server is needed."""


def providers() -> dict[str, Provider]:
    """The real SDKs; no deployment here needs a key."""
    return {"anthropic": Anthropic(lambda _: None), "openai": OpenAI(lambda _: None)}


@dataclass
class Street:
    """A gateway in front of three servers. `shown` is all that `on_text` was given, in order."""

    servers: Mapping[str, ModelServer]
    rig: Rig
    shown: list[str] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the first text was shown."""
    late_s: float = 0.0
    """How late this machine woke the event loop in the worst case, measured during `ask`."""

    async def ask(self, request: Ask) -> tuple[Answer, float]:
        """The answer, and its seconds on this machine's clock."""
        meter = asyncio.create_task(self._meter())
        began = time.monotonic()
        try:
            answer = await self.rig.gateway.ask(request, on_text=self._show)
        finally:
            took = time.monotonic() - began
            meter.cancel()
        return answer, took

    def _show(self, text: str) -> None:
        self.shown.append(text)
        self.begun.set()

    async def _meter(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            self.late_s = max(self.late_s, time.monotonic() - before - 0.01)

    async def charges(self) -> list[tuple[str, int | None]]:
        """Deployment and settled micro-dollars of each row of the ledger."""
        await self.rig.store.flush()
        return await self.rig.store.read(lambda db: db.execute("SELECT deployment, settled FROM ledger").fetchall())

    @property
    def requests(self) -> int:
        return sum(len(server.requests) for server in self.servers.values())


@contextlib.asynccontextmanager
async def street(
    folder: Path, *, faults: Mapping[str, str] | None = None, replies: Mapping[str, Reply] | None = None,
    deadline_s: float = DEADLINE_S, slots: Sequence[str] = LADDER,
) -> AsyncIterator[Street]:  # fmt: skip
    """Start servers and a gateway. `faults` names what goes wrong at a slot; `replies` says it in full."""
    faults = faults or {}
    plan = strategy(deadlines={"standard": {"total_s": deadline_s, "attempt_s": deadline_s * 0.7}})
    with contextlib.ExitStack() as stack:
        servers = {slot: stack.enter_context(ModelServer()) for slot in slots}
        for slot, server in servers.items():
            fault = faults.get(slot, "")
            # In large pieces where there is no end of them: how fast an SDK reads small ones is not what is tested here.
            reply = Reply(
                TEXTS[slot], fault="" if fault in UNREACHABLE else fault, to="http://127.0.0.1:9",
                chunk=64 if fault == "huge_answer" else 6, at=0 if fault == "huge_answer" else 2,
            )  # fmt: skip
            server.always((replies or {}).get(slot, reply))
        made = providers()
        placed = [_deployment(slot, server, faults.get(slot, "")) for slot, server in servers.items()]
        front = rig(folder, deployments=placed, clock=SystemClock(), plan=plan, providers=made)
        try:
            yield Street(servers, front)
        finally:
            await front.aclose()
            for provider in made.values():
                await provider.aclose()


def _deployment(slot: str, server: ModelServer, fault: str) -> Deployment:
    anthropic = slot == PREMIUM
    url = server.origin if anthropic else server.url
    if fault == "refused":
        url = refused_url("" if anthropic else "/v1")
    elif fault == "https_on_plain":
        url = url.replace("http:", "https:")
    elif fault == "dns":
        url = "https://no-such-host.invalid" + ("" if anthropic else "/v1")
    return Deployment(
        name=slot, slot=slot, provider="anthropic" if anthropic else "openai", model=f"model-of-{slot}", base_url=url,
        api="" if anthropic else {STANDARD: "responses", BUDGET: "chat"}[slot], price=PRICE,
    )  # fmt: skip
