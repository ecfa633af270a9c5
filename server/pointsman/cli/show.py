"""How commands look in a terminal: one palette, no control characters out of files or models."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pointsman.core.types import Finding, Severity
from pointsman.security.terminal import printable

console = Console(highlight=False, soft_wrap=True)
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFORMATION: "cyan", Severity.HINT: "dim"}


def plain(text: str, style: str = "") -> Text:
    """Text that came from a file or a model, as it may be printed."""
    return Text(printable(text), style=style)


def show_words(words: Text, *, indent: int = 0) -> None:
    """Prose, wrapped between words for a person; a program that reads it gets one line."""
    if console.is_terminal:
        console.print(Padding(words, (0, 0, 0, indent)), soft_wrap=False)
    else:
        console.print(Text(" " * indent) + words)


def shortened(path: str, room: int) -> str:
    """The end of a path, which tells more than its beginning, in as many characters; cut between folders if possible."""
    if len(path) <= room:
        return path
    end = path[1 - room :]
    return "…" + end[max(end.find("/"), 0) :]


def show_findings(name: str, findings: Sequence[Finding], note: str = "") -> None:
    """The findings of one file: below its name for a person, a line each as compilers print them for a program."""
    if not console.is_terminal:
        for f in findings:
            console.print(Text.assemble(f"{printable(name)}:{_place(f)} ", f"{f.severity} ", _said(f)))
        return
    console.print(Text.assemble((printable(name), "bold"), (f"  {printable(note)}", "dim")))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", style="dim", no_wrap=True, min_width=7)
    table.add_column(no_wrap=True)
    table.add_column()
    for f in findings:
        table.add_row(_place(f), Text(str(f.severity), _COLOURS[f.severity]), _said(f))
    if findings:
        console.print(table)


def _place(f: Finding) -> str:
    return f"{f.range.start.line + 1}:{f.range.start.column + 1}"


def _said(f: Finding) -> Text:
    by = Text(f"[{f.agent} · {printable(f.model or '')}] " if f.agent else "", "magenta")
    # An agent's findings have its name as their code: once is enough.
    code = Text("" if f.agent else f"  {printable(f.code)}", "dim")
    return Text.assemble(by, printable(f.message), code, ("  fixable" if f.fix else "", "green"))


def show_code(code: str, language: str, *, first: int = 1) -> None:
    """Source with line numbers."""
    from rich.syntax import Syntax

    code = "\n".join(printable(line) for line in code.split("\n"))
    console.print(Syntax(code, language, line_numbers=True, start_line=first, theme="ansi_dark", background_color="default"))


def show_diff(diff: str) -> None:
    """A unified diff in its usual colours."""
    for line in diff.splitlines():
        style = (
            "green" if line.startswith("+") else "red" if line.startswith("-") else "cyan" if line.startswith("@") else "dim"
        )
        console.print(plain(line, style))


def rows(lines: Sequence[tuple[str, str, str, str]]) -> Table:
    """A quiet three-column table: mark, name, words and below them what to do."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for mark, name, words, remedy in lines:
        told = plain(words).append(f"\n→ {printable(remedy)}" if remedy else "", "dim")
        table.add_row(Text.from_markup(mark), plain(name), told)
    return table
