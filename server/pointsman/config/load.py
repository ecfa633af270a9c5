"""From files, editor and workspace to one frozen `Settings`. A mistake costs a notice, never the start.

Later layers win: what is shipped, then config.toml (this machine's), then the editor's settings. A workspace's
`.pointsman.toml` is read last and may set only what can neither send code anywhere nor cost money.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pointsman.config import layers, models, options
from pointsman.config.environment import places
from pointsman.config.settings import Settings
from pointsman.config.table import Table
from pointsman.core.errors import ConfigError

__all__ = ["WORKSPACE_FILE", "load", "places", "shipped_strategy"]

WORKSPACE_FILE = ".pointsman.toml"
_SECTIONS = ("models", "limits", "settings")


def load(
    environ: Mapping[str, str],
    *,
    editor: Mapping[str, object] | None = None,
    workspace: Path | None = None,
    trusted: bool = True,
) -> Settings:
    """The settings that hold now. Never raises: what was ignored or mended is a line in `notices`.

    Fails closed: while config.toml cannot be read, or `local_only` cannot be understood, no code leaves this machine.
    `editor` is the section `pointsman` of the editor's settings, in which a value that equals the default counts as not stated,
    because editors send their defaults along. The workspace's own file is not read unless `trusted`.
    """
    where = places(environ)
    reading = _Reading()
    strategy = reading.strategy(where.strategy_file)
    machine = reading.file(where.config_file)
    if machine is None:
        machine = Table({}, str(where.config_file))
    reading.notices += machine.unknown(_SECTIONS)
    slots = _slots(strategy)
    deployments = reading.deployments(machine, slots, where.config)
    reading.take(options.from_file(reading.section(machine, "settings")))
    reading.limits(reading.section(machine, "limits"), strategy)
    if editor:
        reading.take(options.from_editor(editor))
    if workspace is not None:
        reading.workspace(workspace / WORKSPACE_FILE, trusted=trusted)
    if reading.values.get("model") and reading.values["model"] not in slots:
        wanted = reading.values.pop("model")
        reading.notices.append(f"settings: model: {wanted!r} is not known (use one of: {', '.join(slots)})")
    return Settings(
        places=where,
        deployments=deployments,
        strategy=strategy,
        trusted=trusted,
        notices=tuple(dict.fromkeys(reading.notices)),
        **reading.values,
    )


def shipped_strategy() -> dict[str, object]:
    """strategy.toml as it was shipped, parsed anew."""
    return layers.shipped("pointsman.strategy", "strategy.toml")


class _Reading:
    """What was gathered so far: values by `Settings` field, and notices."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.notices: list[str] = []

    def file(self, path: Path) -> Table | None:
        """The machine's own config.toml. One that cannot be read may have said that code must stay here."""
        try:
            return layers.read(path)
        except ConfigError as error:
            self.values["local_only"] = True
            self.notices.append(f"{error}; until then no code leaves this machine")
            return None

    def strategy(self, path: Path) -> dict[str, object]:
        try:
            changes = layers.read(path)
        except ConfigError as error:
            self.notices.append(f"{error}; until then the shipped strategy holds")
            changes = None
        return layers.merged(shipped_strategy(), changes.data) if changes is not None else shipped_strategy()

    def section(self, table: Table, key: str) -> Table:
        try:
            return table.table(key, required=False)
        except ConfigError as error:
            self.notices.append(str(error))
            return Table({}, table.file, key)

    def deployments(self, machine: Table, slots: tuple[str, ...], folder: Path) -> Any:
        default = Table(layers.shipped("pointsman.config", "models.toml"), "models.toml").table("models")
        try:
            user = machine.table("models", required=False)
        except ConfigError as error:
            self.values["local_only"] = True
            self.notices.append(f"{error}; until then no code leaves this machine")
            user = None
        found, notices = models.deployments(user, default, slots, folder)
        self.notices += notices
        return found

    def limits(self, table: Table, strategy: Mapping[str, object]) -> None:
        self.notices += table.unknown(("user_tier",))
        try:
            tiers = Table(strategy, "strategy.toml").table("budget_allocation").table("user_tier_limits")
            if "user_tier" in table:
                self.values["user_tier"] = table.text("user_tier", among=tiers.data)
        except ConfigError as error:
            # Money fails closed: a tier that nobody understands is the smallest one.
            self.values["user_tier"] = "free"
            self.notices.append(f"{error}; until then the limits of the tier `free` hold")

    def take(self, found: Iterable[tuple[str, object] | str]) -> None:
        for each in found:
            if isinstance(each, str):
                self.notices.append(each)
                if "local_only: " in each or "local.only: " in each:
                    self.values["local_only"] = True
                continue
            field, value = each
            if value == "" or (field == "local_only" and not value):
                continue  # Nothing stated; and what keeps code on this machine is turned off only where it was turned on.
            if field in options.ADDED and isinstance(value, tuple):
                value = tuple(dict.fromkeys((*self.values.get(field, ()), *value)))
            self.values[field] = value

    def workspace(self, path: Path, *, trusted: bool) -> None:
        if not trusted:
            if path.exists():
                self.notices.append(f"{path} is not read: this workspace is not trusted")
            return
        try:
            table = layers.read(path, links=False)
        except ConfigError as error:
            self.notices.append(str(error))
            return
        if table is None:
            return
        # A file of a repository is hostile until shown otherwise, so what it may not do is said in one line, not in a flood.
        refused = []
        for each in options.from_file(table, workspace=True):
            if isinstance(each, str):
                refused.append(each)
            else:
                self.take([each])
        self.notices += refused[:1]
        if len(refused) > 1:
            self.notices.append(f"{path}: {len(refused) - 1} more keys have no effect there")


def _slots(strategy: Mapping[str, object]) -> tuple[str, ...]:
    """All names of the model ecosystem; those of the shipped strategy where the user's changes broke it."""
    try:
        ecosystem = Table(strategy, "strategy.toml").table("model_ecosystem")
        return (*ecosystem.table("primary_models").data, *ecosystem.table("specialized_models", required=False).data)
    except ConfigError:
        return _slots(shipped_strategy())
