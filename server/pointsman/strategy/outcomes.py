"""Recorded outcomes of several models on the same tasks, read from CSV text: every complaint names file, line and remedy."""

from __future__ import annotations

import csv
import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from pointsman.core.errors import PointsmanError
from pointsman.core.types import Tier

COLUMNS = ("task_id", "model", "success", "cost_usd")
LATENCY = "latency_s"
_TRUTH = {"1": True, "0": False, "1.0": True, "0.0": False, "true": True, "false": False}


class WrongOutcomes(PointsmanError):  # noqa: N818  (named as people read it)
    """Outcomes that cannot be replayed. The message names the file, the line or column, and the remedy."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One model on one task. `cost` in dollars; `latency` in seconds, None where it was not recorded."""

    success: bool
    cost: float
    latency: float | None = None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """`by_model[model][task]`; tasks and models in the file's order. `file` is what messages call it."""

    file: str
    by_model: Mapping[str, Mapping[str, Outcome]]

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(self.by_model)

    def tasks(self, models: tuple[str, ...]) -> tuple[str, ...]:
        """The tasks that all of `models` were recorded on."""
        first, *others = (self.by_model[model] for model in models)
        return tuple(task for task in first if all(task in other for other in others))

    def success(self, model: str) -> float:
        """The share of a model's tasks that it solved."""
        return fmean(each.success for each in self.by_model[model].values())

    def cost(self, model: str) -> float:
        """Dollars a task, on the average."""
        return fmean(each.cost for each in self.by_model[model].values())


def read(text: str, file: str) -> Outcomes:
    """The outcomes of CSV text with a header row; columns beside `COLUMNS` and `LATENCY` are ignored.

    Raises `WrongOutcomes` for a missing column, a value that is none, a row twice, and a file without rows.
    """
    reader = csv.DictReader(text.lstrip("\ufeff").splitlines())
    header = [name.strip() for name in reader.fieldnames or ()]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise WrongOutcomes(
            f"{file}: line 1: no column {' or '.join(missing)} (the first line must name the columns {', '.join(COLUMNS)}"
            f" and, if known, {LATENCY}; it has {', '.join(header) or 'none'})"
        )
    reader.fieldnames = header
    by_model: dict[str, dict[str, Outcome]] = {}
    try:
        for row in reader:
            at = f"{file}: line {reader.line_num}"
            task, model = (_name(row, column, at) for column in ("task_id", "model"))
            if task in by_model.setdefault(model, {}):
                raise WrongOutcomes(f"{at}: {model} on {task} stands there twice (keep one row for each model and task)")
            latency = _number(row, LATENCY, at) if (row.get(LATENCY) or "").strip() else None
            by_model[model][task] = Outcome(_success(row, at), _number(row, "cost_usd", at), latency)
    except csv.Error as error:
        raise WrongOutcomes(f"{file}: line {reader.line_num}: {error} (save it as plain CSV, UTF-8)") from None
    if not by_model:
        raise WrongOutcomes(f"{file}: line 2: no rows (give one for each model and task)")
    return Outcomes(file, by_model)


def tiers(outcomes: Outcomes, named: Mapping[Tier, str]) -> dict[Tier, str]:
    """Which recorded model plays which tier: the `named` ones, and for the others a rule on success and mean cost.

    Premium is the most successful model of all (of equals the cheapest). Of the models that cost less: budget is the most
    successful among the cheapest quarter, standard the most successful among the rest. With too few models a tier stays empty.
    Raises `WrongOutcomes` for a name that was not recorded and for a model that plays two tiers.
    """
    found = {tier: _recorded(outcomes, tier, name) for tier, name in named.items()}
    doubles = [name for name in found.values() if list(found.values()).count(name) > 1]
    if doubles:
        raise WrongOutcomes(f"--tier: {doubles[0]} plays two tiers (name another model for one of them)")
    free = [model for model in outcomes.models if model not in found.values()]

    def strongest(models: list[str]) -> str | None:
        return max(models, key=lambda model: (outcomes.success(model), -outcomes.cost(model)), default=None)

    def take(tier: Tier, model: str | None) -> None:
        if tier not in found and model is not None:
            found[tier] = model
            free.remove(model)

    take(Tier.PREMIUM, strongest(free))
    dearest = outcomes.cost(found[Tier.PREMIUM])
    cheaper = sorted((model for model in free if outcomes.cost(model) < dearest), key=outcomes.cost)
    take(Tier.BUDGET, strongest(cheaper[: math.ceil(len(cheaper) / 4)]))
    take(Tier.STANDARD, strongest([model for model in cheaper if model in free]))
    return {tier: found[tier] for tier in Tier if tier in found}


def _recorded(outcomes: Outcomes, tier: Tier, name: str) -> str:
    if name in outcomes.by_model:
        return name
    near = difflib.get_close_matches(name, outcomes.models, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise WrongOutcomes(f"--tier {tier}: {name!r} is not in {outcomes.file} ({hint}it has {', '.join(outcomes.models)})")


def _name(row: Mapping[str, str | None], column: str, at: str) -> str:
    value = (row.get(column) or "").strip()
    if not value:
        raise WrongOutcomes(f"{at}: column {column}: is empty (name the {'model' if column == 'model' else 'task'})")
    return value


def _success(row: Mapping[str, str | None], at: str) -> bool:
    value = (row.get("success") or "").strip()
    if value.lower() not in _TRUTH:
        raise WrongOutcomes(f"{at}: column success: {value!r} is neither 0 nor 1 (write 1 for a solved task, 0 for another)")
    return _TRUTH[value.lower()]


def _number(row: Mapping[str, str | None], column: str, at: str) -> float:
    value = (row.get(column) or "").strip()
    unit = "dollars" if column == "cost_usd" else "seconds"
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        raise WrongOutcomes(f"{at}: column {column}: {value!r} is no amount (write {unit} as a number from 0, such as 0.25)")
    return number
