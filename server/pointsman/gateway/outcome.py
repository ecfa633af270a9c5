"""From what happened on the ladder to the `Answer` that people and records see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pointsman.core.clock import Clock
from pointsman.core.types import Method, ServiceLevel, Source, Usage
from pointsman.gateway.answer import Answer, Ask, Attempt, Fallback
from pointsman.gateway.rung import Given
from pointsman.storage.answers import CachedAnswer
from pointsman.strategy.plan import Plan

_NO_USAGE = Usage()
_LABELS = {
    Source.WORKSPACE: "guessed from the workspace, without a model",
    Source.TEMPLATE: "from a template, without a model",
    Source.RULE: "from a rule, without a model",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One request whose answer is being made. `began` is monotonic."""

    ask: Ask
    plan: Plan
    began: float
    id: str

    def modelled(self, given: Given, attempts: Sequence[Attempt], clock: Clock, *, poor: bool = False) -> Answer:
        """A model answered; `poor` says that it is below the threshold and the best that there was."""
        message = ""
        if poor:
            why = "; ".join(given.verdict.reasons) or "its quality is low"
            message = f"below the usual quality ({given.verdict.score:.2f}): {why}"
        elif given.slot != self.plan.model:
            why = _first_failure(attempts).removeprefix(f"{self.plan.model}: ")
            escalated = self.plan.method is Method.CASCADE and given.slot in self.plan.chain[1:2]
            verb = "was asked after" if escalated else "stands in for"
            message = f"{given.slot} {verb} {self.plan.model}: {why}"
        elif self.plan.caution:
            message = self.plan.caution
        return self._answer(
            given.verdict.text, Source.MODEL, attempts, clock, message,
            model=given.slot, deployment=given.deployment.name, quality=given.verdict.score,
            confidence=given.done.confidence, usage=given.usage, reported=given.done.usage is not None,
        )  # fmt: skip

    def cached(self, held: CachedAnswer, attempts: Sequence[Attempt], clock: Clock, *, stale: bool = False) -> Answer:
        """The same question was answered before; `stale` says that no model could be asked again."""
        message = ""
        if stale:
            age = max(clock.wall() - held.at, 0.0)
            why = _first_failure(attempts) or self.plan.caution or _why_none(self.plan)
            message = f"cached answer of {held.model}, {_ago(age)} old: {why}"
        return self._answer(
            held.text,
            Source.CACHE,
            attempts,
            clock,
            message,
            model=held.model,
            deployment=held.deployment,
            quality=held.quality,
        )

    def offline(self, fallback: Fallback, attempts: Sequence[Attempt], clock: Clock) -> Answer:
        """A rung below every model answered."""
        why = _first_failure(attempts) or _why_none(self.plan)
        label = fallback.detail or _LABELS.get(fallback.source, "without a model")
        return self._answer(fallback.text, fallback.source, attempts, clock, f"{label}; {why}")

    def _answer(
        self, text: str, source: Source, attempts: Sequence[Attempt], clock: Clock, message: str, *,
        model: str = "", deployment: str = "", quality: float = 0.0, confidence: float | None = None,
        usage: Usage = _NO_USAGE, reported: bool = False,
    ) -> Answer:  # fmt: skip
        reasons = self.plan.reasons
        if self.plan.method is Method.ENSEMBLE:
            reasons = (*reasons, "ensembles are not built yet: one model was asked")
        failed = tuple(f"{each.slot}: {each.note}" for each in attempts if each.fault is not None)
        # The message may quote the line that settled it: nothing is said twice.
        said = tuple(dict.fromkeys(line for line in (*reasons, *failed) if line not in message))
        below = source not in (Source.MODEL, Source.CACHE)
        called = next((each.called_at for each in attempts if each.called_at is not None), self.began)
        return Answer(
            id=self.id,
            text=text,
            source=source,
            model=model,
            deployment=deployment,
            agent=self.ask.agent,
            task=self.ask.profile.task or "",
            plan=self.plan,
            service_level=ServiceLevel.EMERGENCY if below and not self.plan.chain else self.plan.service_level,
            reasons=(*((message,) if message else ()), *said),
            attempts=tuple(attempts),
            micro_dollars=sum(each.micro_dollars for each in attempts),
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            elapsed_s=clock.monotonic() - self.began,
            quality=quality,
            confidence=confidence,
            message=message,
            queue_s=max(called - self.began, 0.0),
            cached_tokens=usage.cached_tokens,
            usage_reported=reported,
        )


def refusal(outcome: Outcome, attempts: Sequence[Attempt], why: str, clock: Clock) -> Answer:
    """There is nothing, and `message` says why."""
    message = why or _every_failure(attempts) or _why_none(outcome.plan, whole=True)
    return outcome._answer("", Source.NONE, attempts, clock, message)


def _first_failure(attempts: Sequence[Attempt]) -> str:
    return next((f"{each.slot}: {each.note}" for each in attempts if each.fault is not None), "")


def _every_failure(attempts: Sequence[Attempt]) -> str:
    return "; ".join(dict.fromkeys(f"{each.slot}: {each.note}" for each in attempts if each.fault is not None))


def _why_none(plan: Plan, *, whole: bool = False) -> str:
    """The plan's first reason; beside an answer without what it says in brackets."""
    reason = plan.reasons[0] if plan.reasons else "no model can be asked"
    return reason if whole else reason.partition(" (")[0]


def _ago(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3_600:.0f} h"
