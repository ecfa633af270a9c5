"""The judgement of an answer: the feature's own check, made safe, and what only the gateway can know about it."""

from __future__ import annotations

from collections.abc import Callable

from pointsman.gateway.answer import Verdict
from pointsman.providers.base import Done
from pointsman.security.output import clean

USABLE = 0.55
"""A poor answer below this is no answer: rather a template than code that would not parse."""

_TRUNCATED_COST = 0.2


def judged(check: Callable[[str], Verdict], text: str, done: Done, *, hole: bool) -> Verdict:
    """What `check` makes of an answer without its hidden characters, less something where the token limit ended it.

    In a hole of code the limit is the normal end, and the check cuts to what is whole. A check that raises is a verdict too: an
    answer that could not be judged is not shown.
    """
    try:
        verdict = check(clean(text))
    except Exception as error:
        return Verdict(0.0, "", (f"the check failed ({type(error).__name__})",))
    if not done.truncated or hole:
        return verdict
    return Verdict(max(verdict.score - _TRUNCATED_COST, 0.0), verdict.text, (*verdict.reasons, "cut at the token limit"))


def good(verdict: Verdict, threshold: float) -> bool:
    """Whether the ladder ends with this answer."""
    return bool(verdict.text) and verdict.score >= threshold


def usable(verdict: Verdict) -> bool:
    """Whether it may stand in, labelled, when nothing better came."""
    return bool(verdict.text) and verdict.score >= USABLE
