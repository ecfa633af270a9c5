"""Building a session out of its parts, and closing them in the right order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from functools import cached_property
from pathlib import Path

from pointsman.app.level_notices import LevelNotices
from pointsman.config.environment import environment
from pointsman.config.keys import KeyRing
from pointsman.config.load import load
from pointsman.config.settings import Settings
from pointsman.core.clock import SystemClock
from pointsman.core.types import Deployment
from pointsman.features.items import Notice
from pointsman.features.session import Session
from pointsman.features.survey import survey
from pointsman.features.workbench import Workbench
from pointsman.gateway.gateway import Gateway
from pointsman.monitoring.monitor import Monitor
from pointsman.monitoring.pressure import Pressure
from pointsman.monitoring.tally import SERVED
from pointsman.providers.base import Event, KeySource, Prompt, Provider
from pointsman.providers.workspace import WorkspaceModel
from pointsman.storage.store import Store
from pointsman.strategy import catalog


class App:
    """Everything of one session: settings, keys, store, gateway and the features over them."""

    def __init__(self, settings: Settings, keys: KeyRing) -> None:
        clock = SystemClock()
        self.keys = keys
        self._told: set[str] = set()
        self.store = Store(settings.places.database, clock=clock, notice=self._on_store_notice)
        self.providers: Mapping[str, Provider] = {name: LazyProvider(name, keys) for name in PROVIDERS}
        self.strategy = catalog.usable(settings.strategy)
        self.gateway = Gateway(
            settings=settings,
            strategy=self.strategy,
            deployments=settings.deployments,
            providers=self.providers,
            store=self.store,
            clock=clock,
            utilization=Pressure(clock),
        )
        self.monitor = Monitor(self.store, clock)
        self.gateway.subscribe(lambda given: self.monitor.answered(given.elapsed_s, served=given.source in SERVED))
        self.session = Session(settings, self.gateway, WorkspaceModel())
        self.gateway.subscribe_levels(LevelNotices(clock, lambda notice: self.session.on_notice(notice)))
        self.workbench = Workbench(self.session, configure=self._configure, secrets=self._set_secrets, close=self.close)

    async def survey(self) -> None:
        """Read the workspace now, for commands that cannot wait for it in the background."""
        await survey(self.session)

    async def close(self) -> None:
        """Close models first, then the gateway's work, then the database."""
        for provider in self.providers.values():
            await provider.aclose()
        await self.gateway.aclose()
        await self.monitor.aclose()
        await self.store.aclose()

    def _configure(self, session: Session, editor: Mapping[str, object]) -> None:
        trusted = editor.get("trusted") is True
        own = {key: value for key, value in editor.items() if key != "trusted"}
        workspace = session.roots[0] if session.roots else None
        settings = load(environment(), editor=own, workspace=workspace, trusted=trusted)
        self.keys.bind(settings.deployments)
        self.strategy = catalog.usable(settings.strategy)
        self.gateway.reconfigure(settings, self.strategy, settings.deployments)
        session.with_settings(settings)
        self.keys.prepare()
        for notice in self.notices:
            if notice not in self._told:
                self._told.add(notice)
                session.on_notice(Notice(notice, "warning"))

    @property
    def notices(self) -> tuple[str, ...]:
        """What was ignored or mended in any file of the configuration, one line each."""
        return (*self.session.settings.notices, *self.strategy.notices)

    def _set_secrets(self, secrets: Mapping[str, str]) -> None:
        for name, secret in secrets.items():
            self.keys.set(name, secret)
        settings = self.session.settings
        self.gateway.reconfigure(settings, self.strategy, settings.deployments)

    def _on_store_notice(self, text: str) -> None:
        self.session.on_notice(Notice(text, "warning"))


PROVIDERS = {"anthropic": "Anthropic", "openai": "OpenAI", "llama_cpp": "LlamaCpp"}


class LazyProvider:
    """A provider whose module is imported at its first use: no SDK costs anything before it is needed."""

    def __init__(self, name: str, keys: KeySource) -> None:
        self._name, self._keys = name, keys

    @cached_property
    def _provider(self) -> Provider:
        if self._name == "anthropic":
            from pointsman.providers.anthropic import Anthropic

            return Anthropic(self._keys)
        if self._name == "openai":
            from pointsman.providers.openai import OpenAI

            return OpenAI(self._keys)
        from pointsman.providers.llama_cpp import LlamaCpp

        return LlamaCpp()

    def stream(self, deployment: Deployment, prompt: Prompt, *, timeout_s: float) -> AsyncIterator[Event]:
        return self._provider.stream(deployment, prompt, timeout_s=timeout_s)

    def ready(self, deployment: Deployment) -> str | None:
        return self._provider.ready(deployment)

    async def prepare(self, deployment: Deployment) -> None:
        provider = await asyncio.to_thread(lambda: self._provider)
        await provider.prepare(deployment)

    async def aclose(self) -> None:
        if "_provider" in self.__dict__:
            await self._provider.aclose()


def compose(*, workspace: Path | None = None, editor: Mapping[str, object] | None = None, trusted: bool = False) -> App:
    """An app with the machine's configuration. The workspace's own file is read too, as far as it may have a say."""
    settings = load(environment(), editor=editor, workspace=workspace, trusted=trusted)
    keys = KeyRing(environment())
    keys.bind(settings.deployments)
    keys.prepare()
    app = App(settings, keys)
    app.session.roots = (workspace,) if workspace else ()
    return app


def editor_workbench() -> Workbench:
    """The features of one editor, before it has said who it is."""
    return compose().workbench
