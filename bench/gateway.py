"""What the gateway adds to a call: `python -m bench.gateway [--calls N] [--json]`.

The model answers at once, so all that is measured is ours: decision, cache look-up, money, ladder, check, record. Four kinds of
call: free (a local model), paid (reserved and settled in a ledger on disk), a stand-in (the first rung fails), and a cache hit.
In the same run, where they can be imported: LiteLLM's Router and pydantic-ai's FallbackModel on the same prompts, each with a
mocked model; neither keeps a ledger, searches for secrets, checks the answer or records it. Exits 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from random import Random

from bench.gateway_peers import PEERS, missing
from bench.gateway_peers import measure as peer
from tests.gateway.scripted import BUDGET, PREMIUM, REMOTE, STANDARD, ask, deployment, settings, strategy

from pointsman.core.clock import SystemClock
from pointsman.core.errors import Fault, ProviderError
from pointsman.core.types import Deployment, Usage
from pointsman.gateway import budget
from pointsman.gateway.gateway import Gateway
from pointsman.monitoring.percentiles import percentile
from pointsman.providers.base import Done, Event, Message, Prompt, Text
from pointsman.storage.store import Store

BARS_MS = {"p50_ms": 1.0, "p99_ms": 5.0}
_CODE = "def total(items):\n    return sum(item.price for item in items)\n" * 60


class Instant:
    """Answers at once; `broken` deployments fail at once."""

    def __init__(self, broken: frozenset[str] = frozenset()) -> None:
        self._broken = broken

    async def stream(self, deployment: Deployment, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Event]:
        if deployment.name in self._broken:
            raise ProviderError(Fault.BAD_REQUEST, "mocked")
        yield Text("a mocked answer of some length")
        yield Done(Usage(100, 10))

    def ready(self, deployment: Deployment) -> str | None:
        return None

    async def aclose(self) -> None:
        """Nothing is open."""


async def measure(kind: str, calls: int, folder: Path) -> tuple[list[float], float]:
    """Milliseconds of each call after a tenth as many to warm up, and the CPU milliseconds of one call on the average."""
    remote = REMOTE if kind == "paid" else {}
    broken = frozenset({PREMIUM}) if kind == "stand-in" else frozenset[str]()
    clock = SystemClock()
    store = Store(folder / kind / "pointsman.db", clock=clock)
    gateway = Gateway(
        settings=settings(folder),
        strategy=strategy(budget_allocation={"user_tier_limits": {"standard": "unlimited"}}),
        deployments=[deployment(slot, **remote) for slot in (PREMIUM, STANDARD, BUDGET)],
        providers={"scripted": Instant(broken)},
        store=store,
        clock=clock,
        random=Random(1),
    )
    request = ask(cacheable=True, prompt=Prompt(system="s" * 2_000, messages=(Message("user", _CODE),)))
    times = []
    used = time.process_time()
    for number in range(calls + calls // 10):
        each = request
        if kind != "cached":
            # Another text each time, as an editor's are: what a secret scan remembers does not count.
            prompt = replace(request.prompt, messages=(Message("user", f"{_CODE}{number}"),))
            each = replace(request, prompt=prompt, document=f"file:///a.py#{number}")
        began = time.perf_counter()
        answer = await gateway.ask(each)
        times.append((time.perf_counter() - began) * 1_000)
        assert answer.text, answer.message
        # What a call leaves to the background is its own cost (see `cpu`), and not the next call's: people make pauses.
        await store.flush()
    used = (time.process_time() - used) * 1_000 / len(times)
    await gateway.aclose()
    await store.aclose()
    return times[calls // 10 :], used


def _figures(times: list[float]) -> dict[str, float]:
    return {f"p{share}_ms": round(percentile(times, share / 100), 3) for share in (50, 90, 99)}


def _missed(rows: dict[str, dict[str, float]]) -> int:
    return int(any(row[name] > bar for row in rows.values() for name, bar in BARS_MS.items()))


def main() -> int:
    """Measure and print; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--calls", type=int, default=1_000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    # Denial of wallet is not what is measured here.
    budget.CALLS_A_MINUTE = 10**9
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("free", "paid", "stand-in", "cached"):
            times, cpu = asyncio.run(measure(kind, args.calls, Path(folder)))
            rows[kind] = {**_figures(times), "cpu_ms": round(cpu, 3)}
    peers: dict[str, object] = {}
    for module, name in PEERS.items():
        if missing(module):
            peers[name] = "not installed"
            continue
        times, cpu = asyncio.run(peer(module, _CODE, args.calls))
        peers[name] = {**_figures(times), "cpu_ms": round(cpu, 3)}
    if args.json:
        print(
            json.dumps(
                {"calls": args.calls, "cores": os.cpu_count(), "load": os.getloadavg()[0], "kinds": rows, "peers": peers}
            )
        )
        return _missed(rows)
    print(f"{args.calls} calls of each kind, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for kind, row in (*rows.items(), *peers.items()):
        told = row if isinstance(row, str) else "  ".join(f"{name[:-3]} {value:6.2f} ms" for name, value in row.items())
        print(f"{kind:>26}  {told}")
    return _missed(rows)


if __name__ == "__main__":
    sys.exit(main())
