"""Every success metric of the requirement, measured: `python -m bench.success_metrics [--json] [--data CSV]`.

Three runs stand behind them. A replay of outcomes (of `--data`, with `--tier premium=NAME` and so on, else of three simulated
models) through the live policy gives quality, cost and selection. A day of requests through the real gateway, on simulated
models that go down, stall, break off and answer poorly, gives availability, fallback, times and consistency. Four days of a
small allowance give adherence. Each figure carries its definition, its 95 % interval and its target. What only people can tell
is not measured, and says so.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import fmean

from tests.gateway.scripted import BUDGET, PREMIUM, REMOTE, STANDARD, FakeClock, Rig, ask, deployment, rig, strategy, template

from pointsman.core.errors import Fault, ProviderError
from pointsman.core.types import Deployment, Level, Source, Tier, Usage
from pointsman.gateway import budget
from pointsman.gateway.answer import Answer, Verdict
from pointsman.monitoring import intervals
from pointsman.monitoring.intervals import Estimate
from pointsman.providers.base import Done, Event, Prompt, Text
from pointsman.strategy import outcomes as recorded
from pointsman.strategy import policy
from pointsman.strategy.expected_value import Verifier
from pointsman.strategy.plan import Live, Profile
from pointsman.strategy.replay import replay

SERVED = (Source.MODEL, Source.CACHE)
TASKS = {
    "inline_completion": 0.55, "simple_bug_fixes": 0.12, "technical_writing": 0.08, "api_documentation": 0.08,
    "code_generation": 0.07, "complex_debugging": 0.05, "complex_architecture_review": 0.05,
}  # fmt: skip
"""What an editor asks for, and how often."""

LENGTHS = {"inline_completion": 48}
"""Output tokens where it is not the usual thousand."""

SECONDS = {PREMIUM: 4.0, STANDARD: 2.0, BUDGET: 0.6}
POOR = {PREMIUM: 0.05, STANDARD: 0.08, BUDGET: 0.15}
"""Each simulated model's usual time to an answer of 1,024 tokens (a quarter of it for a few words), and how often a check finds
the answer poor."""

UP_S, BREAKS = 7_200.0, 0.02
"""Each model goes down, by itself, every two hours on average, and one call in fifty breaks."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of `success_metrics`. `value` is None where it cannot be measured without users."""

    name: str
    target: float
    value: Estimate | None
    definition: str

    @property
    def met(self) -> bool | None:
        return None if self.value is None else self.value.value > self.target


class Weather:
    """Models that go down and come back, break off, stall and answer poorly; the same for the same seed."""

    def __init__(self, clock: FakeClock, seed: int, down: float = 0.0) -> None:
        self._clock, self._random, self._down_s = clock, Random(seed), UP_S * down / (1 - down)
        self._until: dict[str, tuple[float, bool]] = {}

    async def stream(self, deployment: Deployment, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Event]:
        random = self._random
        if not self._up(deployment.slot):
            await self._clock.sleep(0.05)
            raise ProviderError(random.choice((Fault.NETWORK, Fault.SERVER, Fault.OVERLOADED)), "the weather is bad")
        length = min(prompt.max_output_tokens / 1_024, 1.0)
        seconds = SECONDS[deployment.slot] * (0.25 + 0.75 * length) * math.exp(random.gauss(0, 0.4))
        broken = random.random() < BREAKS
        await self._clock.sleep(60.0 if broken and random.random() < 0.3 else seconds * 0.3)
        yield Text("poor" if random.random() < POOR[deployment.slot] else "good")
        await self._clock.sleep(seconds * 0.7)
        if broken:
            raise ProviderError(random.choice((Fault.CUT, Fault.MALFORMED)), "broken off")
        yield Done(Usage(1_000, 100))

    def ready(self, deployment: Deployment) -> str | None:
        return None

    async def prepare(self, deployment: Deployment) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing is open."""

    def _up(self, slot: str) -> bool:
        until, up = self._until.get(slot, (self._clock.monotonic() + self._random.expovariate(1 / UP_S), True))
        while until < self._clock.monotonic():
            up = not up
            until += self._random.expovariate(1 / max(UP_S if up else self._down_s, 1e-9))
        self._until[slot] = until, up
        return up


def check(text: str) -> Verdict:
    return Verdict(0.95 if text == "good" else 0.4, text, () if text == "good" else ("poor",))


async def a_day(
    requests: int, folder: Path, *, seed: int, down: float, override: str | None = None
) -> list[tuple[str, Answer]]:
    """First choice and answer of each request of a day, one every half minute on average."""
    clock, random = FakeClock(), Random(seed)
    made = rig(folder, clock=clock, providers={"scripted": Weather(clock, seed, down)})
    answers = []
    for number in range(requests):
        clock.advance(random.expovariate(1 / 30))
        profile = Profile(task=random.choices(list(TASKS), list(TASKS.values()))[0], override=override)
        wanted = policy.plan(profile, strategy(), made.gateway.fleet.deployments, Live()).model
        length = LENGTHS.get(profile.task or "", 1_024)
        prompt = Prompt(prefix="code", fim=length < 100, max_output_tokens=length)
        document = f"file:///a.py#{number}"
        request = ask(profile=profile, prompt=prompt, check=check, document=document, offline=(template,), cacheable=True)
        answers.append((wanted, await made.answer(request)))
    await made.aclose()
    return answers


async def allowance(folder: Path) -> tuple[int, int, int]:
    """Days, days within the limit, and micro-dollars over it, when a free user ($1 a day) asks for more than that."""
    clock, random = FakeClock(), Random(3)
    bound = [deployment(slot, **REMOTE) for slot in (PREMIUM, STANDARD, BUDGET)]
    made: Rig = rig(folder, clock=clock, deployments=bound, providers={"scripted": Weather(clock, 3)}, user_tier="free")
    limit, spent = 1_000_000, dict[str, int]()
    for number in range(1_200):
        clock.advance(random.expovariate(1 / 288))
        day = str(int(clock.wall() // 86_400))
        answer = await made.answer(ask(document=f"file:///a.py#{number}", check=check))
        spent[day] = spent.get(day, 0) + answer.micro_dollars
    await made.aclose()
    return len(spent), sum(each <= limit for each in spent.values()), sum(max(each - limit, 0) for each in spent.values())


def simulated(tasks: int = 400) -> recorded.Outcomes:
    """Three models on tasks of different difficulty, for want of `--data`: the stronger is dearer and slower."""
    random, by_model = Random(9), dict[str, dict[str, recorded.Outcome]]()
    for number in range(tasks):
        difficulty = random.gauss(0, 1)
        for name, skill, cost, seconds in (
            ("premium", 1.0, 0.5, 60),
            ("standard", 0.25, 0.12, 40),
            ("budget", -0.35, 0.02, 20),
        ):
            solved = random.random() < 1 / (1 + math.exp(-2.2 * (skill - difficulty)))
            paid, took = cost * math.exp(random.gauss(0, 0.3)), seconds * math.exp(random.gauss(0, 0.3))
            by_model.setdefault(name, {})[f"t{number}"] = recorded.Outcome(solved, paid, took)
    return recorded.Outcomes("simulated", by_model)


def replayed(data: recorded.Outcomes, named: dict[Tier, str], source: str, complexity: str) -> list[Metric]:
    tiers = recorded.tiers(data, named)
    found = replay(
        data,
        tiers,
        strategy(),
        profile=Profile(task="code_generation", complexity=Level(complexity)),
        verifier=Verifier(0.9, 0.2),
        seed=1,
    )
    ours, premium, oracle = (found.policies[name] for name in ("pointsman", "premium", "oracle"))
    standard = [float(data.by_model[tiers[Tier.STANDARD]][task].success) for task in found.tasks]
    rows = list(zip(ours.success, standard, ours.cost, premium.cost, oracle.success, strict=True))
    better = intervals.bootstrap(rows, lambda drawn, _: sum(r[0] for r in drawn) / max(sum(r[1] for r in drawn), 1e-9) - 1)
    cheaper = intervals.bootstrap(rows, lambda drawn, _: 1 - sum(r[2] for r in drawn) / max(sum(r[3] for r in drawn), 1e-9))
    optimal = intervals.mean([1 - (best - own) for own, _, _, _, best in rows])
    how = f"{source}, {len(rows)} {complexity} tasks, verifier that accepts 90 % of right and 20 % of wrong answers"
    return [
        Metric("Response quality increase", 0.15, better, f"solved tasks against always asking the standard tier ({how})"),
        Metric("Cost efficiency improvement", 0.25, cheaper, f"cost against always asking the premium tier ({how})"),
        Metric("Optimal model selection rate", 0.90, optimal, f"requests solved, or that no bound model solves ({how})"),
    ]


async def measured(requests: int, down: float, folder: Path) -> list[Metric]:
    day = await a_day(requests, folder / "day", seed=5, down=down)
    always = await a_day(requests, folder / "premium", seed=5, down=down, override=PREMIUM)
    fell = [answer for wanted, answer in day if answer.model != wanted]
    there = sum(answer.source in SERVED or any(n.note.startswith("quality") for n in answer.attempts) for _, answer in day)
    modelled = [answer for _, answer in day if answer.source is Source.MODEL]
    pairs = [(ours.elapsed_s, theirs.elapsed_s) for (_, ours), (_, theirs) in zip(day, always, strict=True)]
    faster = intervals.bootstrap(pairs, lambda drawn, _: 1 - fmean(p[0] for p in drawn) / fmean(p[1] for p in drawn))
    days, within, over = await allowance(folder / "allowance")
    weather = f"{requests} requests, each model down {down:.1%} of the time, 2 % of calls break, 5 to 15 % of answers are poor"
    return [
        Metric("Response time optimization", 0.20, faster, f"mean time to an answer against always premium ({weather})"),
        Metric("Model availability", 0.995, intervals.share(there, len(day)),
               f"requests that a model or the cache answered in time, well or poorly ({weather})"),
        Metric("Fallback success rate", 0.95, intervals.share(sum(a.source in SERVED for a in fell), len(fell)),
               f"of those whose first choice gave no answer, answered by another model or the cache ({weather})"),
        Metric("Cost budget adherence", 0.95, intervals.share(within, days),
               f"days within $1 when twelve hundred requests ask for more; {over} micro-dollars over"),
        Metric("Quality consistency", 0.85, intervals.share(sum(a.quality >= 0.7 for a in modelled), len(modelled)),
               f"answers given whose check score is 0.7 or more ({weather})"),
        Metric("User satisfaction", 4.5, None, "not measured: only people can rate; `pointsman stats` shows it once they do"),
    ]  # fmt: skip


def main() -> int:
    """Measure and print; 1 when a metric that can be measured misses its target."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--requests", type=int, default=1_000)
    parser.add_argument("--down", type=float, default=0.01, help="the share of time that each simulated model is down")
    parser.add_argument("--data", type=Path, help="recorded outcomes: task_id,model,success,cost_usd")
    parser.add_argument("--complexity", choices=[level.value for level in Level], default=Level.COMPLEX.value,
                        help="of the replayed tasks: complex, as repairs across a repository are")  # fmt: skip
    parser.add_argument("--tier", action="append", default=[], metavar="TIER=MODEL")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    # Denial of wallet is not what is measured here.
    budget.CALLS_A_MINUTE = 10**9
    data = recorded.read(args.data.read_text("utf-8-sig"), args.data.name) if args.data else simulated()
    named = {Tier(tier): model for tier, _, model in (each.partition("=") for each in args.tier)}
    named = named or ({} if args.data else {tier: tier.value for tier in Tier})
    rows = replayed(data, named, f"replay of {args.data.name if args.data else 'simulated outcomes'}", args.complexity)
    with tempfile.TemporaryDirectory() as folder:
        rows += asyncio.run(measured(args.requests, args.down, Path(folder)))
    if args.json:
        plain = [{"metric": r.name, "target": r.target, "met": r.met, "definition": r.definition,
                  **({"value": r.value.value, "ci": [r.value.low, r.value.high]} if r.value else {"value": None})}
                 for r in rows]  # fmt: skip
        print(json.dumps(plain))
    for row in () if args.json else rows:
        value = f"{row.value.value:7.1%} ({row.value.low:.1%} to {row.value.high:.1%})" if row.value else "not measured"
        print(
            f"{'ok  ' if row.met else 'MISS' if row.met is False else '-   '} {row.name:30} {value:30} target > {row.target:g}"
        )
        print(f"     {row.definition}")
    return int(any(row.met is False for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())
