"""`pointsman replay`: recorded outcomes of models on the same tasks, through the policy that decides in the editor."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any

from pointsman.config.environment import environment
from pointsman.config.load import load
from pointsman.core.types import Level, Tier
from pointsman.strategy import bootstrap, catalog, outcomes
from pointsman.strategy.expected_value import Verifier
from pointsman.strategy.outcomes import Outcomes, WrongOutcomes
from pointsman.strategy.plan import Profile
from pointsman.strategy.replay import REPEATS, Figures, Replayed, baselines, replay

Draws = Sequence[Sequence[int]]
_TASK = "complex_debugging"
_POLICIES = ("pointsman", "best_single", "cheapest", "premium", "random", "oracle")
_RULE = "not named by --tier: chosen by success and mean cost"


class WrongOption(WrongOutcomes):
    """An option that cannot be used; the message names it and says what to write."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "replay",
        help="what the policy would have solved and cost on recorded outcomes",
        description=(
            "Replays a CSV of recorded outcomes (columns task_id, model, success, cost_usd and, if known, latency_s) through "
            "the live policy, and shows success, cost and latency with 95 %% intervals beside the best single model, the "
            "cheapest, always premium, a random choice and an oracle, all of the models that play a tier."
        ),
        epilog=(
            "A tier that is not named: premium is the most successful model; of those that cost less, budget is the most "
            "successful of the cheapest quarter, and standard the most successful of the rest."
        ),
    )
    parser.add_argument("data", type=Path, metavar="DATA.csv")
    parser.add_argument(
        "--tier", action="append", default=[], metavar="TIER=MODEL", help="premium=, standard= or budget=; repeat"
    )
    parser.add_argument(
        "--verifier", metavar="TPR/FPR", help="share of good and of bad answers that a check accepts, as 0.9/0.2"
    )
    parser.add_argument("--task", default=_TASK, help=f"what the tasks are in the strategy's words (default {_TASK})")
    parser.add_argument("--complexity", choices=[level.value for level in Level])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--repeats", type=int, default=REPEATS, help=f"replays with other orders and draws (default {REPEATS})")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the figures. Raises `WrongOutcomes` with the remedy for a file or an option that cannot be used."""
    strategy = catalog.usable(load(environment()).strategy)
    if arguments.task not in strategy.tasks:
        raise WrongOption(f"--task: {arguments.task!r} is not known (use one of: {', '.join(sorted(strategy.tasks))})")
    if arguments.repeats < 1:
        raise WrongOption(f"--repeats: {arguments.repeats} is too few (use 1 or more)")
    verifier = _verifier(arguments.verifier) if arguments.verifier else None
    recorded = outcomes.read(_text(arguments.data), str(arguments.data))
    named = _tiers(arguments.tier)
    tiers = outcomes.tiers(recorded, named)
    profile = Profile(task=arguments.task, complexity=Level(arguments.complexity) if arguments.complexity else None)
    replayed = replay(
        recorded, tiers, strategy, profile=profile, verifier=verifier, seed=arguments.seed, repeats=arguments.repeats
    )
    draws = bootstrap.resamples(len(replayed.tasks), Random(arguments.seed))  # noqa: S311 - resampling, no secret
    report: dict[str, object] = {
        "policies": {name: _figures(replayed.policies[name], draws) for name in _POLICIES},
        "against_premium": _against(replayed.policies["pointsman"], replayed.policies["premium"], draws),
        "asked": {" > ".join(sequence): round(share, 4) for sequence, share in replayed.asked.items()},
        "tasks": len(replayed.tasks),
        "tiers": {tier.value: name for tier, name in tiers.items()},
        "verifier": {"true_positive": verifier.true_positive, "false_positive": verifier.false_positive} if verifier else None,
        "by_group": _by_group(replayed),
        "all_models": _all_models(recorded, draws),
        "seed": arguments.seed,
        "repeats": arguments.repeats,
    }
    if arguments.json:
        print(json.dumps(report))
    else:
        show(report, replayed, named)
    return 0


def show(report: Mapping[str, Any], replayed: Replayed, named: Mapping[Tier, str]) -> None:
    """The figures for a person: who plays which tier, one line a policy, and what that means against always premium."""
    from rich import box
    from rich.table import Table

    from pointsman.cli.show import console, plain

    for tier, name in report["tiers"].items():
        console.print(plain(f"{tier:9} {name}" + ("" if Tier(tier) in named else f"  ({_RULE})"), "dim"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("policy", "success", "95 %", "$ a task", "95 %", "seconds"):
        table.add_column(column, justify="left" if column == "policy" else "right", no_wrap=True)
    for name, figures in report["policies"].items():
        low, high = figures["success_ci"]
        cheap, dear = figures["cost_ci"]
        seconds = "-" if figures["latency_s"] is None else f"{figures['latency_s']:.1f}"
        table.add_row(
            plain(name.replace("_", " ")),
            f"{figures['success']:.1%}",
            f"{low:.1%} to {high:.1%}",
            f"{figures['cost_usd']:.3f}",
            f"{cheap:.3f} to {dear:.3f}",
            seconds,
            style="bold green" if name == "pointsman" else "",
        )
    console.print(table)
    points, saved = (report["against_premium"][key] for key in ("success_points", "cost_saved"))
    console.print(
        f"Against always premium: [bold]{points:+.1f}[/] points of success, "
        f"[bold]{abs(saved):.0%}[/] {'less' if saved >= 0 else 'more'} cost, over {report['tasks']} tasks."
    )
    ways = [f"{' then '.join(sequence)} {share:.0%}" for sequence, share in replayed.asked.items() if share >= 0.005]
    check = "a simulated verifier" if report["verifier"] else "no verifier: nothing is begun cheaply that cannot be checked"
    console.print(plain(f"Asked: {', '.join(ways)}. With {check}.", "dim"))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongOutcomes(f"{path}: byte {error.start}: is not UTF-8 (save it as CSV in UTF-8)") from None
    except OSError as error:
        raise WrongOutcomes(f"{path}: {error.strerror or error} (name a CSV file that can be read)") from None


def _tiers(options: Sequence[str]) -> dict[Tier, str]:
    found: dict[Tier, str] = {}
    for option in options:
        tier, equals, model = option.partition("=")
        if not equals or not model or tier not in tuple(Tier):
            raise WrongOption(f"--tier: {option!r} names no tier (write premium=MODEL, standard=MODEL or budget=MODEL)")
        if Tier(tier) in found:
            raise WrongOption(f"--tier: {tier} is given twice (keep one)")
        found[Tier(tier)] = model
    return found


def _verifier(text: str) -> Verifier:
    try:
        true_positive, false_positive = (float(rate) for rate in text.split("/"))
    except ValueError:
        true_positive = false_positive = -1.0
    if not (0 <= true_positive <= 1 and 0 <= false_positive <= 1):
        raise WrongOption(f"--verifier: {text!r} is not two rates (write TPR/FPR, each from 0 to 1, for example 0.9/0.2)")
    return Verifier(true_positive, false_positive)


def _figures(figures: Figures, draws: Draws) -> dict[str, object]:
    return {
        "success": fmean(figures.success),
        "success_ci": list(bootstrap.interval(figures.success, draws)),
        "cost_usd": fmean(figures.cost),
        "cost_ci": list(bootstrap.interval(figures.cost, draws)),
        "latency_s": None if figures.latency is None else fmean(figures.latency),
    }


def _against(ours: Figures, theirs: Figures, draws: Draws) -> dict[str, object]:
    """The difference on the same tasks: points of success, and the share of the cost that was saved."""
    gained = [100 * (a - b) for a, b in zip(ours.success, theirs.success, strict=True)]
    paid = fmean(theirs.cost)
    saved = [b - a for a, b in zip(ours.cost, theirs.cost, strict=True)]
    return {
        "success_points": fmean(gained),
        "success_points_ci": list(bootstrap.interval(gained, draws)),
        "cost_saved": fmean(saved) / paid if paid else 0.0,
        "cost_saved_ci": [each / paid if paid else 0.0 for each in bootstrap.interval(saved, draws)],
    }


def _all_models(recorded: Outcomes, draws: Draws) -> dict[str, object]:
    """What is simply possible with every recorded model, for scale: the policies above choose among the tiers' models only."""
    tasks = recorded.tasks(recorded.models)
    if len(tasks) != len(draws[0]):
        draws = bootstrap.resamples(len(tasks), Random(0)) if tasks else draws  # noqa: S311 - resampling, no secret
    possible = baselines(recorded, recorded.models, tasks) if tasks else {}
    return {"tasks": len(tasks), **{name: _figures(figures, draws) for name, figures in possible.items()}}


def _by_group(replayed: Replayed) -> dict[str, object]:
    """Success and cost by what stands before "__" in the task's name (for SWE-bench the repository); empty for one group."""
    groups: dict[str, list[int]] = {}
    for place, task in enumerate(replayed.tasks):
        groups.setdefault(task.partition("__")[0] if "__" in task else "", []).append(place)
    if len(groups) < 2:
        return {}
    return {
        group: {"tasks": len(places)}
        | {
            name: {
                "success": fmean(figures.success[place] for place in places),
                "cost_usd": fmean(figures.cost[place] for place in places),
            }
            for name in ("pointsman", "premium")
            for figures in (replayed.policies[name],)
        }
        for group, places in sorted(groups.items(), key=lambda item: -len(item[1]))
    }
