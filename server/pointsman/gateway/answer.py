"""What a feature hands to the gateway, and what it gets back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pointsman.core.errors import Fault
from pointsman.core.types import Method, ServiceLevel, Source
from pointsman.providers.base import Prompt
from pointsman.strategy.plan import Plan, Profile


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one answer: `score` in 0..1 and the reasons for what it lost.

    `text` is the answer as it may be used (unfenced, trimmed, cleaned); below the strategy's threshold the gateway moves on.
    """

    score: float
    text: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fallback:
    """An answer that needs no model."""

    text: str
    source: Source
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to any model.

    `check` judges a model's answer (pure, quick). `scope` separates workspaces in the cache; `document` names document and
    version, so that an answer never serves another text. `offline` are the rungs below every model, best first: each returns an
    answer or None, and must not do I/O on a network. `cacheable` is false where a stored answer must never be served.
    """

    agent: str
    profile: Profile
    prompt: Prompt
    check: Callable[[str], Verdict]
    scope: str
    document: str
    offline: tuple[Callable[[], Fallback | None], ...] = ()
    cacheable: bool = True


@dataclass(frozen=True, slots=True)
class Attempt:
    """One rung that was tried: `fault` is None when it gave the answer; `note` says in words what happened.

    `called_at` is the monotonic time at which its model was called, or None when it was passed over; `call_s` is how long the
    model had the request and `first_s` how long until its first text.
    """

    slot: str
    deployment: str
    fault: Fault | None
    note: str
    elapsed_s: float
    micro_dollars: int = 0
    called_at: float | None = None
    call_s: float = 0.0
    first_s: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request; recorded as it stands.

    Exactly one of these holds: `source` is MODEL or CACHE (whole service), or WORKSPACE, TEMPLATE or RULE (`degraded`, labelled
    as such), or NONE with `message` stating why there is nothing. `model` is the slot that answered, or "". Whatever is not the
    answer of the plan's first model at full quality, just now or an hour ago at most, says so in `message`. `queue_s` passed
    before any model was called; `usage_reported` says that the vendor counted the tokens, and not we.
    """

    id: str
    text: str
    source: Source
    model: str
    deployment: str
    agent: str
    task: str
    plan: Plan
    service_level: ServiceLevel
    reasons: tuple[str, ...]
    attempts: tuple[Attempt, ...] = ()
    micro_dollars: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    elapsed_s: float = 0.0
    quality: float = 0.0
    confidence: float | None = None
    message: str = ""
    queue_s: float = 0.0
    cached_tokens: int = 0
    usage_reported: bool = False

    @property
    def degraded(self) -> bool:
        """Whether the answer came from below the models, another rung than was planned, or a service that promises less."""
        if self.source not in (Source.MODEL, Source.CACHE) or self.plan.caution:
            return True
        # A cascade that went on to its second model did what it was planned to do.
        wanted = self.plan.chain[:2] if self.plan.method is Method.CASCADE else (self.plan.model,)
        return self.model not in ("", *wanted)
