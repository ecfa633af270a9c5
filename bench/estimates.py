"""How close an estimate of a request's cost is to what was billed: `python -m bench.estimates [--requests N] [--json]`.

Real SDKs ask a local server that speaks two vendors' APIs and reports usage by two tokenizers of its own, which Pointsman does
not know. Prompts are pieces of this checkout's files in several languages, 400 to 20,000 characters, in six tasks. How long
answers are is the server's: by task, some with the length of what was asked about, and spread by a lognormal factor, since
nobody can know an answer's length before it is there. `--spread` is that factor's sigma. A call counts as close when the
estimate that was made before it lies within 20 % of what was billed; the first calls, before anything was learnt, count too.
`at most` is what one could reach who knew the tokenizer and everything about answers but that chance.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import re
import tempfile
from collections import Counter
from pathlib import Path
from random import Random

from tests.fixtures.model_script import Reply, Request
from tests.fixtures.model_server import ModelServer
from tests.gateway.scripted import accept, settings, strategy

from pointsman.core.clock import SystemClock
from pointsman.core.types import Deployment, Price, Usage
from pointsman.gateway import budget
from pointsman.gateway.answer import Ask
from pointsman.gateway.gateway import Gateway
from pointsman.providers.anthropic import Anthropic
from pointsman.providers.base import Message, Prompt
from pointsman.providers.openai import OpenAI
from pointsman.storage.answers import AnswerLog
from pointsman.storage.store import Store
from pointsman.strategy.plan import Profile

ROOT = Path(__file__).parent.parent
CLOSE = 0.2
TASKS: dict[str, tuple[int, float, int]] = {
    "code_review": (320, 0.0, 1_500),
    "technical_writing": (420, 0.0, 1_500),
    "api_documentation": (60, 0.25, 2_000),
    "code_generation": (180, 0.0, 1_000),
    "complex_debugging": (220, 0.1, 1_500),
    "simple_bug_fixes": (20, 0.5, 4_000),
}
"""Output tokens: a constant, a share of the prompt's tokens, and the most that the request allows."""

TOKENIZERS = {
    "/messages": re.compile(r" ?[A-Za-z]{1,7}|\d{1,3}|[^\sA-Za-z\d]{1,3}|\s+"),
    "/chat/completions": re.compile(r" ?[A-Za-z]{1,5}|\d|[^\sA-Za-z\d]{1,2}|\s{1,4}"),
}
MODELS = {
    "claude_4_sonnet": ("anthropic", "", Price(3_000_000, 15_000_000, 300_000)),
    "gpt_4_turbo": ("openai", "chat", Price(1_000_000, 4_000_000, 250_000)),
}


class Vendor:
    """Answers with as many words as it likes, and reports what its tokenizer counts."""

    def __init__(self, spread: float) -> None:
        self._random, self._spread = Random(11), spread
        self.without_chance: list[tuple[int, int]] = []
        """Input and output tokens of each call, had chance not changed them."""

    def __call__(self, request: Request) -> Reply:
        tokens = next(each for path, each in TOKENIZERS.items() if request.path.endswith(path))
        read = len(tokens.findall(request.text))
        task = next(task for task in TASKS if task in request.text)
        constant, share, most = TASKS[task]
        length = constant + share * read
        self.without_chance.append((read, max(min(round(length), most), 3)))
        written = max(min(round(length * math.exp(self._random.gauss(0, self._spread))), most), 3)
        return Reply("word " * written, chunk=4_000, usage={"input": read, "output": written, "cached": 0})


def prompts(count: int) -> list[tuple[str, str, str]]:
    """Model, task and text of each request; the same for the same count."""
    random = Random(7)
    files = sorted(path for pattern in ("server/**/*.py", "docs/*.md", "editors/**/src/*.ts", "grammars/**/*.scm")
                   for path in ROOT.glob(pattern) if path.stat().st_size > 2_000)  # fmt: skip
    made = []
    for _ in range(count):
        text = "\n".join(random.choice(files).read_text("utf-8") for _ in range(3))
        size = round(math.exp(random.uniform(math.log(400), math.log(20_000))))
        start = random.randrange(max(len(text) - size, 1))
        made.append((random.choice(list(MODELS)), random.choice(list(TASKS)), text[start : start + size]))
    return made


async def measure(count: int, spread: float, folder: Path) -> dict[str, object]:
    """Ask `count` requests, one after the other, and compare."""
    vendor, best = Vendor(spread), 0
    with ModelServer(answers=vendor) as server:
        urls = {"anthropic": server.origin, "openai": server.url}
        bound = [
            Deployment(slot, slot, provider, "m", base_url=urls[provider], api=api, key="k", price=price)
            for slot, (provider, api, price) in MODELS.items()
        ]
        clock = SystemClock()
        store = Store(folder / f"{spread}.db", clock=clock)
        providers = {"anthropic": Anthropic(lambda _: "k"), "openai": OpenAI(lambda _: "k")}
        gateway = Gateway(
            settings=settings(folder), strategy=strategy(budget_allocation={"user_tier_limits": {"standard": "unlimited"}}),
            deployments=bound, providers=providers, store=store, clock=clock, random=Random(1),
        )  # fmt: skip
        naive: list[tuple[int, int]] = []
        for number, (slot, task, text) in enumerate(prompts(count)):
            prompt = Prompt(system=f"You do {task}.", messages=(Message("user", text),), max_output_tokens=TASKS[task][2])
            chars = len(prompt.system) + len(text)
            profile = Profile(task, override=slot, input_tokens=round(chars / 3.7) + 1, output_tokens=prompt.max_output_tokens)
            ask = Ask("bench", profile, prompt, accept, "scope", f"file:///{number}", cacheable=False)
            answer = await gateway.ask(ask)
            assert answer.model == slot, answer.message
            price = MODELS[slot][2]
            best += is_close(price.cost(Usage(*vendor.without_chance[-1])), answer.micro_dollars)
            naive.append((chars * 10 // 37 * price.input // 1_000_000 + prompt.max_output_tokens * price.output // 1_000_000,
                          answer.micro_dollars))  # fmt: skip
        await store.flush()
        rows = (await AnswerLog(store, clock).recent(count))[::-1]
        for provider in providers.values():
            await provider.aclose()
        await gateway.aclose()
        await store.aclose()
    found = [(row.task, row.estimated_micro_dollars or 0, row.micro_dollars) for row in rows]
    asked, close = Counter(task for task, _, _ in found), Counter(task for task, guess, paid in found if is_close(guess, paid))
    return {
        "requests": len(found),
        "spread": spread,
        "close": round(close.total() / len(found), 4),
        "close_by_task": {task: round(close[task] / asked[task], 3) for task in TASKS},
        "close_uncalibrated": round(sum(is_close(*pair) for pair in naive) / len(naive), 4),
        "close_at_most": round(best / len(found), 4),
        "median_error": round(sorted(abs(guess - paid) / paid for _, guess, paid in found)[len(found) // 2], 4),
    }


def is_close(guess: int, paid: int) -> bool:
    return abs(guess - paid) <= CLOSE * paid


def main() -> int:
    """Measure, print, and fail below the bar at the default spread."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--spread", type=float, nargs="*", default=[0.15, 0.0, 0.25, 0.35])
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    # Denial of wallet is not what is measured here.
    budget.CALLS_A_MINUTE = 10**9
    with tempfile.TemporaryDirectory() as folder:
        rows = [asyncio.run(measure(args.requests, spread, Path(folder))) for spread in args.spread]
    if args.json:
        print(json.dumps(rows))
    else:
        for row in rows:
            bounds = f"at most {row['close_at_most']:.1%}, {row['close_uncalibrated']:.1%} uncalibrated"
            print(f"spread {row['spread']}: {row['close']:.1%} of {row['requests']} within 20 % ({bounds})")
            print(f"    {row['close_by_task']}")
    return 0 if float(str(rows[0]["close"])) >= 0.8 else 1


if __name__ == "__main__":
    raise SystemExit(main())
