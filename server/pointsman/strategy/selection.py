"""The combination rule: one criterion proposes a model, some raise it, some cap it, and each says so in a line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pointsman.core.types import Domain, Tier
from pointsman.strategy import task_routing
from pointsman.strategy.plan import Profile
from pointsman.strategy.rows import BEST, ENSEMBLE, SPECIALIST, SYMBOLS, Row, Strategy, TaskRow

_TIER_RANK = {Tier.BUDGET: 0, Tier.STANDARD: 1, Tier.PREMIUM: 2}
_ENSEMBLE_RANK = 4

Best = Callable[[], str]
"""Tells the strongest model that can be called; asked only where a row wants it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the criteria agreed on, and one line for each of them, the one that settled it first.

    `ensemble` names the ensemble that was asked for, or "". `latency` is the one stated, else the task's own, else "".
    """

    model: str
    fallbacks: tuple[str, ...]
    ensemble: str
    task: TaskRow | None
    latency: str
    reasons: tuple[str, ...]


def choose(profile: Profile, strategy: Strategy, best: Best) -> Choice:
    """The model that the stated criteria agree on, by `strategy.combination`."""
    agreement = _Agreement(profile, strategy, best)
    agreement.propose()
    agreement.raise_()
    agreement.cap()
    return agreement.choice()


def cost_limit(strategy: Strategy, cost: str | None) -> int:
    """The rank of the dearest tier that a stated cost allows; above all tiers when none is stated."""
    row = strategy.criteria["cost"].get(cost or "")
    return _limit(strategy, row) if row else _ENSEMBLE_RANK


def tier_rank(strategy: Strategy, slot: str) -> int:
    """0 for a slot of the budget tier, 1 standard, 2 premium."""
    return _TIER_RANK[strategy.slots[slot].tier]


def resolve(strategy: Strategy, target: str, domain: Domain | None, best: Best) -> str:
    """The slot that a row's model or symbol means for this domain; of an ensemble, its first voice."""
    if target == SPECIALIST:
        if domain is None:
            return strategy.specialist_unstated
        agent = strategy.agents.get(domain.value)
        return agent.primary if agent else strategy.specialist_otherwise
    if target == BEST:
        return best()
    return resolve(strategy, strategy.ensembles["consensus_voting"].models[0], domain, best) if target == ENSEMBLE else target


class _Agreement:
    """One decision in the making: what is stated, the pick so far, and a line for each criterion."""

    __slots__ = ("best", "decisive", "ensemble", "limit", "lines", "model", "profile", "proposer", "rows", "strategy", "task")

    def __init__(self, profile: Profile, strategy: Strategy, best: Best) -> None:
        self.profile, self.strategy, self.best = profile, strategy, best
        self.task = task_routing.row_for(strategy, profile.task, profile.domain) if profile.task else None
        self.rows = self._stated()
        self.model = self.ensemble = self.proposer = self.decisive = ""
        self.limit = _ENSEMBLE_RANK
        self.lines: dict[str, str] = {}

    @property
    def latency(self) -> str:
        return self.profile.latency or (self.task.latency if self.task else "")

    def propose(self) -> None:
        """The first stated criterion of the order names a model; the others say what they would have named."""
        for name in self.strategy.combination.propose:
            if name not in self.rows:
                continue
            word, row = self.rows[name]
            model, ensemble = self._meant(row, self.task.ensemble if self.task else "")
            said = f"{'task' if name in task_routing.KINDS else name.replace('_', ' ')} {word}"
            if not self.proposer:
                self.proposer, first = name, said
                self._take(name, model, ensemble)
                self.lines[name] = f"{said} prefers {self._named(row, model, ensemble)}{_because(row)}"
            elif model == self.model:
                self.lines[name] = f"{said} agrees on {model}"
            else:
                self.lines[name] = f"{said} would prefer {model}, but {first} decides before it"

    def raise_(self) -> None:
        """A criterion that asks for a stronger model gets it."""
        for name in self.strategy.combination.raise_:
            if name not in self.rows:
                continue
            word, row = self.rows[name]
            model, ensemble = self._meant(row)
            if not self.model:
                self.lines[name] = f"{name} {word} asks for {self._named(row, model, ensemble)}{_because(row)}"
            elif self._rank(model, ensemble) > self._rank(self.model, self.ensemble):
                self.lines[name] = f"{name} {word} asks for more than {self.model}: {self._named(row, model, ensemble)}"
            else:
                self.lines[name] = f"{name} {word} {'agrees on' if model == self.model else 'would do with'} {model}"
                continue
            self._take(name, model, ensemble)

    def cap(self) -> None:
        """The lowest cap holds. Where no other criterion was stated, its own model is the answer."""
        caps = [(name, *self.rows[name]) for name in self.strategy.combination.cap if name in self.rows]
        if not caps:
            return
        meant = {name: self._meant(row)[0] for name, _, row in caps}
        lowest, _, row = min(caps, key=lambda cap: (_limit(self.strategy, cap[2]), self.strategy.slots[meant[cap[0]]].rank))
        self.limit = _limit(self.strategy, row)
        before = self.model
        rank = _TIER_RANK[Tier.PREMIUM] if self.ensemble else tier_rank(self.strategy, before) if before else -1
        if not before or rank > self.limit:
            self._take(lowest, meant[lowest], "")
        for name, word, row in caps:
            said = f"{name} {word}" if name != "latency" or self.profile.latency else f"the task is {word}, which"
            if not before and name == lowest:
                self.lines[name] = f"{said} asks for {self._named(row, self.model, '')}{_because(row)}"
            elif rank > _limit(self.strategy, row):
                self.lines[name] = f"{said} allows {self.model} at most, not {before}"
            else:
                self.lines[name] = f"{said} allows {self.model}"

    def choice(self) -> Choice:
        """The pick, or the default where nothing was stated that the strategy knows."""
        if not self.model:
            row = self.strategy.combination.default
            self._take("default", *self._meant(row))
            self.lines["default"] = f"{self.model}: {row.reasoning}"
        if self.profile.task and self.task is None:
            self.lines["task"] = f"task {self.profile.task} is not in strategy.toml and has no say"
        decisive = self.lines.pop(self.decisive)
        reasons = (decisive, *self.lines.values())
        return Choice(self.model, self._fallbacks(), self.ensemble, self.task, self.latency, reasons)

    def _stated(self) -> dict[str, tuple[str, Row]]:
        """The rows of all stated criteria: name of the criterion -> (word, row)."""
        asked = self.profile
        words = {
            "complexity": asked.complexity, "accuracy": asked.accuracy, "cost": asked.cost, "latency": self.latency,
            "style": asked.style, "experience": asked.experience, "domain": asked.domain, "stack": asked.stack,
            "project_size": asked.project_size,
        }  # fmt: skip
        criteria = self.strategy.criteria
        rows = {name: (word, row) for name, word in words.items() if word and (row := criteria[name].get(word))}
        if self.task is not None:
            rows[self.task.kind] = (self.task.name, Row(self.task.target, self.task.reasoning))
        return rows

    def _meant(self, row: Row, ensemble: str = "") -> tuple[str, str]:
        """The slot that a row names, and the ensemble where it asks for one."""
        model = resolve(self.strategy, row.target, self.profile.domain, self.best)
        return model, (ensemble or "consensus_voting") if row.target == ENSEMBLE else ""

    def _take(self, decisive: str, model: str, ensemble: str) -> None:
        self.decisive, self.model, self.ensemble = decisive, model, ensemble

    def _rank(self, model: str, ensemble: str) -> int:
        return _ENSEMBLE_RANK if ensemble else self.strategy.slots[model].rank

    def _fallbacks(self) -> tuple[str, ...]:
        """What the row that names the model puts behind it, as far as the caps allow; the tier's own table follows anyway."""
        task = self.task
        after: tuple[str, ...] = ()
        if task is not None and self.proposer == task.kind and self.model == task.target:
            after = task.fallbacks
        if not after and self.strategy.slots[self.model].base:
            agents = self.strategy.agents.values()
            after = next((agent.fallbacks for agent in agents if agent.primary == self.model), ())
        return tuple(slot for slot in after if tier_rank(self.strategy, slot) <= self.limit)

    def _named(self, row: Row, model: str, ensemble: str) -> str:
        """How a line names a model, with the symbol that led to it."""
        if ensemble:
            return f"several models ({ensemble})"
        if row.target == SPECIALIST:
            domain = f"domain {self.profile.domain}" if self.profile.domain else "domain not stated"
            return f"{model} (specialist, {domain})"
        return f"{model} (best available)" if row.target == BEST else model


def _limit(strategy: Strategy, row: Row) -> int:
    """The rank of the dearest tier that a cap's row allows; a symbol caps nothing."""
    return _ENSEMBLE_RANK if row.target in SYMBOLS else tier_rank(strategy, row.target)


def _because(row: Row) -> str:
    text = row.reasoning
    return f": {text[0].lower()}{text[1:]}" if text else ""
