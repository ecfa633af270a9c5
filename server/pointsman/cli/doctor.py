"""`pointsman doctor`: what works, what does not, and how to mend it. It contacts nobody."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from pointsman.analysis import languages, syntax
from pointsman.app import App, compose
from pointsman.config.environment import environment, places
from pointsman.core import resources
from pointsman.core.types import ServiceLevel
from pointsman.security.endpoints import DEFAULT_BASE_URLS, egress

_MARKS = {"ok": "[green]✓[/]", "absent": "[dim]○[/]", "broken": "[red]✗[/]"}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report: `state` is ok, absent (works without it) or broken; `remedy` is what to do."""

    group: str
    name: str
    state: str
    detail: str
    remedy: str = ""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser("doctor", help="what works, what does not, and how to mend it")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--egress", action="store_true", help="list every host that may ever be contacted, and nothing else")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Report; 1 when something is broken."""
    app = compose(trusted=True)
    app.keys.prepare(wait_s=1.0)
    try:
        if arguments.egress:
            hosts = list(egress(app.session.settings.deployments))
            print(json.dumps(hosts) if arguments.json else "\n".join(hosts) or "no host: everything stays on this machine")
            return 0
        checks = [check for group in GROUPS for check in group(app)]
    finally:
        asyncio.run(app.close())
    if arguments.json:
        rows = [{k: getattr(c, k) for k in ("group", "name", "state", "detail", "remedy")} for c in checks]
        print(json.dumps({"service_level": str(app.gateway.service_level), "checks": rows}))
    else:
        _show(checks, str(app.gateway.service_level))
    return int(any(check.state == "broken" for check in checks))


def _show(checks: list[Check], level: str) -> None:
    from pointsman.cli.show import console, plain, rows, show_words

    for group in dict.fromkeys(check.group for check in checks):
        console.print(f"\n[bold]{group}[/]")
        lines = [(_MARKS[c.state], c.name, c.detail, c.remedy) for c in checks if c.group == group]
        console.print(rows(lines))
    console.print(f"\nService level now: [bold]{level.replace('_', ' ')}[/]")
    if level == ServiceLevel.EMERGENCY:
        show_words(plain("No model can be asked. Rules, templates and what the workspace repeats still answer.", "dim"))


def _installation(app: App) -> list[Check]:
    where = places(environment())
    version = sys.version.split()[0]
    found = [
        Check("Installation", "pointsman", "ok", f"{metadata.version('pointsman')} on Python {version}"),
        _config(where.config_file),
        Check("Installation", "data", *_writable(where.data)),
    ]
    return found + [Check("Installation", "notice", "broken", notice) for notice in app.notices]


def _config(file: Path) -> Check:
    if file.exists():
        return Check("Installation", "config", "ok", str(file))
    return Check("Installation", "config", "absent", f"{file} does not exist: every setting has its default")


def _writable(folder: os.PathLike[str]) -> tuple[str, str, str]:
    path = os.fspath(folder)
    existing = path
    while existing and not os.path.exists(existing):  # noqa: PTH110
        existing = os.path.dirname(existing)  # noqa: PTH120
    if os.access(existing, os.W_OK):
        return "ok", path, ""
    return (
        "broken",
        f"{path} cannot be written",
        "set POINTSMAN_DATA_DIR to a folder of yours: without a ledger no paid model is asked",
    )


def _models(app: App) -> list[Check]:
    settings = app.session.settings
    found, served = [], set()
    for deployment in settings.deployments:
        provider = app.providers.get(deployment.provider)
        problem = provider.ready(deployment) if provider else f"there is no provider {deployment.provider!r}"
        where = deployment.base_url or DEFAULT_BASE_URLS.get(deployment.provider, "this machine")
        detail = f"{deployment.model or 'no model'} at {where}" if deployment.base_url or deployment.model else f"on {where}"
        found.append(Check("Models", deployment.name, "absent" if problem else "ok", detail, problem or ""))
        if not problem:
            served.add(deployment.slot)
    bound = {deployment.slot for deployment in settings.deployments}
    unbound = (slot for slot in app.strategy.slots.values() if slot.name not in bound)
    return found + [_unbound(slot.name, slot.base, served) for slot in unbound]


def _unbound(slot: str, base: str, served: set[str]) -> Check:
    if base:
        return Check("Models", slot, "ok" if base in served else "absent", f"as {base}, with a specialist's prompts")
    return Check("Models", slot, "absent", "bound to nothing", f"bind it in config.toml under [models.{slot}]")


def _local(_: App) -> list[Check]:
    if util.find_spec("llama_cpp") is None:
        return [
            Check(
                "Local model",
                "llama-cpp-python",
                "absent",
                "not installed",
                "pip install 'pointsman[local]' (needs a C++ compiler)",
            )
        ]
    return [Check("Local model", "llama-cpp-python", "ok", metadata.version("llama_cpp_python"))]


def _grammars(_: App) -> list[Check]:
    broken, fine = [], 0
    for name in languages.names():
        language = languages.by_name(name)
        if syntax.parse("", language) is None:
            broken.append(Check("Languages", name, "broken", "its grammar cannot be loaded", "reinstall pointsman"))
        else:
            fine += 1
    return [Check("Languages", "grammars", "ok", f"{fine} languages from {resources.grammars().name}/"), *broken]


def _editors(_: App) -> list[Check]:
    found = []
    for name, programs in (("VS Code", ("code", "codium", "cursor", "trae", "code-server")), ("Neovim", ("nvim",))):
        program = next((p for p in programs if shutil.which(p)), None)
        kind = "vscode" if name == "VS Code" else "neovim"
        if program is None:
            found.append(Check("Editors", name, "absent", "not found on PATH"))
        else:
            found.append(
                Check("Editors", name, "ok", str(shutil.which(program)), f"pointsman install {kind} puts the plugin there")
            )
    return found


GROUPS: tuple[Callable[[App], list[Check]], ...] = (_installation, _models, _local, _grammars, _editors)
