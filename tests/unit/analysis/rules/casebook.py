"""Reads the case files: one file a language, `=== rule`, then sections `--- bad`, `--- fixed` and `--- good`.

`fixed` is what the fix of the `bad` section before it makes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).parent / "cases"


@dataclass(slots=True)
class Case:
    language: str
    rule: str
    kind: str
    source: str
    fixed: str | None = None
    line: int = 0

    def __str__(self) -> str:
        return f"{self.language}-{self.rule}-{self.kind}-{self.line}"


def read() -> list[Case]:
    cases: list[Case] = []
    for file in sorted(CASES.glob("*.txt")):
        cases.extend(_read(file))
    return cases


def _read(file: Path) -> list[Case]:
    cases: list[Case] = []
    rule, kind, body, start = "", "", list[str](), 0

    def close() -> None:
        text = "".join(body)
        if kind == "fixed":
            cases[-1].fixed = text
        elif kind:
            cases.append(Case(file.stem, rule, kind, text, line=start))

    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(keepends=True), 1):
        if line.startswith("=== "):
            close()
            rule, kind, body = line[4:].strip(), "", []
        elif line.startswith("--- "):
            close()
            kind, body, start = line[4:].strip(), [], number
        else:
            body.append(line)
    close()
    return cases
