"""SDK clients, made on first use and kept for each endpoint and key."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import lru_cache
from importlib.util import find_spec
from typing import Generic, Protocol, TypeVar

from pointsman.core.errors import ConfigError, Fault, ProviderError
from pointsman.core.types import Deployment
from pointsman.providers.base import KeySource
from pointsman.security.endpoints import DEFAULT_BASE_URLS, Endpoint, base_url_of, endpoint, refusal

PLACEHOLDER = "set-by-the-transport"
"""What an SDK gets for a key: it demands one, and the true one is none of its business."""


class Closable(Protocol):
    """A client of an SDK."""

    def close(self) -> Awaitable[None]: ...


C = TypeVar("C", bound=Closable)


class Clients(Generic[C]):
    """One client for each endpoint and key. `make` builds one; it runs in a thread, as importing an SDK takes a second."""

    def __init__(self, module: str, keys: KeySource, make: Callable[[Endpoint, str | None], C]) -> None:
        self._module, self._keys, self._make = module, keys, make
        self._made: dict[tuple[str, str | None], C] = {}
        self._lock = asyncio.Lock()

    def missing(self, deployment: Deployment) -> str | None:
        """What keeps `deployment` from being called, and how to mend it; None when a call can be tried."""
        if not deployment.model:
            return "no model is named (set `model` of this deployment in config.toml)"
        if reason := refusal(base_url_of(deployment)):
            return f"base_url cannot be used: {reason}"
        if not _installed(self._module):
            return f"the package {self._module} is not installed (pip install {self._module})"
        if deployment.key is not None:
            key = self._keys(deployment)
            if not key:
                return f"there is no key {deployment.key!r} ({_where(deployment.key)})"
            if not key.isascii() or not key.isprintable() or " " in key:
                return f"the key {deployment.key!r} has characters that no key has (set it again)"
        return None

    async def get(self, deployment: Deployment) -> C:
        """The client for `deployment`. Raises NOT_CONFIGURED with what `missing` says."""
        if reason := self.missing(deployment):
            problem, _, remedy = reason.rstrip(")").partition(" (")
            raise ProviderError(Fault.NOT_CONFIGURED, problem, remedy=remedy)
        try:
            place = endpoint(base_url_of(deployment))
        except ConfigError as error:
            raise ProviderError(Fault.NOT_CONFIGURED, error.problem, remedy=error.remedy) from None
        key = self._keys(deployment) if deployment.key is not None else None
        found = self._made.get((place.url, key))
        if found is None:
            async with self._lock:
                found = self._made.get((place.url, key))
                if found is None:
                    found = self._made[place.url, key] = await asyncio.to_thread(self._make, place, key)
        return found

    async def prepare(self, deployment: Deployment) -> None:
        """Make the client now, so that the first call does not wait for an import."""
        with contextlib.suppress(ProviderError):
            await self.get(deployment)

    async def aclose(self) -> None:
        """Close every client. Idempotent."""
        made, self._made = list(self._made.values()), {}
        for client in made:
            await client.close()


@lru_cache(maxsize=8)
def _installed(module: str) -> bool:
    """Whether a package is there, without importing it; asked once, as every plan asks it for every deployment."""
    return find_spec(module) is not None


def _where(name: str) -> str:
    """Where a person puts the key of that name."""
    if name.startswith("env:"):
        return f"set the variable {name[4:]}"
    variable = f"set {name.upper()}_API_KEY, or " if name in DEFAULT_BASE_URLS else ""
    return f"{variable}store it in the editor or the system keyring"
