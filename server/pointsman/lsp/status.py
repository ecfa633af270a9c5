"""The wire form of `pointsman/status`, which the status bar shows."""

from __future__ import annotations

from pointsman.features.items import LastAnswer, Status


def wire_status(status: Status) -> dict[str, object]:
    """Plain data that `json` writes as the editors' plugins expect it."""
    return {
        "serviceLevel": status.service_level.value,
        "last": None if status.last is None else _answer(status.last),
        "sessionMicroDollars": status.session_micro_dollars,
        "todayMicroDollars": status.today_micro_dollars,
        "notice": status.notice,
    }


def _answer(last: LastAnswer) -> dict[str, object]:
    return {
        "id": last.id,
        "task": last.task,
        "model": last.model,
        "source": last.source.value,
        "deployment": last.deployment,
        "reasons": list(last.reasons),
        "costMicroDollars": last.micro_dollars,
        "elapsedMs": last.elapsed_ms,
        "degraded": last.degraded,
        "message": last.message,
    }
