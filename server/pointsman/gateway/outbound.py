"""The one place where a prompt leaves this machine: no string of it passes with a secret in it."""

from __future__ import annotations

import dataclasses
from functools import lru_cache

from pointsman.core.types import Deployment
from pointsman.providers.base import Message, Prompt
from pointsman.security.secrets import redact


def outgoing(prompt: Prompt, deployment: Deployment) -> Prompt:
    """The prompt as it may be sent to `deployment`: as it is to this machine, with every secret replaced to any other."""
    if deployment.local:
        return prompt
    prefix, suffix = _around_the_cursor(prompt.prefix, prompt.suffix)
    return dataclasses.replace(
        prompt,
        system=_clean(prompt.system),
        messages=tuple(Message(message.role, _clean(message.text)) for message in prompt.messages),
        prefix=prefix,
        suffix=suffix,
        path=_clean(prompt.path),
        language=_clean(prompt.language),
        stop=tuple(_clean(stop) for stop in prompt.stop),
    )


@lru_cache(maxsize=64)
def _clean(text: str) -> str:
    """Remembered for the next rung, and for what each request repeats, such as an agent's instructions."""
    return redact(text)[0] if text else text


def _around_the_cursor(prefix: str, suffix: str) -> tuple[str, str]:
    """Redact both sides of a hole, and what is a secret only across it: half a key is no match on either side alone."""
    before, after = _clean(prefix), _clean(suffix)
    if not prefix or not suffix:
        return before, after
    whole = _clean(prefix + suffix)
    if whole == before + after:
        return before, after
    # What both ways of looking agree on stays; what lies between is the secret that the cursor stands in.
    start = _shared(whole, before)
    end = _shared(whole[start:][::-1], after[::-1])
    return whole[:start], whole[len(whole) - end :]


def _shared(one: str, other: str) -> int:
    """How many characters at their beginning are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
