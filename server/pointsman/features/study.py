"""What analysis knows of one version of one document, worked out on first need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pointsman.agents.context import CodeContext
from pointsman.agents.roster import Agent, agent_for
from pointsman.analysis import languages, rules, syntax
from pointsman.analysis.complexity import complexity
from pointsman.analysis.domain import domain
from pointsman.analysis.outline import Symbol, innermost, outline
from pointsman.core.document import Snapshot
from pointsman.core.types import ComplexityReport, DomainReport, Finding, Level, Position, Range

MAX_CHARACTERS = 5_000_000
"""A longer document is edited as ever, and not looked at."""
PARSE_BUDGET_S = 1.0


@dataclass
class Study:
    """All that analysis knows of one snapshot, worked out on first need and kept while that version is current."""

    snapshot: Snapshot
    manifests: Mapping[str, str]
    complexity_limit: int
    disabled_rules: tuple[str, ...] = ()
    text: str = field(init=False)

    def __post_init__(self) -> None:
        self.text = "" if self.too_long else str(self.snapshot.text)

    @property
    def too_long(self) -> bool:
        """Whether the document is beyond what is analysed at all."""
        return len(self.snapshot.text) > MAX_CHARACTERS

    @property
    def problem(self) -> str | None:
        """Why there is no syntax tree, for a person; None when there is one, or when the language is not known."""
        if self.too_long:
            return f"it has more than {MAX_CHARACTERS:,} characters"
        return self._parsed.problem

    @cached_property
    def language(self) -> languages.Language | None:
        return languages.detect(self.snapshot.path or self.snapshot.uri, self.snapshot.language_id, self.text[:2_000])

    @property
    def language_name(self) -> str:
        return self.language.name if self.language else self.snapshot.language_id

    @cached_property
    def _parsed(self) -> syntax.Parsed:
        nothing = syntax.Parsed(None, None)
        return syntax.attempt(self.text, self.language, budget_s=PARSE_BUDGET_S) if self.language else nothing

    @property
    def tree(self) -> syntax.SyntaxTree | None:
        return self._parsed.tree

    @cached_property
    def complexity(self) -> ComplexityReport:
        return complexity(self.tree) if self.tree else ComplexityReport(Level.SIMPLE, 0, 0)

    @cached_property
    def domain(self) -> DomainReport:
        return domain(self.text, path=self.snapshot.path, language=self.language, tree=self.tree, manifests=self.manifests)

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        return outline(self.tree) if self.tree else ()

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        if self.tree is None:
            return ()
        found = rules.findings(self.tree, complexity_limit=self.complexity_limit, path=self.snapshot.path)
        return tuple(finding for finding in found if finding.code not in self.disabled_rules)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        if self.too_long:
            return ("",)
        # At the speed of C: half a million lines, asked for one by one, take a second.
        return tuple(self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))

    @property
    def agent(self) -> Agent:
        return agent_for(self.domain.label)

    def symbol_at(self, position: Position) -> Symbol | None:
        """The innermost function around a position, else the innermost other declaration."""
        return innermost(self.symbols, position)

    def context(self, range_: Range, name: str) -> CodeContext:
        """What a prompt may show of this document, with `range_` widened to whole lines."""
        last = len(self.lines) - 1
        start, end = min(range_.start.line, last), min(range_.end.line, last)
        if end > start and range_.end.column == 0:
            end -= 1
        lines = Range(Position(start, 0), Position(end, len(self.lines[end])))
        signatures = tuple(symbol.signature for symbol in self.symbols if symbol.parent is None)
        near = tuple(f for f in self.findings if start <= f.range.start.line <= end)
        return CodeContext(name, self.language_name, self.lines, lines, signatures, near)
