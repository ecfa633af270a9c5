"""The rows of strategy.toml as frozen values. `catalog.load` makes them; `policy.plan` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pointsman.core.types import Method, Price, ServiceLevel, Tier
from pointsman.strategy.learning_rules import LearningRules

SPECIALIST = "specialized_models"
BEST = "best_available"
ENSEMBLE = "ensemble_approach"
SYMBOLS = (SPECIALIST, BEST, ENSEMBLE)
"""What a row may name instead of a model; resolved at the decision."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One name of the model ecosystem.

    `base` is the slot whose deployment a specialist shares, or "". `rank` orders slots by strength: 0 budget,
    1 standard, 2 premium, 3 a specialist. `price` is the requirement's. `local`: it is meant to run on this machine.
    """

    name: str
    tier: Tier
    rank: int
    quality: float
    price: Price
    base: str = ""
    local: bool = False
    capabilities: tuple[str, ...] = ()
    strengths: tuple[str, ...] = ()
    limitations: tuple[str, ...] = ()
    use_cases: tuple[str, ...] = ()
    fine_tuning: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What one word of one criterion asks for: a slot or one of `SYMBOLS`, and why."""

    target: str
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """What one task prefers.

    `kind` is the criterion that it counts as in the combination: specialized_task, task or everyday_task. `fallbacks` follow
    the model in the chain. `latency` holds when the request states none; `deadline` names a row of the deadlines, or "".
    """

    name: str
    kind: str
    target: str
    fallbacks: tuple[str, ...] = ()
    reasoning: str = ""
    agent: str = ""
    latency: str = ""
    deadline: str = ""
    ensemble: str = ""


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent's models: its `primary`, what follows it, and the tasks for which it asks another."""

    name: str
    domain: str
    primary: str
    fallbacks: tuple[str, ...]
    specialized_tasks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs of a tier in order, and what stands below them."""

    rungs: tuple[str, ...]
    emergency: str


@dataclass(frozen=True, slots=True)
class Combination:
    """How criteria that disagree are combined: one proposes, some raise, some cap."""

    propose: tuple[str, ...]
    raise_: tuple[str, ...]
    cap: tuple[str, ...]
    default: Row


@dataclass(frozen=True, slots=True)
class Cascade:
    """When a plan may begin cheap, check the answer and escalate."""

    tasks: frozenset[str]
    begins_with: frozenset[str]
    begins_lower: frozenset[str]
    complexities: frozenset[str]
    not_latencies: frozenset[str]
    not_accuracies: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Several models on one question. `models` may hold SPECIALIST; `weighting` is each model's say."""

    name: str
    use_cases: tuple[str, ...]
    models: tuple[str, ...]
    threshold: str = ""
    conflict_resolution: str = ""
    weighting: Mapping[str, float] | None = None
    roles: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Triggers:
    """When a rung of the chain is left for the next."""

    unavailable: bool
    timeout_s: float
    error_rate: float
    quality: float
    quality_drop: float
    minimum_requests: int
    sequence: tuple[str, ...]
    last_resort: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deadline:
    """Seconds for the whole answer, all rungs together, and for one rung."""

    total_s: float
    attempt_s: float


@dataclass(frozen=True, slots=True)
class LevelRow:
    """What a service level promises, and which methods it still allows."""

    description: str
    features: tuple[str, ...]
    methods: frozenset[Method]


@dataclass(frozen=True, slots=True)
class Degradation:
    """When the service level falls, and what it takes to rise again."""

    average_response_s: float
    error_rate: float
    resource_utilization: float
    model_downtime_s: float
    rate_limits_exceeded: bool
    network_issues: bool
    recovers_at: float
    recovers_after_s: float


@dataclass(frozen=True, slots=True)
class Balancing:
    """How one of several deployments of a slot is chosen; `weights` holds the factors of each algorithm.

    A deployment whose score is `behind` below the best one's gets `probe_share` of the requests. A score that changes by
    `at_once` is not left waiting for the next adjustment. `calls` run at once on one deployment, and `longest_line` more wait.
    """

    algorithm: str
    adjustment_s: float
    weights: Mapping[str, Mapping[str, float]]
    behind: float
    probe_share: float
    at_once: float
    cost_goals: Mapping[str, float]
    calls: int
    calls_llama_cpp: int
    longest_line: int


@dataclass(frozen=True, slots=True)
class Hedging:
    """For which requests a second model is asked, after how many seconds of the first one's silence, and for how much.

    `share` of a deployment's first texts come sooner than its delay, once it was called often; until then it is `after_s`.
    """

    tasks: frozenset[str]
    latencies: frozenset[str]
    after_s: float
    least_s: float
    share: float
    most_micro_dollars: int


@dataclass(frozen=True, slots=True)
class Budgets:
    """Micro-dollars a day, by tier of model and by tier of user; None is unlimited."""

    daily: Mapping[Tier, int]
    user: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Strategy:
    """The whole of strategy.toml, checked: every name in it exists.

    `criteria` holds complexity, latency, cost, accuracy, experience, style, domain, project_size and stack by the names of
    `Profile`'s fields. `tasks` holds every word that `--task` knows, all its rows, the most specific first.
    """

    slots: Mapping[str, Slot]
    ladders: Mapping[Tier, Ladder]
    criteria: Mapping[str, Mapping[str, Row]]
    tasks: Mapping[str, tuple[TaskRow, ...]]
    agents: Mapping[str, Agent]
    combination: Combination
    cascade: Cascade
    ensembles: Mapping[str, Ensemble]
    triggers: Triggers
    deadlines: Mapping[str, Deadline]
    levels: Mapping[ServiceLevel, LevelRow]
    degradation: Degradation
    balancing: Balancing
    hedging: Hedging
    budgets: Budgets
    learning: LearningRules
    specialist_unstated: str
    specialist_otherwise: str
    notices: tuple[str, ...] = ()
