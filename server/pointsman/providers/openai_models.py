"""What OpenAI's own models take and refuse (model pages of 2026-11); compatible servers take everything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pointsman.core.types import Deployment, Usage
from pointsman.providers.pieces import usage_of

_THINKS = re.compile(r"(?:[\w-]+/)?(?:o\d|gpt-[5-9])(?!.*-chat)")
"""Models that think first: they refuse sampling parameters, and their thoughts count toward the output's limit."""

_EFFORTLESS = re.compile(r"(?:[\w-]+/)?gpt-6-(?:luna|sol|astra)")
"""Of those, the ones that can be told not to think at all; the others go no lower than `low`."""


def thinks(deployment: Deployment) -> bool:
    """Whether the model thinks before it writes."""
    return _THINKS.match(deployment.model) is not None


def quick_effort(deployment: Deployment) -> str:
    """The least effort that the model can be asked for, for what must appear while a person types."""
    return "none" if _EFFORTLESS.match(deployment.model) else "low"


def limit(deployment: Deployment, asked: int) -> int:
    """How many tokens the answer may have."""
    return min(asked, deployment.max_output_tokens)


def chat_usage(usage: object) -> Usage | None:
    """What Chat Completions and Completions report as usage."""
    details = _get(usage, "prompt_tokens_details")
    return usage_of(_get(usage, "prompt_tokens"), _get(usage, "completion_tokens"), _get(details, "cached_tokens"))


def _get(value: object, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
