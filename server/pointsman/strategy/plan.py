"""The question and the answer of the strategy: what is known of a request, and the plan for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pointsman.core.types import Domain, Level, Method, ServiceLevel, Tier


@dataclass(frozen=True, slots=True)
class Profile:
    """All that is known of one request. None means "not stated": it then has no say.

    The words are the requirement's own keys: `task` (`simple_bug_fixes`, `api_design`, ...; the editor's everyday tasks such
    as `code_completion` are mapped in strategy.toml), `latency` (immediate, fast, standard, batch), `cost` (budget, balanced,
    premium, unlimited), `accuracy` (basic, good, excellent, perfect), `experience` (beginner, intermediate,
    expert), `style` (detailed, concise, code_focused), `project_size` (small, medium, large), `stack` (modern_stack,
    legacy_stack, cutting_edge). `override` is a slot that the user chose: it always wins.
    `local_only` keeps code on this machine. Token counts are estimates.
    """

    task: str | None = None
    complexity: Level | None = None
    domain: Domain | None = None
    latency: str | None = None
    cost: str | None = None
    accuracy: str | None = None
    experience: str | None = None
    style: str | None = None
    project_size: str | None = None
    stack: str | None = None
    override: str | None = None
    local_only: bool = False
    input_tokens: int = 1_000
    output_tokens: int = 500


@dataclass(frozen=True, slots=True)
class Estimate:
    input_tokens: int
    output_tokens: int
    micro_dollars: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with one request, and why.

    `chain` lists slots in the order in which they are tried, `model` first. `emergency` is what stands at the ladder's
    end for this tier: cached_responses, template_responses, rule_based_system or local_models. `reasons` are short
    lines for people, the decisive one first. `deadline_s` bounds the whole answer, all rungs together;
    `attempt_s` bounds one rung. `hedged`: the next model may be asked beside a silent first one. `caution` is what an answer
    must say about itself, because the service level promises less than was asked for, or "".
    """

    model: str
    tier: Tier
    method: Method
    chain: tuple[str, ...]
    emergency: str
    reasons: tuple[str, ...]
    estimate: Estimate
    service_level: ServiceLevel
    deadline_s: float = 30.0
    attempt_s: float = 30.0
    hedged: bool = False
    caution: str = ""


@dataclass(frozen=True, slots=True)
class SlotState:
    """What is known now of one slot. `available` is false when no deployment of it can be called; `why` then says why.

    `lacks` says in a few words what it needs before it can be called at all ("no key for openai"), or "" where that is not the
    reason. `quality_lost` is how far its last answers fall short of those before, 0 to 1.
    """

    available: bool = True
    why: str = ""
    error_rate: float = 0.0
    mean_latency_s: float = 0.0
    down_s: float = 0.0
    budget_left: int | None = None
    lacks: str = ""
    quality_lost: float = 0.0


@dataclass(frozen=True, slots=True)
class Live:
    """The state of the world at a decision: health and money left by slot. Empty means "all up, no limit"."""

    slots: Mapping[str, SlotState] = field(default_factory=dict)
    service_level: ServiceLevel = ServiceLevel.FULL
