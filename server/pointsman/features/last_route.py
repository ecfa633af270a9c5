"""The trace of the last request, for a person who wonders why this model."""

from __future__ import annotations

from pointsman.features.session import Session
from pointsman.gateway.answer import Answer
from pointsman.security.markdown import sanitise


def markdown(session: Session) -> str:
    """Which model answered, why, what was tried before it, how long it took and what it cost."""
    answer = session.last_answer
    if answer is None:
        return "No request yet: type, or ask for a review."
    return sanitise("\n".join(_rows(session, answer)))


def _rows(session: Session, answer: Answer) -> list[str]:
    by = answer.model or f"no model ({answer.source})"
    where = f" on {answer.deployment}" if answer.deployment and answer.deployment != answer.model else ""
    rows = [
        f"**{answer.task}**: {by}{where}, {answer.plan.tier} tier, {answer.plan.method}",
        "",
        f"Service level {answer.service_level}; {answer.elapsed_s * 1000:.0f} ms; "
        f"{dollars(answer.micro_dollars)} for {answer.input_tokens} + {answer.output_tokens} tokens "
        f"(estimated {dollars(answer.plan.estimate.micro_dollars)}); {dollars(session.today_micro_dollars)} today.",
        "",
        "Why:",
        *(f"- {reason}" for reason in (answer.reasons or answer.plan.reasons)),
        "",
        "Ladder: " + ", ".join((*answer.plan.chain, answer.plan.emergency)),
    ]
    if answer.attempts:
        rows += ["", "Tried:", *(_attempt(n, a.slot, a.note, a.elapsed_s) for n, a in enumerate(answer.attempts, 1))]
    if answer.message:
        rows += ["", answer.message]
    return rows


def _attempt(number: int, slot: str, note: str, elapsed_s: float) -> str:
    return f"{number}. {slot}: {note} ({elapsed_s * 1000:.0f} ms)"


def dollars(micro: int) -> str:
    """An amount as people write it: enough digits to be non-zero."""
    if micro == 0:
        return "$0"
    return f"${micro / 1_000_000:.2f}" if micro >= 100_000 else f"${micro / 1_000_000:.4f}"
