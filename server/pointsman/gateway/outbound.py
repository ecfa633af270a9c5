"""The one place where a prompt leaves this machine: no string of it passes with a secret in it."""

from __future__ import annotations

import dataclasses
import re

from pointsman.core.types import Deployment
from pointsman.providers.base import Message, Prompt
from pointsman.security.secrets import redact

_LAST_RUN = re.compile(r"\S+\Z")
_FIRST_RUN = re.compile(r"\A\S+")


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


def _clean(text: str) -> str:
    return redact(text)[0] if text else text


def _around_the_cursor(prefix: str, suffix: str) -> tuple[str, str]:
    """Redact both sides of a hole, and what is a secret only across it: half a key is no match on either side alone."""
    clean_prefix, _ = redact(prefix) if prefix else ("", 0)
    clean_suffix, _ = redact(suffix) if suffix else ("", 0)
    if prefix and suffix:
        _, across = redact(prefix[-4_096:] + suffix[:4_096])
        apart = redact(prefix[-4_096:])[1] + redact(suffix[:4_096])[1]
        if across > apart:
            return _LAST_RUN.sub("", clean_prefix), _FIRST_RUN.sub("", clean_suffix)
    return clean_prefix, clean_suffix
