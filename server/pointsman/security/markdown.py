"""Markdown from a model or a file, made so that showing it fetches nothing and offers nothing to click (T5).

What stays is text, emphasis, headings, lists, tables and code. Code is written anew in the plainest form, so that every
renderer agrees with this one on where code ends; outside of it, what could begin HTML, a link or an image is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pointsman.security.output import clean

_FENCE = re.compile(r"[ \t>]{0,12}(?:(?P<ticks>`{3,})[ \t]*(?P<info>[^`\n]*)|(?P<tildes>~{3,})[ \t]*(?P<more>[^\n]*))")
_BAR = re.compile(r"\\*\|")
_RULE = re.compile(r"[ \t>|:-]*-[ \t>|:-]*")
_LINK = re.compile(r"!?\[(?P<text>[^\[\]\n]{0,500})\]\((?P<url>[^()\s\n]{0,2000})(?:\s{1,4}[^()\n]{0,300})?\)")
_ADDRESS = re.compile(
    r"(?i)[a-z][a-z0-9+.-]{0,20}://[^\s`<>\[\]\"]*"
    r"|www\.[^\s`<>\[\]\"]+"
    r"|\b(?:mailto|command|javascript|data|vscode|vscode-insiders|file|tel|xmpp):[^\s`<>\[\]\"]+"
    r"|[a-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}"
)
_DRAWN = frozenset(
    {"mermaid", "plantuml", "puml", "dot", "graphviz", "d2", "math", "latex", "katex", "svg", "geojson", "topojson", "stl"}
)
"""Names of code that some renderers draw instead of showing it."""

_ENTITIES = {"<": "&lt;", "&": "&amp;", "`": "&#96;"}
_SPECIAL = re.compile(r"&(?:lt|amp|gt|#96);|~{3,}|\\[!-/:-@\[-`{-~]|\\\Z|[<&`\[\]]")
"""An entity of ours, an escaped sign of punctuation, a backslash at the end, or what needs an escape."""


def sanitise(text: str) -> str:
    """`text` as Markdown that holds no image, no HTML, no link and no address that a renderer makes one, outside of code.

    A link becomes its text and its address as code. Idempotent.
    """
    out: list[str] = []
    table = False
    lines = clean(text).replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n").split("\n")
    at = 0
    while at < len(lines):
        opened = _FENCE.fullmatch(lines[at])
        if opened is None:
            # A line of dashes may make a table of the line before it and of all that follow.
            table = table or any(_RULE.fullmatch(line) for line in lines[at : at + 2])
            out.append(_line(lines[at], table=table))
            at += 1
            continue
        end = _close(lines, at + 1, opened["ticks"] or opened["tildes"])
        out += _block(lines[at + 1 : end], opened["info"] or opened["more"] or "")
        at = end + 1
    return "\n".join(out)


def _close(lines: list[str], start: int, fence: str) -> int:
    """The line that closes a fence; one past the last where none does."""
    for at in range(start, len(lines)):
        bare = lines[at].strip(" \t>")
        if len(bare) >= len(fence) and set(bare) == {fence[0]}:
            return at
    return len(lines)


def _block(lines: list[str], info: str) -> list[str]:
    """A code block at the margin, with a fence that nothing in it can close."""
    name = info.split()[0] if info.split() else ""
    if not re.fullmatch(r"[A-Za-z0-9_+#.-]{1,30}", name) or name.lower() in _DRAWN:
        name = ""
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{name}", *lines, fence]


def _line(line: str, *, table: bool) -> str:
    """One line that is not in a code block."""
    parts = _joined(_code(part) if is_code else _text(part) for part, is_code in _spans(line))
    return _celled(parts) if table else parts


def _celled(line: str) -> str:
    """`line` with no bar in a code span where a table could split it, which would leave the span's end outside of code."""
    return _joined(_code(_BAR.sub(_barred, part)) if is_code else part for part, is_code in _spans(line))


def _barred(match: re.Match[str]) -> str:
    # Renderers differ on what more than one backslash before a bar means.
    slashes = match.group()[:-1]
    return "\\|" if len(slashes) < 2 else f"{slashes}\u00a6"


def _joined(parts: Iterable[str]) -> str:
    """`parts` in a row, with a space where two code spans would run into each other."""
    out = ""
    for part in parts:
        out += f" {part}" if out.endswith("`") and part.startswith("`") else part
    return out


def _spans(line: str) -> list[tuple[str, bool]]:
    """`line` in parts: text, and the insides of code spans. A backtick without a partner on its line is text."""
    runs = [(run.start(), run.end()) for run in re.finditer(r"`+", line)]
    # For each run the next of its length, found from the right, so that many runs do not cost a square.
    later: dict[int, int] = {}
    partner: list[int | None] = [None] * len(runs)
    for index in range(len(runs) - 1, -1, -1):
        size = runs[index][1] - runs[index][0]
        partner[index] = later.get(size)
        later[size] = index
    parts: list[tuple[str, bool]] = []
    at = index = 0
    while index < len(runs):
        start, end = runs[index]
        escaped = (start - len(line[at:start].rstrip("\\")) - at) % 2 == 1
        mate = partner[index]
        if mate is None or escaped:
            index += 1
            continue
        parts.append((line[at:start], False))
        parts.append((line[end : runs[mate][0]], True))
        at = runs[mate][1]
        index = mate + 1
    parts.append((line[at:], False))
    return parts


def _code(inside: str) -> str:
    """A code span that every renderer reads alike."""
    inside = inside.strip()
    if not inside:
        return ""
    longest = max((len(run) for run in re.findall(r"`+", inside)), default=0)
    ticks = "`" * (longest + 1)
    return f"{ticks} {inside} {ticks}" if longest else f"`{inside}`"


def _text(text: str) -> str:
    """Text outside of code: links taken apart, addresses shown as code, the rest escaped."""
    out: list[str] = []
    at = 0
    for link in _LINK.finditer(text):
        out.append(_plain(text[at : link.start()]))
        out.append(_plain(link["text"]))
        if link["url"] and link["url"] != link["text"]:
            shown = _code(link["url"].replace("`", ""))
            out.append(f" ({shown})" if shown else "")
        at = link.end()
    out.append(_plain(text[at:]))
    return _joined(out)


def _plain(text: str) -> str:
    out: list[str] = []
    at = 0
    for address in _ADDRESS.finditer(text):
        out.append(_escaped(text[at : address.start()]))
        whole = address.group()
        bare = whole.rstrip(".,;:!?*_'")
        out.append(_code(bare.replace("`", "")))
        out.append(_escaped(whole[len(bare) :]))
        at = address.end()
    out.append(_escaped(text[at:]))
    return _joined(out)


def _escaped(text: str) -> str:
    """What could begin HTML, a link, an image or code is told to be itself; what is told so already stays.

    A backtick becomes an entity, so that every backtick in the result belongs to a code span.
    """
    return _SPECIAL.sub(_itself, text)


def _itself(match: re.Match[str]) -> str:
    found = match.group()
    if found[0] == "&" and len(found) > 1:
        return found
    if found[0] == "~":
        # In a list item these could open a code block that only the renderer knows of.
        return "\\~" * len(found)
    plain = found[1:] if found[0] == "\\" and len(found) == 2 else found
    if plain in _ENTITIES:
        return _ENTITIES[plain]
    return found if len(found) == 2 else f"\\{found}"
