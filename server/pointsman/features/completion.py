"""Completion items: names from this file and the workspace, and the rest of the line where the editor has no ghost text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pointsman.core.document import Snapshot
from pointsman.core.types import Position, Range
from pointsman.features.inline_completion import around, inline_completion, inside_word
from pointsman.features.items import CompletionItem, CompletionItems
from pointsman.features.session import Session

_WORD = re.compile(r"[^\W\d]\w*\Z")
_WORDS = re.compile(r"[^\W\d]\w{2,}")
MAX_ITEMS = 60
_KINDS = {
    "function": "function",
    "method": "method",
    "class": "class",
    "interface": "interface",
    "struct": "struct",
    "enum": "enum",
}


async def completion(session: Session, snapshot: Snapshot, position: Position) -> CompletionItems:
    """Items for the word before `position`, nearest first. Incomplete: more typing may find better ones."""
    if not session.settings.completion_enabled:
        return CompletionItems((), incomplete=False)
    prefix, suffix = around(snapshot, position)
    items: list[CompletionItem] = []
    if not session.inline_in_editor:
        items += await _rest_of_line(session, snapshot, position)
    word = _WORD.search(prefix)
    if word is not None and not inside_word(suffix):
        items += await _names(session, snapshot, position, word[0], prefix, suffix)
    return CompletionItems(tuple(items[:MAX_ITEMS]), incomplete=True)


async def _rest_of_line(session: Session, snapshot: Snapshot, position: Position) -> list[CompletionItem]:
    found = await inline_completion(session, snapshot, position, invoked=False)
    return [
        CompletionItem(
            label=item.text.strip().partition("\n")[0][:80],
            text=item.text,
            range=item.range,
            kind="snippet",
            detail=f"Pointsman · {session.last.model or item.source if session.last else item.source}",
            documentation=item.text,
            sort="0",
            answer_id=item.answer_id,
        )
        for item in found
    ]


async def _names(
    session: Session, snapshot: Snapshot, position: Position, word: str, prefix: str, suffix: str
) -> list[CompletionItem]:
    study = await session.study(snapshot)
    kinds = {symbol.name: (symbol.kind, symbol.signature) for symbol in study.symbols}
    replaced = Range(Position(position.line, position.column - len(word)), position)
    items = []
    for rank, name in enumerate(_candidates(session, word, prefix, suffix, tuple(kinds))):
        kind, signature = kinds.get(name, ("text", ""))
        items.append(CompletionItem(name, name, replaced, _KINDS.get(kind, "text"), detail=signature, sort=f"1{rank:03}"))
        if len(items) >= MAX_ITEMS:
            break
    return items


def _candidates(session: Session, word: str, prefix: str, suffix: str, symbols: tuple[str, ...]) -> Iterator[str]:
    near = _WORDS.findall(prefix[: -len(word)])[::-1] + _WORDS.findall(suffix)
    seen = {word}
    for name in (*near, *symbols, *session.model.words(word)):
        if name.startswith(word) and name not in seen:
            seen.add(name)
            yield name
