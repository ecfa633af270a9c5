"""Every setting that a person can make, with its names in the three places where it can be made, and its bounds.

This one table is what config.toml, the editor's settings and the documentation are read from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields

from pointsman.config.settings import Settings
from pointsman.config.table import Table
from pointsman.core.errors import ConfigError

Reader = Callable[[Table, str], object]

MACHINE_ONLY = frozenset({
    "models", "model_path", "provider", "providers", "base_url", "baseurl", "endpoint", "endpoints", "url", "proxy", "headers",
    "key", "keys", "api_key", "apikey", "token", "secret", "secrets", "env", "environment", "strategy", "limits", "places",
    "database", "data", "config", "log", "log_file", "logfile",
})  # fmt: skip
"""Words that decide where code and keys go: never from a workspace, and never from an editor's settings."""


@dataclass(frozen=True, slots=True)
class Option:
    """One setting.

    `field` is its name in `Settings` and under [settings] in config.toml; `editor` is its name after `pointsman.` in an
    editor, or "". `workspace` says whether a `.pointsman.toml` in a workspace may set it: only what can neither send code
    anywhere nor cost money.
    """

    field: str
    editor: str
    read: Reader
    help: str
    workspace: bool = False


def _flag(table: Table, key: str) -> object:
    return table.flag(key)


def _whole(least: int, most: int) -> Reader:
    return lambda table, key: table.whole(key, least=least, most=most)


def _word(*words: str) -> Reader:
    return lambda table, key: table.text(key, among=("", *words))


def _text(table: Table, key: str) -> object:
    return table.text(key)


def _words(table: Table, key: str) -> object:
    return table.words(key)


OPTIONS = (
    Option("inline_completion_enabled", "inlineCompletion.enabled", _flag, "ghost text while typing"),
    Option("inline_completion_delay_ms", "inlineCompletion.delayMs", _whole(0, 10_000), "pause before a model is asked"),
    Option("completion_enabled", "completion.enabled", _flag, "items in the completion list"),
    Option("code_lens_enabled", "codeLens.enabled", _flag, "complexity above functions"),
    Option("diagnostics_enabled", "diagnostics.enabled", _flag, "findings of rules and complexity"),
    Option("complexity_limit", "complexity.limit", _whole(1, 1_000), "cognitive complexity that is still fine", workspace=True),
    Option("cost", "cost", _word("budget", "balanced", "premium", "unlimited"), "the dearest tier that may be asked first"),
    Option("experience", "experience", _word("beginner", "intermediate", "expert"), "for whom answers are written"),
    Option("style", "style", _word("detailed", "concise", "code_focused"), "how answers are written", workspace=True),
    Option("model", "model", _text, "the model that is asked first, whatever the strategy says"),
    Option("local_only", "local.only", _flag, "no code leaves this machine"),
    Option("exclude", "exclude", _words, "globs of files that no remote model sees", workspace=True),
    Option("disabled_rules", "rules.disabled", _words, "codes of rules that stay silent", workspace=True),
)
_DEFAULTS = {field.name: field.default for field in fields(Settings)}
ADDED = frozenset({"exclude", "disabled_rules"})
"""Lists to which each layer adds: a workspace can exclude more, and take nothing back."""


def from_file(table: Table, *, workspace: bool = False) -> Iterator[tuple[str, object] | str]:
    """The settings of one TOML table by `Settings` field, and a line for each key that has no effect."""
    known = {option.field: option for option in OPTIONS}
    for key in table.data:
        option = known.get(key)
        if option is None and not (workspace and key.lower() in MACHINE_ONLY):
            yield table.ignored(key, known)
        elif option is None or (workspace and not option.workspace):
            yield f"{table.file}: {key} is ignored: a workspace may not set it (set it in your own config.toml)"
        else:
            yield _read(option, table, key)


def from_editor(settings: Mapping[str, object]) -> Iterator[tuple[str, object] | str]:
    """The settings of an editor, nested or with dotted keys, and a line for each key that it may not set."""
    table = Table(dict(_flat(settings)), "editor settings")
    known = {option.editor: option for option in OPTIONS if option.editor}
    for key, value in table.data.items():
        if key in known:
            if value is not None and value != _DEFAULTS.get(known[key].field):
                yield _read(known[key], table, key)
        elif any(word.lower() in MACHINE_ONLY for word in key.split(".")):
            yield f"editor settings: pointsman.{key} is ignored: only config.toml may set it"
        # Other keys are the extension's own (its Python, its trace level): no business of the server.


def _read(option: Option, table: Table, key: str) -> tuple[str, object] | str:
    try:
        return option.field, option.read(table, key)
    except ConfigError as error:
        return str(error)


def _flat(settings: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    for key, value in settings.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}.")
        else:
            yield name, value
