"""Answers as the record holds them, for tests of reports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pointsman.core.types import Price
from pointsman.monitoring.savings import Benchmark
from pointsman.storage.answers import AnswerRow
from pointsman.storage.figures import Happening

NOON = 1_800_014_400.0
"""2027-01-15 12:00 UTC, in the middle of a minute's, an hour's and a day's beginning."""

PREMIUM = Benchmark("claude_4_sonnet", Price(2_000_000, 10_000_000, 200_000), {"claude_4_sonnet", "backend_specialist"})


def answer(number: int = 0, *, attempts: Sequence[list[object]] | None = None, **more: Any) -> AnswerRow:
    """One answer of the budget model: 1,000 tokens in, 100 out, a second, $0.00015."""
    model = more.get("model", "codellama_70b")
    tried = [[model, model, "", 1.0, 150, 1.0]] if attempts is None else attempts
    given: dict[str, Any] = {
        "id": f"a{number}", "at": NOON + number, "scope": "s", "agent": "generalist", "task": "code_generation",
        "complexity": "simple", "domain": "backend", "source": "model", "model": model, "deployment": model, "method": "single",
        "service_level": "full_service", "micro_dollars": 150, "input_tokens": 1_000, "output_tokens": 100, "elapsed_ms": 1_000,
        "quality": 0.9, "prompt_sha256": "p", "answer_sha256": "a", "answer_chars": 400, "attempts": json.dumps(tried),
        "first_token_ms": 250, "queue_ms": 10, "model_ms": 950, "prompt_chars": 3_700, "usage_reported": 1, **more,
    }  # fmt: skip
    return AnswerRow(**given)


def said(identifier: str, event: str, at: float = NOON, **more: object) -> Happening:
    return Happening(at, "feedback", {"answer": identifier, "event": event, **more})


def fallback(number: int, source: str = "template", fault: str = "network", **more: Any) -> AnswerRow:
    """An answer from below the models, after one call failed."""
    tried = [["codellama_70b", "codellama_70b", fault, 0.5, 0, 0.5]]
    return answer(
        number, attempts=tried, model="", deployment="", source=source, micro_dollars=0, input_tokens=0, output_tokens=0,
        quality=0.0, first_token_ms=None, service_level="minimal_service", **more,
    )  # fmt: skip
