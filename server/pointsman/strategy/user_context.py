"""What is known of the person and the project: experience, style, domain, size and stack, as rows of the strategy."""

from __future__ import annotations

from collections.abc import Mapping

from pointsman.config.table import Table
from pointsman.strategy.rows import Row

_SECTIONS = {
    "experience": ("user_profiling", "experience_level"),
    "style": ("user_profiling", "preferred_style"),
    "domain": ("user_profiling", "domain_expertise"),
    "project_size": ("project_context", "project_size"),
    "stack": ("project_context", "technology_stack"),
}


def criteria(top: Table, targets: tuple[str, ...]) -> dict[str, Mapping[str, Row]]:
    """The rows of the five criteria of user and project, by the names of `Profile`'s fields."""
    return {name: rows(top.table(section).table(key), targets) for name, (section, key) in _SECTIONS.items()}


def rows(table: Table, targets: tuple[str, ...]) -> dict[str, Row]:
    """One row a word: a model's name, or a table with `model` and `reasoning`."""
    found = {}
    for word, value in table.data.items():
        if isinstance(value, Mapping):
            row = table.table(word)
            found[word] = Row(row.text("model", among=targets), row.text("reasoning", ""))
        else:
            found[word] = Row(table.text(word, among=targets))
    return found
