"""From [models] in TOML to deployments: which model, where, with which key and at which price serves a name.

[models.codellama_70b]        # or [[models.codellama_70b]], several deployments of one name
provider = "openai"           # anthropic | openai | llama_cpp
model = "qwen2.5-coder-7b"    # the vendor's id, or the path of a GGUF file
base_url = "http://127.0.0.1:8080/v1"
api = "completions"           # responses | chat | completions | infill
fim = "qwen"                  # how holes are asked for, by family of model
key = "openai"                # anthropic | openai | env:MY_VARIABLE | a name in the keyring; absent: none is sent
price = { input = 2.0, output = 10.0, cached = 0.1 }   # dollars per million tokens
weight = 1
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pointsman.config.table import Table
from pointsman.core.errors import ConfigError
from pointsman.core.types import Deployment, Price

PROVIDERS = ("anthropic", "openai", "llama_cpp")
_KEYS = (
    "provider", "model", "base_url", "api", "fim", "key", "price", "context_tokens", "max_output_tokens", "weight", "name",
)  # fmt: skip
_KEY_NAME = re.compile(r"(env:[A-Za-z_][A-Za-z0-9_]*|[a-z][a-z0-9_.-]{0,63})\Z")


def deployments(
    user: Table | None, default: Table, slots: tuple[str, ...], folder: Path
) -> tuple[tuple[Deployment, ...], tuple[str, ...]]:
    """The deployments of all names, the user's in place of the shipped ones, and a line for each mistake.

    A name whose entry is wrong has no deployment at all: the shipped one would send code where the user did not want it.
    A model's path may start with ~ or be relative to `folder`, where config.toml lies.
    """
    notices: list[str] = []
    found: dict[str, tuple[Deployment, ...]] = {
        slot: tuple(_entry(table, slot, folder, None)) for slot, table in default.tables()
    }
    user = user or Table({}, default.file, default.path)
    for slot in user.data:
        if slot not in slots:
            notices.append(user.ignored(slot, slots))
            continue
        try:
            shipped = found.get(slot, ())
            found[slot] = ()
            entries = tuple(_entries(user, slot))
            found[slot] = tuple(
                each for table in entries for each in _entry(table, slot, folder, shipped[0] if shipped else None)
            )
            names = [each.name for each in found[slot]]
            if len(set(names)) < len(names):
                found[slot] = ()
                raise user.wrong(slot, "two deployments have the same name", "give each its own `name`")
            notices += [line for table in entries for line in table.unknown(_KEYS)]
        except ConfigError as error:
            notices.append(f"{error}; until then {slot} is bound to nothing")
    return tuple(each for slot in found.values() for each in slot), tuple(notices)


def _entries(models: Table, slot: str) -> Iterator[Table]:
    """One table a deployment, from [models.x] or [[models.x]]."""
    value = models.data[slot]
    if isinstance(value, list):
        for number, each in enumerate(value, 1):
            if not isinstance(each, Mapping):
                raise models.wrong(slot, f"{each!r} is not a table", f"write it as [[{models.path}.{slot}]]")
            # Without a name of its own, the second and later ones are told apart by their number.
            row = {"name": str(number), **each} if number > 1 else dict(each)
            yield Table(row, models.file, f"{models.path}.{slot}")
    else:
        yield models.table(slot)


def _entry(table: Table, slot: str, folder: Path, shipped: Deployment | None) -> Iterator[Deployment]:
    provider = table.text("provider", shipped.provider if shipped else None, among=PROVIDERS)
    base_url = table.text("base_url", "")
    if base_url:
        check_base_url(table, base_url)
    model = table.text("model", "" if provider == "llama_cpp" else None)
    if provider == "llama_cpp" and model:
        model = str(folder / Path(model).expanduser())
    # The vendor's key goes to the vendor's own address by default, and elsewhere only where the user writes so.
    usual = "" if base_url or provider == "llama_cpp" else provider
    key = table.text("key", usual)
    if key and not _KEY_NAME.match(key):
        raise table.wrong("key", "is not a key's name", "write a name such as openai or env:MY_VARIABLE, never the key itself")
    name = table.text("name", "")
    usual_context = 8_192 if provider == "llama_cpp" else 128_000
    yield Deployment(
        name=f"{slot}/{name}" if name else slot,
        slot=slot,
        provider=provider,
        model=model,
        base_url=base_url,
        api=table.text("api", "", among=("", "responses", "chat", "completions", "infill")),
        key=key or None,
        price=_price(table),
        context_tokens=table.whole("context_tokens", usual_context, least=256),
        max_output_tokens=table.whole("max_output_tokens", 8_192, least=1),
        fim=table.text("fim", ""),
        weight=table.whole("weight", 1, least=1, most=1_000),
    )


def _price(table: Table) -> Price:
    """Dollars per million tokens, as micro-dollars for the same. Cached tokens cost as much as others unless said."""
    if "price" not in table:
        return Price()
    price = table.table("price")
    fresh = price.number("input", most=10_000)
    return Price(
        *(round(value * 1_000_000) for value in (fresh, price.number("output", most=10_000), price.number("cached", fresh)))
    )


def check_base_url(table: Table, base_url: str) -> None:
    """Refuse an address that would send code in the clear. `security.endpoints` says before a call what else is wrong."""
    try:
        parts = urlsplit(base_url)
        host = parts.hostname or ""
    except ValueError:
        raise table.wrong("base_url", "is not an address", "write https://host/path") from None
    if parts.scheme not in ("https", "http") or not host:
        raise table.wrong("base_url", "is not an address", "write https://host/path")
    if parts.username is not None or parts.password is not None:
        raise table.wrong("base_url", "has a user name or password in it", "name a key with `key` instead")
    if parts.scheme == "http" and not _loopback(host):
        raise table.wrong("base_url", "would send code in the clear", "use https, or an address on this machine")


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
