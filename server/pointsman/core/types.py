"""The words of the strategy and of the editor, as types.

Positions are zero-based (line, column) with columns in Unicode code points; only the `lsp` floor knows
the encoding that the client negotiated. Money is an integer count of micro-dollars everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit


class Domain(StrEnum):
    FRONTEND = "frontend"
    BACKEND = "backend"
    MOBILE = "mobile"
    DEVOPS = "devops"
    GENERAL = "general"


class Level(StrEnum):
    """Complexity of code or of a request, in the strategy's words (ordered from low to high)."""

    SIMPLE = "simple"
    MODERATE = "moderate"
    COMPLEX = "complex"
    EXPERT = "expert_level"


class Tier(StrEnum):
    PREMIUM = "premium"
    STANDARD = "standard"
    BUDGET = "budget"


class Method(StrEnum):
    SINGLE = "single"
    CASCADE = "cascade"
    ENSEMBLE = "ensemble"


class ServiceLevel(StrEnum):
    FULL = "full_service"
    REDUCED = "reduced_service"
    MINIMAL = "minimal_service"
    EMERGENCY = "emergency_mode"


class Source(StrEnum):
    """Where an answer came from. Everything but MODEL and CACHE is labelled as degraded."""

    MODEL = "model"
    CACHE = "cache"
    WORKSPACE = "workspace"
    TEMPLATE = "template"
    RULE = "rule"
    NONE = "none"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"
    HINT = "hint"


class Position(NamedTuple):
    line: int
    column: int


class Range(NamedTuple):
    start: Position
    end: Position


@dataclass(frozen=True, slots=True)
class TextEdit:
    """Replace `range` of one document by `text`."""

    range: Range
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A safe, deterministic repair of one finding, in the finding's own document."""

    title: str
    edits: tuple[TextEdit, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark about a range of one document.

    `code` is the rule's stable name (`py/mutable-default`, `complexity/function`, `review/backend`);
    `agent` and `model` are set when a review found it, and are None for deterministic rules.
    """

    code: str
    message: str
    severity: Severity
    range: Range
    url: str | None = None
    fix: Fix | None = None
    agent: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class FunctionReport:
    """Scores of one function. `line` and `end_line` are one-based and inclusive, as people read them."""

    name: str
    line: int
    end_line: int
    cyclomatic: int
    cognitive: int
    max_nesting: int
    parameters: int


@dataclass(frozen=True, slots=True)
class ComplexityReport:
    """Scores of a file: `cyclomatic` and `cognitive` are sums over it, `level` is the strategy's word."""

    level: Level
    cyclomatic: int
    cognitive: int
    functions: tuple[FunctionReport, ...] = ()


@dataclass(frozen=True, slots=True)
class DomainReport:
    """`scores` are probabilities of all five labels that sum to 1; `evidence` says why, strongest first."""

    label: Domain
    scores: dict[Domain, float]
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileReport:
    """All that analysis knows of one file. `problems` says what could not be analysed, and why."""

    path: str | None
    language: str | None
    domain: DomainReport
    complexity: ComplexityReport
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that one model call was billed for."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Price:
    """Micro-dollars for a million tokens ($2 is 2_000_000)."""

    input: int = 0
    output: int = 0
    cached: int = 0

    def cost(self, usage: Usage) -> int:
        """Micro-dollars of `usage`, rounded up so that a budget is never undercounted."""
        fresh = max(usage.input_tokens - usage.cached_tokens, 0)
        total = fresh * self.input + usage.cached_tokens * self.cached + usage.output_tokens * self.output
        return -(-total // 1_000_000)


@dataclass(frozen=True, slots=True)
class Deployment:
    """One place where a slot of the catalogue is served.

    `slot` is the strategy's name (`claude_4_sonnet`), `name` is unique among deployments
    (`claude_4_sonnet`, or `claude_4_sonnet/eu` where there are several), `model` is the vendor's id or, for
    `llama_cpp`, the path of a GGUF file. `key` names the secret to send (never the secret itself); None means
    that the endpoint needs none. `base_url` is always explicit, so that no environment variable can redirect it.
    """

    name: str
    slot: str
    provider: str
    model: str
    base_url: str = ""
    api: str = ""
    key: str | None = None
    price: Price = field(default_factory=Price)
    context_tokens: int = 128_000
    max_output_tokens: int = 8_192
    fim: str = ""
    weight: int = 1

    @property
    def local(self) -> bool:
        """Whether code sent there stays on this machine."""
        return self.provider == "llama_cpp" or _loopback(self.base_url)


@lru_cache(maxsize=64)
def _loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
