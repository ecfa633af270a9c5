"""How commands look in a terminal: one palette, no control characters out of files or models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from pointsman.core.types import Finding, Severity
from pointsman.security.terminal import printable

if TYPE_CHECKING:
    from pointsman.cli.review import Reviewed

console = Console(highlight=False, soft_wrap=True)
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFORMATION: "cyan", Severity.HINT: "dim"}


def plain(text: str, style: str = "") -> Text:
    """Text that came from a file or a model, as it may be printed."""
    return Text(printable(text), style=style)


def show_findings(name: str, findings: Sequence[Finding]) -> None:
    """One line a finding, as compilers print them."""
    for f in findings:
        line = Text()
        line.append(f"{printable(name)}:{f.range.start.line + 1}:{f.range.start.column + 1} ", "dim")
        line.append(f"{f.severity} ", _COLOURS[f.severity])
        if f.agent:
            line.append(f"[{f.agent} · {printable(f.model or '')}] ", "magenta")
        line.append(printable(f.message))
        line.append(f"  {printable(f.code)}", "dim")
        if f.fix:
            line.append("  fixable", "green")
        console.print(line)


def show_review(reviewed: Sequence[Reviewed]) -> None:
    """Findings by file, then what the reviews cost."""
    for one in reviewed:
        show_findings(str(one.path), one.findings)
    for one in reviewed:
        console.print(plain(f"{one.path}: {one.message}", "dim"))
    spent = sum(one.micro_dollars for one in reviewed)
    found = sum(len(one.findings) for one in reviewed)
    console.print(Text(f"{found} findings in {len(reviewed)} files, ${spent / 1_000_000:.4f} spent", "bold"))


def show_code(code: str, language: str, *, first: int = 1) -> None:
    """Source with line numbers."""
    code = "\n".join(printable(line) for line in code.split("\n"))
    console.print(
        Syntax(code, language, line_numbers=True, start_line=first, theme="ansi_dark", background_color="default")
    )


def show_diff(diff: str) -> None:
    """A unified diff in its usual colours."""
    for line in diff.splitlines():
        style = (
            "green" if line.startswith("+") else "red" if line.startswith("-") else "cyan" if line.startswith("@") else "dim"
        )
        console.print(plain(line, style))


def rows(pairs: Sequence[tuple[str, str, str]]) -> Table:
    """A quiet three-column table: mark, name, words."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for mark, name, words in pairs:
        table.add_row(Text.from_markup(mark), plain(name), plain(words))
    return table
