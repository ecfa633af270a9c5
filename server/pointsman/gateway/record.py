"""An answer as a row of counts and hashes: what was asked and said does not go to disk here."""

from __future__ import annotations

import hashlib
import json

from pointsman.gateway.answer import Answer, Ask
from pointsman.gateway.budget import characters
from pointsman.storage.answers import AnswerRow


def row(answer: Answer, ask: Ask, recipe: str, at: float, *, cancelled: bool = False) -> AnswerRow:
    """The record of one answer. Notes of attempts are left out: they are written for people and may quote anything.

    `cancelled` says that nobody waited for it any more: no failure, and no success.
    """
    attempts = [
        [
            each.slot, each.deployment, each.fault.value if each.fault else "", round(each.elapsed_s, 4), each.micro_dollars,
            None if each.called_at is None else round(each.call_s, 4),
        ]
        for each in answer.attempts
    ]  # fmt: skip
    spoke = next((each for each in answer.attempts if each.fault is None and each.first_s is not None), None)
    return AnswerRow(
        id=answer.id,
        at=at,
        scope=_digest(ask.scope),
        agent=answer.agent,
        task=answer.task,
        complexity=ask.profile.complexity.value if ask.profile.complexity else "",
        domain=ask.profile.domain.value if ask.profile.domain else "",
        source=answer.source.value,
        model=answer.model,
        deployment=answer.deployment,
        method=answer.plan.method.value,
        service_level=answer.service_level.value,
        micro_dollars=answer.micro_dollars,
        input_tokens=answer.input_tokens,
        output_tokens=answer.output_tokens,
        elapsed_ms=round(answer.elapsed_s * 1_000),
        quality=answer.quality,
        prompt_sha256=recipe,
        answer_sha256=_digest(answer.text) if answer.text else "",
        answer_chars=len(answer.text),
        attempts=json.dumps(attempts),
        first_token_ms=None if spoke is None or spoke.first_s is None else round(spoke.first_s * 1_000),
        queue_ms=round(answer.queue_s * 1_000),
        model_ms=round(sum(each.call_s for each in answer.attempts) * 1_000),
        prompt_chars=characters(ask.prompt),
        cached_tokens=answer.cached_tokens,
        usage_reported=int(answer.usage_reported),
        estimated_micro_dollars=answer.plan.estimate.micro_dollars if answer.model == answer.plan.model else None,
        cancelled=int(cancelled),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
