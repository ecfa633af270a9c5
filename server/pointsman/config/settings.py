"""Settings as the rest of the program sees them: resolved, frozen, no None where a default exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pointsman.core.types import Deployment


@dataclass(frozen=True, slots=True)
class Places:
    """Where configuration and data lie; `POINTSMAN_CONFIG_DIR` and `POINTSMAN_DATA_DIR` override both."""

    config: Path
    data: Path

    @property
    def config_file(self) -> Path:
        return self.config / "config.toml"

    @property
    def strategy_file(self) -> Path:
        """The user's own changes to the strategy, merged over the shipped strategy.toml."""
        return self.config / "strategy.toml"

    @property
    def database(self) -> Path:
        return self.data / "pointsman.db"


@dataclass(frozen=True, slots=True)
class Settings:
    """One frozen view of everything that a person can set.

    `cost`, `experience` and `style` are the strategy's words or "" (not stated); `model` is the slot that the user
    prefers over every decision, or "". Limits are micro-dollars a day; None is unlimited.
    """

    places: Places
    deployments: tuple[Deployment, ...]
    strategy: Mapping[str, object] = field(default_factory=dict)
    """The shipped strategy with the user's changes merged in, still plain data; `strategy.catalog` reads it."""
    inline_completion_enabled: bool = True
    inline_completion_delay_ms: int = 75
    completion_enabled: bool = True
    code_lens_enabled: bool = True
    diagnostics_enabled: bool = True
    complexity_limit: int = 15
    cost: str = ""
    experience: str = ""
    style: str = ""
    model: str = ""
    local_only: bool = False
    user_tier: str = "standard"
    exclude: tuple[str, ...] = ()
    disabled_rules: tuple[str, ...] = ()
    trusted: bool = True
    notices: tuple[str, ...] = ()
    """What was ignored or mended on the way here, one line each, to be shown once."""
