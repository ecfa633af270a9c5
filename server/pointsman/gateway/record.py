"""An answer as a row of counts and hashes: what was asked and said does not go to disk here."""

from __future__ import annotations

import hashlib
import json

from pointsman.gateway.answer import Answer, Ask
from pointsman.storage.answers import AnswerRow


def row(answer: Answer, ask: Ask, recipe: str, at: float) -> AnswerRow:
    """The record of one answer. Notes of attempts are left out: they are written for people and may quote anything."""
    attempts = [
        [each.slot, each.deployment, each.fault.value if each.fault else "", round(each.elapsed_s, 4), each.micro_dollars]
        for each in answer.attempts
    ]
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
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
