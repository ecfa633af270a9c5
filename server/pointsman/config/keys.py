"""Secrets by name: from the editor's secret store, the environment or the system keyring, each bound to its origins.

A key is given only for an address that this machine's own configuration pairs with it, so that no other file can have it
sent elsewhere.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from pointsman.core.types import Deployment

_VENDORS = {
    "anthropic": ("ANTHROPIC_API_KEY", ("https", "api.anthropic.com", 443)),
    "openai": ("OPENAI_API_KEY", ("https", "api.openai.com", 443)),
}
_SERVICE = "pointsman"
_WAIT_S = 0.02

Origin = tuple[str, str, int]


def _system_keyring(name: str) -> str | None:
    """What the system keyring holds. Slow, and may ask the user: called on its own thread alone."""
    import keyring

    return keyring.get_password(_SERVICE, name)


class KeyRing:
    """Gives a deployment's key to whoever is about to call it; `repr` never shows one.

    `deployments` are those of this machine's configuration: they say which key may go to which origin. `system` reads the
    system keyring by name; it runs on a thread of its own, so that a locked keyring delays a first call by 20 ms and never
    blocks the server.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        deployments: Iterable[Deployment] = (),
        *,
        system: Callable[[str], str | None] | None = _system_keyring,
    ) -> None:
        self._environ, self._system = environ, system
        self._given: dict[str, str] = {}
        self._looked_up: dict[str, _LookUp] = {}
        self._bound: frozenset[tuple[str, Origin]] = frozenset()
        self.bind(deployments)

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(sorted({name for name, _ in self._bound}))})"

    def bind(self, deployments: Iterable[Deployment]) -> None:
        """Take over the bindings of a changed configuration; a keyring is asked anew for what it did not have."""
        pairs = {(each.key, origin) for each in deployments if each.key and (origin := _origin(each)) is not None}
        self._bound = frozenset({(name, origin) for name, (_, origin) in _VENDORS.items()} | pairs)
        self._looked_up = {name: look for name, look in self._looked_up.items() if look.secret}

    def set(self, name: str, secret: str) -> None:
        """Keep a secret of the editor's store in memory, before all other sources; an empty one takes it away."""
        if secret:
            self._given[name] = secret
        else:
            self._given.pop(name, None)

    def __call__(self, deployment: Deployment) -> str | None:
        """The secret that `deployment.key` names, if that key belongs to the deployment's origin; else None. Never raises."""
        name, origin = deployment.key, _origin(deployment)
        if not name or origin is None or (name, origin) not in self._bound:
            return None
        return self.secret(name)

    def secret(self, name: str, *, wait_s: float = _WAIT_S) -> str | None:
        """The secret of that name, whatever origin it belongs to, waiting for the system keyring at most `wait_s`."""
        if given := self._given.get(name):
            return given
        variable = name[4:] if name.startswith("env:") else _VENDORS.get(name, ("",))[0]
        if found := self._environ.get(variable, "").strip():
            return found
        if self._system is None or name.startswith("env:"):
            return None
        if name not in self._looked_up:
            self._looked_up[name] = _LookUp(self._system, name)
        return self._looked_up[name].within(wait_s)

    def prepare(self, *, wait_s: float = 0.0) -> None:
        """Begin to look up every bound name, so that later calls find it; a command line may wait for it."""
        for name in {name for name, _ in self._bound}:
            self.secret(name, wait_s=0.0)
        for look in self._looked_up.values():
            look.within(wait_s)


class _LookUp:
    """One question to the system keyring, on a daemon thread that nobody has to wait for."""

    def __init__(self, system: Callable[[str], str | None], name: str) -> None:
        self.secret: str | None = None
        self._waited = False
        self._thread = threading.Thread(target=self._ask, args=(system, name), name="pointsman-keyring", daemon=True)
        self._thread.start()

    def within(self, seconds: float) -> str | None:
        # Only the first caller waits: a keyring that hangs must not delay every keystroke.
        if not self._waited and seconds > 0:
            self._thread.join(seconds)
            self._waited = True
        return self.secret

    def _ask(self, system: Callable[[str], str | None], name: str) -> None:
        # Backends raise whatever their desktop gives them; having no keyring is the usual case, not an error.
        with contextlib.suppress(Exception):
            self.secret = (system(name) or "").strip() or None


def _origin(deployment: Deployment) -> Origin | None:
    """Scheme, host and port of the address that a deployment is called at; None where it has none that can be read."""
    if not deployment.base_url:
        return _VENDORS[deployment.provider][1] if deployment.provider in _VENDORS else None
    try:
        parts = urlsplit(deployment.base_url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None
