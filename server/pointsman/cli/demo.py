"""`pointsman demo`: the main job on the sample project, in this terminal, with whatever models this machine has."""

from __future__ import annotations

import argparse
import asyncio
import difflib
import shutil
import tempfile
from pathlib import Path

from rich.text import Text

from pointsman.app import App
from pointsman.cli.show import console, plain, show_code, show_diff, show_findings, show_words
from pointsman.cli.sources import open_app, snapshot_of
from pointsman.core import resources
from pointsman.core.document import Snapshot
from pointsman.core.document import Text as SourceText
from pointsman.core.types import Position, Range, ServiceLevel
from pointsman.features.edits import applied
from pointsman.features.last_route import dollars
from pointsman.strategy.plan import Profile


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser("demo", help="the main job on a small sample project, in this terminal")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Show it; nothing outside of a temporary folder is written, but the record of answers."""
    with tempfile.TemporaryDirectory(prefix="pointsman-demo-") as folder:
        shop = Path(folder, "shop")
        shutil.copytree(resources.sample(), shop)
        files = {path.name: path for path in sorted(shop.rglob("*")) if path.is_file()}
        asyncio.run(_demo(shop, files))
    return 0


async def _demo(shop: Path, files: dict[str, Path]) -> None:
    async with open_app(shop / "README.md") as app:
        app.session.roots = (shop,)
        await app.survey()
        _title("Pointsman on a small shop", f"{len(files)} files in six languages")
        _service(app)
        await _diagnostics(app, shop, files)
        _routes(app)
        await _completion(app, files["orders.py"])
        await _code_action(app, files["orders.py"])
        await _review(app, files["orders.py"])
        _spent(app)


def _service(app: App) -> None:
    level = app.session.service_level()
    if level is ServiceLevel.EMERGENCY:
        show_words(
            Text.from_markup(
                "No model is configured on this machine, so you see what Pointsman does [bold]without any[/]: rules, "
                "templates and the workspace's own repetition, each labelled as such."
            )
        )
        show_words(
            plain(
                "With one: set ANTHROPIC_API_KEY or OPENAI_API_KEY, or bind a GGUF in config.toml; "
                "`pointsman doctor` shows how.",
                "dim",
            )
        )
    else:
        words = (
            f"Service level: [bold]{level.replace('_', ' ')}[/]. Models that can be asked answer for real, and may cost cents."
        )
        show_words(Text.from_markup(words))


async def _diagnostics(app: App, shop: Path, files: dict[str, Path]) -> None:
    _title("1. Diagnostics while you open files", "no model needed")
    for name in ("orders.py", "Cart.tsx", "CheckoutActivity.kt", "Dockerfile"):
        path = files[name]
        snapshot = snapshot_of(path)
        study = await app.session.study(snapshot)
        domain = study.domain
        note = f"{domain.label} {domain.scores[domain.label]:.0%}, {study.complexity.level.replace('_', ' ')}"
        show_findings(str(path.relative_to(shop)), (await app.workbench.diagnostics(snapshot))[:4], note)


def _routes(app: App) -> None:
    _title("2. Which model would be asked, and why", "`pointsman route` asks this")
    from pointsman.core.types import Domain, Level
    from pointsman.strategy import policy
    from pointsman.strategy.plan import Live

    for words, profile in (
        ("a typo-sized bug, right now", Profile(task="simple_bug_fixes", latency="immediate")),
        ("an API design in the backend", Profile(task="api_design", domain=Domain.BACKEND)),
        ("a complex bug, correctness first", Profile(task="complex_debugging", complexity=Level.COMPLEX)),
    ):
        plan = policy.plan(profile, app.strategy, None, Live())
        console.print(plain(words, "bold"))
        show_words(plain(" → ".join((*plan.chain, plan.emergency.replace("_", " ")))), indent=2)
        show_words(plain(plan.reasons[0], "dim"), indent=2)


async def _completion(app: App, path: Path) -> None:
    _title("3. A completion while typing", "the marked part is the answer")
    snapshot, position = _half_typed(path)
    items = await app.workbench.inline_completion(snapshot, position, invoked=True)
    line = snapshot.text.line(position.line)
    if items:
        console.print(
            plain(f"{path.name}:{position.line + 1}  ", "dim").append(line, "").append(items[0].text, "black on white")
        )
    else:
        console.print(plain(f"{path.name}:{position.line + 1}  {line}", ""))
    _who(app)


def _half_typed(path: Path) -> tuple[Snapshot, Position]:
    """The file with a line of its own idiom begun once more at its end, as if somebody were typing it."""
    snapshot = snapshot_of(path)
    lines = str(snapshot.text).rstrip("\n").split("\n")
    counted = {line: lines.count(line) for line in lines if line.startswith("    ") and len(line.strip()) > 20}
    usual = max(counted, key=lambda line: (counted[line], len(line)), default="    return None")
    begin = usual[: len(usual) - len(usual.lstrip()) + len(usual.strip()) // 3]
    at = max(number for number, line in enumerate(lines) if line == usual) if usual in lines else len(lines) - 1
    text = "\n".join([*lines[:at], begin, *lines[at + 1 :]])
    return Snapshot(snapshot.uri, snapshot.path, "", 1, SourceText.of(text)), Position(at, len(begin))


async def _code_action(app: App, path: Path) -> None:
    _title("4. A code action, shown before it is applied", "")
    snapshot = snapshot_of(path)
    findings = await app.workbench.diagnostics(snapshot)
    fixable = next((f for f in findings if f.fix is not None), None)
    if fixable is not None and fixable.fix is not None:
        console.print(plain(f"{fixable.fix.title}", "bold").append("  deterministic, no model", "dim"))
        before = str(snapshot.text).split("\n")
        _diff(path.name, before, applied(before, fixable.fix.edits))
    study = await app.session.study(snapshot)
    symbol = next((s for s in study.symbols if s.kind == "function" and s.documentation is None), None)
    if symbol is None:
        return
    actions = await app.workbench.code_actions(snapshot, Range(symbol.name_range.start, symbol.name_range.start), (), ())
    action = next((a for a in actions if a.data and a.data["task"] == "write_documentation"), None)
    if action is not None and action.data is not None:
        resolved = await app.workbench.resolve(snapshot, action.data)
        console.print(plain(action.title, "bold"))
        _diff(path.name, list(study.lines), applied(study.lines, resolved.edits))
        _who(app)


async def _review(app: App, path: Path) -> None:
    _title("5. A review by the specialist", "findings name agent and model")
    snapshot = snapshot_of(path)
    review = await app.workbench.review(snapshot, None, lambda _text, _percent: None)
    show_findings(path.name, review.findings[:6])
    show_words(plain(review.message, "dim"))
    if review.findings:
        line = review.findings[0].range.start.line
        show_code("\n".join(str(snapshot.text).split("\n")[line : line + 4]), "python", first=line + 1)


def _who(app: App) -> None:
    last = app.session.last
    if last is not None:
        by = f"by {last.model}" if last.model else f"without a model, by the {last.source},"
        reason = last.message or (last.reasons[0] if last.reasons else "")
        show_words(plain(f"answered {by} in {last.elapsed_ms} ms for {dollars(last.micro_dollars)}: {reason}", "dim"))


def _spent(app: App) -> None:
    console.print()
    spent = dollars(app.session.session_micro_dollars)
    words = f"Spent in this demo: [bold]{spent}[/]. Next: `pointsman install vscode` or `pointsman install neovim`."
    show_words(Text.from_markup(words))


def _diff(name: str, before: list[str], after: list[str]) -> None:
    show_diff("\n".join(difflib.unified_diff(before, after, name, name, lineterm="", n=1)))


def _title(title: str, note: str) -> None:
    console.print()
    console.rule(f"[bold]{title}[/]" + (f"  [dim]{note}[/]" if note else ""), align="left", style="dim")
