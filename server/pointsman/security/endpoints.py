"""Which hosts may ever be contacted, and why an address is refused.

A key belongs to one origin (scheme, host, port); what is not a plain https address, or http on this machine, is refused
before a socket is opened.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from pointsman.core.errors import ConfigError
from pointsman.core.types import Deployment

DEFAULT_BASE_URLS = {"anthropic": "https://api.anthropic.com", "openai": "https://api.openai.com/v1"}
"""Where a vendor's API lies when a deployment names no address; passed explicitly, so that no variable redirects it."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A checked address. `origin` carries a port only where it is not the scheme's own; `path` has no slash at its end."""

    origin: str
    host: str
    path: str
    loopback: bool

    @property
    def url(self) -> str:
        return self.origin + self.path


@lru_cache(maxsize=256)
def endpoint(base_url: str) -> Endpoint:
    """The checked form of `base_url`. Raises `ConfigError` with the reason and a remedy."""
    try:
        if not base_url or base_url != base_url.strip() or re.search(r"[\x00-\x20\x7f-\uffff\\]", base_url):
            raise ValueError("it is empty, or has spaces or characters beyond ASCII")
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError as error:
        raise _refused(str(error) if "it is" in str(error) else "it is not an address", "write https://host/path") from None
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in _DEFAULT_PORTS:
        raise _refused("it is neither https nor http", "write https://host/path")
    if "@" in parts.netloc:
        raise _refused("it has a user name or a password in it", "keep the key in the environment or the keyring")
    if parts.query or parts.fragment:
        raise _refused("it has a query or a fragment", "write https://host/path")
    loopback, shown = _host(host)
    if scheme == "http" and not loopback:
        raise _refused("http would send code and key in the clear", "use https, or an address on this machine")
    suffix = f":{port}" if port is not None and port != _DEFAULT_PORTS[scheme] else ""
    return Endpoint(f"{scheme}://{shown}{suffix}", shown + suffix, parts.path.rstrip("/"), loopback)


def base_url_of(deployment: Deployment) -> str:
    """The address that `deployment` is served at; "" for one that has none (a local model in a process)."""
    return deployment.base_url or DEFAULT_BASE_URLS.get(deployment.provider, "")


def refusal(base_url: str) -> str | None:
    """Why `base_url` may not be used, with a remedy, in one line; None when it may."""
    try:
        endpoint(base_url)
    except ConfigError as error:
        return f"{error.problem} ({error.remedy})"
    return None


def egress(deployments: Iterable[Deployment]) -> tuple[str, ...]:
    """Every `host` or `host:port` that a call to one of `deployments` may contact, sorted; refused addresses are none."""
    hosts = set()
    for deployment in deployments:
        address = base_url_of(deployment)
        if address and refusal(address) is None:
            hosts.add(endpoint(address).host)
    return tuple(sorted(hosts))


def _host(host: str) -> tuple[bool, str]:
    """Whether `host` is this machine, and how it is written in an origin."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if not _HOST.fullmatch(host) or len(host) > 253:
            raise _refused("it has no host name", "write https://host/path") from None
        if host.startswith("127."):
            # Whoever judges by the first digits would take it for this machine.
            raise _refused("its host looks like this machine and is not", "write the whole number or a name") from None
        return host == "localhost", host
    return address.is_loopback, f"[{address}]" if address.version == 6 else str(address)


def _refused(problem: str, remedy: str) -> ConfigError:
    return ConfigError("config.toml", "base_url", problem, remedy)
