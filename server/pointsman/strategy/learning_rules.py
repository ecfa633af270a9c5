"""How much outcomes may change a decision: the section `learning` of strategy.toml, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pointsman.config.table import Table

_NOT_STATED = "not_stated"


@dataclass(frozen=True, slots=True)
class Reward:
    """What one word of feedback is worth, 0 to 1, and how much it says beside a checked outcome, 0 to 1."""

    reward: float
    weight: float


@dataclass(frozen=True, slots=True)
class Similarity:
    """What an outcome counts, 0 to 1, for a request that differs from its own in the task, the complexity or the domain."""

    task: float
    complexity: float
    domain: float


@dataclass(frozen=True, slots=True)
class CascadeRules:
    """When a verified cascade is worth it. `most_loss` is by the words of `Profile.cost` and holds "not_stated"."""

    likeness: float
    optimism: float
    most_loss: Mapping[str, float]

    def loss_allowed(self, cost: str | None) -> float:
        """The share of good answers, 0 to 1, that a person with this cost constraint would give for a cheaper way."""
        return self.most_loss.get(cost or _NOT_STATED, self.most_loss[_NOT_STATED])


@dataclass(frozen=True, slots=True)
class LearningRules:
    """The bounds of learning. Spreads are standard deviations of a share of good answers; shares are 0 to 1."""

    common_spread: float
    own_spread: float
    noise: float
    discount: float
    most_shift: float
    most_common_shift: float
    margin: float
    explore: float
    most_scopes: int
    similarity: Similarity
    cascade: CascadeRules
    rewards: Mapping[str, Reward]

    @property
    def most_weight(self) -> float:
        """The outcomes that can count at once for one workspace: the sum of the discount's powers."""
        return 1 / (1 - self.discount)


def rules(top: Table) -> LearningRules:
    """The rules of strategy.toml. Raises `ConfigError` for a missing key and for a value that is out of range."""
    table = top.table("learning")
    similarity, cascade, rewards = table.table("similarity"), table.table("cascade"), table.table("rewards")
    losses = cascade.table("most_loss")
    if _NOT_STATED not in losses:
        raise losses.wrong(_NOT_STATED, "is missing", "it holds where no cost is stated")
    return LearningRules(
        common_spread=table.number("common_spread", least=0.001, most=1.0),
        own_spread=table.number("own_spread", least=0.001, most=1.0),
        noise=table.number("noise", least=0.001, most=1.0),
        discount=table.number("discount", most=0.9999),
        most_shift=table.number("most_shift", most=1.0),
        most_common_shift=table.number("most_common_shift", most=1.0),
        margin=table.number("margin", most=1.0),
        explore=table.number("explore", most=1.0),
        most_scopes=table.whole("most_scopes", least=1),
        similarity=Similarity(
            similarity.number("task", most=1.0),
            similarity.number("complexity", most=1.0),
            similarity.number("domain", most=1.0),
        ),
        cascade=CascadeRules(
            cascade.number("likeness", most=0.99),
            cascade.number("optimism", most=10.0),
            {word: losses.number(word, most=1.0) for word in losses.data},
        ),
        rewards={
            name: Reward(row.number("reward", most=1.0), row.number("weight", most=1.0)) for name, row in rewards.tables()
        },
    )
