"""The specialists and the tasks, read once from their data files."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from pointsman.core.types import Domain


@dataclass(frozen=True, slots=True)
class Agent:
    """One specialist: `name` is what people see, `persona` opens its prompts, `review` is what it looks for."""

    name: str
    persona: str
    review: tuple[str, ...]
    care: str


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that an editor asks for. `shape` is code, prose or json; `output_tokens` bounds the answer."""

    name: str
    shape: str
    ask: str
    output_tokens: int


def agent_for(domain: Domain) -> Agent:
    """The specialist of a domain; `general` code goes to the generalist."""
    return _agents()["generalist" if domain is Domain.GENERAL else domain.value]


def agents() -> tuple[Agent, ...]:
    """All specialists."""
    return tuple(_agents().values())


def task(name: str) -> Task:
    """The task of that name; KeyError for a name that is not in tasks.toml."""
    return _tasks()[name]


@cache
def _agents() -> dict[str, Agent]:
    return {
        name: Agent(name, str(row["persona"]), tuple(row["review"]), str(row["care"]))
        for name, row in _read("agents.toml").items()
    }


@cache
def _tasks() -> dict[str, Task]:
    return {
        name: Task(name, str(row["shape"]), str(row["ask"]), int(row["output_tokens"]))
        for name, row in _read("tasks.toml").items()
    }


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text("utf-8"))
