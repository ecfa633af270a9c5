"""`pointsman route`: which model would answer such a request, and why."""

from __future__ import annotations

import argparse
import dataclasses
import difflib
import json
import sys

from pointsman.config.environment import environment
from pointsman.config.load import load
from pointsman.config.settings import Settings
from pointsman.core.errors import PointsmanError
from pointsman.core.types import Domain, Level
from pointsman.strategy import catalog
from pointsman.strategy.plan import Live, Plan, Profile
from pointsman.strategy.policy import plan
from pointsman.strategy.rows import Strategy

_CRITERIA = {
    "complexity": "complex",
    "domain": "frontend",
    "latency": "immediate",
    "cost": "budget",
    "accuracy": "excellent",
    "experience": "beginner",
    "style": "concise",
    "project_size": "large",
    "stack": "legacy_stack",
}


class UnknownWord(PointsmanError):  # noqa: N818  (named as people read it)
    """A word that the strategy has no row for; the message names the option and the words that it knows."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "route",
        help="which model would answer such a request, and why",
        epilog="A WORD that the strategy does not know is answered with those that it does.",
    )
    parser.add_argument("--task", metavar="WORD", help="what is asked for, for example simple_bug_fixes or code_review")
    for name, example in _CRITERIA.items():
        parser.add_argument(f"--{name.replace('_', '-')}", metavar="WORD", help=f"for example {example}")
    parser.add_argument("--live", action="store_true", help="with the keys, models, health and budgets of this machine")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the plan; a word that the strategy does not know is an error."""
    settings = load(environment())
    strategy = catalog.usable(settings.strategy)
    for notice in (*settings.notices, *strategy.notices):
        print(f"pointsman: {notice}", file=sys.stderr)
    profile = profile_of(arguments, strategy)
    decided = _live(profile, settings) if arguments.live else plan(profile, strategy, None, Live())
    if arguments.json:
        print(json.dumps(as_json(decided)))
    else:
        show(decided)
    return 0


def profile_of(arguments: argparse.Namespace, strategy: Strategy) -> Profile:
    """The request that the options describe. Raises `UnknownWord` for a word without a row."""
    words = {name: getattr(arguments, name) for name in ("task", *_CRITERIA)}
    for name, word in words.items():
        allowed = tuple(Domain) if name == "domain" else tuple(strategy.tasks if name == "task" else strategy.criteria[name])
        if word is not None and word not in allowed:
            near = difflib.get_close_matches(word, allowed, n=1)
            hint = f"did you mean {near[0]}?" if near else f"use one of: {', '.join(allowed)}"
            raise UnknownWord(f"--{name.replace('_', '-')}: {word!r} is not known; {hint}")
    complexity, domain = words.pop("complexity"), words.pop("domain")
    return Profile(**words, complexity=Level(complexity) if complexity else None, domain=Domain(domain) if domain else None)


def as_json(decided: Plan) -> dict[str, object]:
    """The plan as `--json` prints it."""
    return {
        "model": decided.model,
        "tier": decided.tier.value,
        "method": decided.method.value,
        "chain": list(decided.chain),
        "emergency": decided.emergency,
        "reasons": list(decided.reasons),
        "estimate": dataclasses.asdict(decided.estimate),
        "service_level": decided.service_level.value,
    }


def show(decided: Plan) -> None:
    """The plan for a person: the model, why, what follows, what it costs."""
    from pointsman.cli.show import plain, show_words

    level = decided.service_level.replace("_", " ")
    show_words(plain(decided.model, "bold green").append(f"  {decided.tier} tier, {decided.method}, {level}", "dim"))
    for number, reason in enumerate(decided.reasons):
        show_words(plain(reason, "" if number == 0 else "dim"), indent=2)
    rungs = " then ".join((*decided.chain, decided.emergency.replace("_", " ")))
    show_words(plain("ladder  ", "dim").append(rungs, "default"), indent=2)
    estimate = decided.estimate
    cost = (
        f"about ${estimate.micro_dollars / 1_000_000:.4f} for {estimate.input_tokens:,} tokens in and "
        f"{estimate.output_tokens:,} out, within {decided.deadline_s:g} s"
    )
    show_words(plain("cost    ", "dim").append(cost, "default"), indent=2)


def _live(profile: Profile, settings: Settings) -> Plan:
    """The plan that the gateway of this machine would make now."""
    # Only a live plan needs keys, the record and the health of models: the plain one starts without them.
    import asyncio
    from pathlib import Path

    from pointsman.cli.sources import open_app

    person = dataclasses.replace(
        profile,
        cost=profile.cost or settings.cost or None,
        experience=profile.experience or settings.experience or None,
        style=profile.style or settings.style or None,
        override=settings.model or None,
        local_only=settings.local_only,
    )

    async def ask() -> Plan:
        async with open_app(Path.cwd()) as app:
            app.keys.prepare(wait_s=1.0)
            await app.gateway.recall()
            return app.gateway.plan(person)

    return asyncio.run(ask())
