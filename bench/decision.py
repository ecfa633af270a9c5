"""How long a decision takes: `python -m bench.decision` (from the repository's root, in the project's environment).

Plans a spread of requests as a running server does, with deployments and live state, and prints p50 and p99 in milliseconds
beside the bars of 0.3 and 2. Where litellm is installed, its Router's choice of a deployment is timed on as many requests in
the same run.
"""

from __future__ import annotations

import gc
import importlib.util
import itertools
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from pointsman.config.load import load
from pointsman.core.types import Domain, Level
from pointsman.strategy import catalog
from pointsman.strategy.plan import Live, Profile, SlotState
from pointsman.strategy.policy import plan

BARS_MS = {"p50": 0.3, "p99": 2.0}
ROUNDS = 20


def profiles() -> list[Profile]:
    """Requests as an editor makes them: every everyday task at every complexity and domain, for two kinds of person."""
    tasks = (
        "inline_completion",
        "completion",
        "quick_fix",
        "refactor",
        "explain",
        "write_tests",
        "review_file",
        "css_optimization",
    )
    people = (
        Profile(),
        Profile(cost="balanced", style="detailed", experience="expert", project_size="large", stack="legacy_stack"),
    )
    return [
        replace(person, task=task, complexity=level, domain=domain)
        for person, task, level, domain in itertools.product(people, tasks, Level, Domain)
    ]


def timed(call: Callable[[Profile], object], requests: Sequence[Profile]) -> dict[str, float]:
    """Milliseconds of one call, over all requests."""
    for request in requests:
        call(request)
    taken = []
    gc.collect()
    for request in [*requests] * ROUNDS:
        started = time.perf_counter_ns()
        call(request)
        taken.append((time.perf_counter_ns() - started) / 1e6)
    cuts = statistics.quantiles(taken, n=100)
    return {"p50": round(cuts[49], 4), "p99": round(cuts[98], 4), "calls": len(taken)}


def litellm_router() -> Callable[[Profile], object] | None:
    """LiteLLM's choice of a deployment among two, without a call; None where it is not installed."""
    if importlib.util.find_spec("litellm") is None:
        return None
    from litellm import Router

    names = ("anthropic/claude-x", "openai/gpt-x")
    router = Router(
        model_list=[{"model_name": "m", "litellm_params": {"model": name, "api_key": "none"}} for name in names],
    )
    messages = [{"role": "user", "content": "x"}]
    return lambda _: router.get_available_deployment(model="m", messages=messages)


def main() -> int:
    """Print the figures as JSON; 1 when a bar is missed."""
    settings = load({"POINTSMAN_CONFIG_DIR": "/nonexistent"})
    strategy = catalog.load(settings.strategy)
    live = Live({name: SlotState(mean_latency_s=1.0, budget_left=5_000_000) for name in strategy.slots})
    requests = profiles()
    figures: dict[str, object] = {
        "plan_ms": timed(lambda request: plan(request, strategy, settings.deployments, live), requests)
    }
    router = litellm_router()
    figures["litellm_router_ms"] = timed(router, requests) if router else "litellm is not installed"
    started = time.process_time()
    catalog.load(load({"POINTSMAN_CONFIG_DIR": "/nonexistent"}).strategy)
    figures["load_config_and_strategy_cpu_ms"] = round((time.process_time() - started) * 1_000, 1)
    figures["bars_ms"] = BARS_MS
    print(json.dumps(figures, indent=2))
    own = figures["plan_ms"]
    assert isinstance(own, dict)
    return int(any(own[name] > bar for name, bar in BARS_MS.items()))


if __name__ == "__main__":
    sys.exit(main())
