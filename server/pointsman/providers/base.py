"""The seam between the gateway and every model: one request in, a stream of text out.

A provider never retries, never falls back, never reads the environment and never logs text: the gateway owns
retries, the ladder and the record. A failed call raises `core.errors.ProviderError`, nothing else; closing the
iterator (or cancelling the task that iterates) closes the socket or stops the decode at once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from pointsman.core.types import Deployment, Usage


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked.

    Either a conversation (`messages`, with `system`), or a hole to fill in code (`prefix` and `suffix`, when `fim`
    is true). `path` and `language` describe the hole for templates that name the file. `stop` are strings that
    end the answer and are not part of it. `json` asks for a JSON answer where the endpoint can enforce it.
    """

    system: str = ""
    messages: tuple[Message, ...] = ()
    prefix: str = ""
    suffix: str = ""
    fim: bool = False
    path: str = ""
    language: str = ""
    max_output_tokens: int = 1_024
    temperature: float | None = None
    stop: tuple[str, ...] = ()
    json: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer, in order; never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a whole answer: exactly one, last. Without it the answer was cut.

    `usage` is what the vendor reported, or None. `truncated` says that the token limit ended it. `confidence` is the
    mean probability of the tokens, where the provider knows it.
    """

    usage: Usage | None = None
    truncated: bool = False
    confidence: float | None = None


Event = Text | Done

KeySource = Callable[[Deployment], str | None]
"""Looks up the secret that `deployment.key` names, bound to the deployment's origin; None when there is none."""


class Provider(Protocol):
    """One vendor's wire format."""

    def stream(self, deployment: Deployment, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Event]:
        """Yield the answer as it comes, then one `Done`.

        `timeout_s` bounds the wait for each next byte, not the whole answer (the gateway owns deadlines).
        Raises `ProviderError` with the fault, also for an empty answer (`Fault.EMPTY`).
        """
        ...

    def ready(self, deployment: Deployment) -> str | None:
        """None when a call can be tried, else one line that says what is missing and how to mend it. No I/O on a network."""
        ...

    async def prepare(self, deployment: Deployment) -> None:
        """Do now what the first call would have to wait for: import an SDK, load a model. Sends nothing; never raises."""
        ...

    async def aclose(self) -> None:
        """Close sockets and child processes. Idempotent."""
        ...
