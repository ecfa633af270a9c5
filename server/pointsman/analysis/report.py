"""All that analysis knows of one file, in one value."""

from __future__ import annotations

from collections.abc import Mapping

from pointsman.analysis import languages, syntax
from pointsman.analysis.complexity import complexity
from pointsman.analysis.domain import domain
from pointsman.core.types import ComplexityReport, FileReport, Level

_NOTHING = ComplexityReport(Level.SIMPLE, 0, 0)


def analyze(
    source: str, *, path: str | None = None, language: str | None = None, manifests: Mapping[str, str] | None = None
) -> FileReport:
    """Complexity and domain of a text; what could not be analysed stands in `problems`. Never raises.

    `language` is an LSP id or one of `languages.names()` and goes before `path`; `manifests` maps relative paths of the
    project's manifests (`package.json`) to their text.
    """
    known = languages.detect(path, language, source)
    problems: list[str] = []
    if language is not None and known is None:
        problems.append(f"language {language!r} is not known")
    elif known is None:
        problems.append("the language is not known")
    parsed = syntax.attempt(source, known) if known is not None else syntax.Parsed(None)
    if parsed.problem is not None:
        problems.append(parsed.problem)
    tree = parsed.tree
    if tree is not None and tree.errors:
        problems.append(f"{tree.errors} syntax error{'s' if tree.errors > 1 else ''}")
    return FileReport(
        path=path,
        language=known.name if known is not None else None,
        domain=domain(source, path=path, language=known, tree=tree, manifests=manifests),
        complexity=complexity(tree) if tree is not None else _NOTHING,
        problems=tuple(problems),
    )
