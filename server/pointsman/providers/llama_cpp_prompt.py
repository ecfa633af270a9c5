"""How a prompt is laid out for each family of local models, as token ids.

Text of the user never becomes a control token: only the marks of these tables are looked up as such, and the chat template that
a GGUF carries is code of its author, so it is not read at all (T11).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Vocabulary(Protocol):
    """What laying out a prompt needs to know of a model."""

    bos: int | None
    """The token that every prompt starts with, if the model wants one."""

    fim: tuple[int, int, int] | None
    """The ids of prefix, suffix and middle that llama.cpp itself found."""

    def mark(self, text: str) -> int | None:
        """The id of the one token that `text` names, or None."""
        ...

    def encode(self, text: str, *, bare: bool = False) -> list[int]:
        """The tokens of plain text; `bare` keeps a tokeniser from putting a space before it."""
        ...


@dataclass(frozen=True, slots=True)
class Hole:
    """How one family asks for the code between a prefix and a suffix."""

    name: str
    prefix: str
    suffix: str
    middle: str = ""
    suffix_first: bool = False
    signs: tuple[str, ...] = ()
    """Further tokens that only this family has, where others share its marks."""
    ends: tuple[str, ...] = ()
    """Tokens that end an answer besides the vocabulary's own."""


_FILES = ("<|fim_pad|>", "<|repo_name|>", "<|file_sep|>", "<|fim_prefix|>", "<|fim_suffix|>")
_STAR = ("<fim_pad>", "<file_sep>", "<reponame>", "<|endoftext|>")

# The first whose marks the vocabulary has.
HOLES = (
    Hole(
        "codegemma",
        "<|fim_prefix|>",
        "<|fim_suffix|>",
        "<|fim_middle|>",
        False,
        ("<|file_separator|>",),
        ("<|file_separator|>",),
    ),
    Hole("qwen", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", ends=_FILES),
    Hole("starcoder", "<fim_prefix>", "<fim_suffix>", "<fim_middle>", ends=_STAR),
    Hole("santacoder", "<fim-prefix>", "<fim-suffix>", "<fim-middle>", ends=("<|endoftext|>",)),
    Hole("deepseek", "<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"),
    Hole("codellama", "▁<PRE>", "▁<SUF>", "▁<MID>", ends=("▁<EOT>",)),
    Hole("codestral", "[PREFIX]", "[SUFFIX]", suffix_first=True),
    Hole("codegeex", "<|code_prefix|>", "<|code_suffix|>", "<|code_middle|>", suffix_first=True, ends=("<|user|>",)),
    Hole("seed", "<[fim-prefix]>", "<[fim-suffix]>", "<[fim-middle]>", suffix_first=True),
)
# Families that share another's marks and differ only in order: a person has to name them.
NAMED_HOLES = (
    Hole("granite", "<fim_prefix>", "<fim_suffix>", "<fim_middle>", ends=_STAR),
    Hole("mellum", "<fim_prefix>", "<fim_suffix>", "<fim_middle>", suffix_first=True, ends=_STAR),
)


@dataclass(frozen=True, slots=True)
class FoundHole:
    """A family in one vocabulary: ids in place of marks."""

    name: str
    prefix: int
    suffix: int
    middle: int | None
    suffix_first: bool
    ends: frozenset[int]


def find_hole(vocabulary: Vocabulary, name: str = "") -> FoundHole | None:
    """The family that this vocabulary speaks, or the one that is named; None where it cannot fill holes (or by name "none")."""
    if name == "none":
        return None
    for hole in (*HOLES, *NAMED_HOLES):
        if name and name != hole.name:
            continue
        marks = [vocabulary.mark(text) for text in (hole.prefix, hole.suffix, hole.middle, *hole.signs) if text]
        ids = [mark for mark in marks if mark is not None]
        if len(ids) == len(marks):
            ends = frozenset(mark for text in hole.ends if (mark := vocabulary.mark(text)) is not None)
            return FoundHole(hole.name, ids[0], ids[1], ids[2] if hole.middle else None, hole.suffix_first, ends)
    if vocabulary.fim is None or name:
        return None
    prefix, suffix, middle = vocabulary.fim
    return FoundHole("unnamed", prefix, suffix, middle, False, frozenset())


def cut(length: int, keep: int, step: int) -> int:
    """How much to drop from the left so that at most `keep` stays, in whole steps.

    Whole steps, because the model remembers a prompt only up to its first difference: a cut that moved with each
    keystroke would make it read everything again.
    """
    return min(length, -(-(length - keep) // step) * step) if length > keep else 0


def fill_hole(vocabulary: Vocabulary, hole: FoundHole | None, prefix: str, suffix: str, room: int) -> list[int]:
    """The prompt for the code between `prefix` and `suffix`, at most `room` tokens.

    What does not fit is cut from the far ends: the suffix gives way first, down to a quarter. Without a `hole` the model
    goes on from the prefix and never sees the suffix.
    """
    start = [] if vocabulary.bos is None else [vocabulary.bos]
    room = max(room - len(start) - 3, 1)
    # Before tokenising, so that a huge file costs no more than a large one. No tokeniser packs more than this on average.
    widest = room * 16
    before = vocabulary.encode(prefix[cut(len(prefix), widest, room * 2) :])
    after = vocabulary.encode(suffix[:widest], bare=True) if hole else []
    after = after[: max(room // 4, room - len(before))]
    before = before[cut(len(before), room - len(after), max(room // 8, 1)) :]
    if hole is None:
        return [*start, *before]
    first, second = [hole.prefix, *before], [hole.suffix, *after]
    if hole.suffix_first:
        first, second = second, first
    return [*start, *first, *second, *([] if hole.middle is None else [hole.middle])]


@dataclass(frozen=True, slots=True)
class Chat:
    """How one family writes a conversation. In a turn, "{}" is the text and every other piece a mark or plain text."""

    name: str
    user: tuple[str, ...]
    assistant: tuple[str, ...]
    ask: tuple[str, ...]
    system: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()


CHATS = (
    Chat(
        "chatml",
        user=("<|im_start|>", "user\n", "{}", "<|im_end|>", "\n"),
        assistant=("<|im_start|>", "assistant\n", "{}", "<|im_end|>", "\n"),
        ask=("<|im_start|>", "assistant\n"),
        system=("<|im_start|>", "system\n", "{}", "<|im_end|>", "\n"),
        needs=("<|im_start|>", "<|im_end|>"),
    ),
    Chat(
        "llama-3",
        user=("<|start_header_id|>", "user", "<|end_header_id|>", "\n\n", "{}", "<|eot_id|>"),
        assistant=("<|start_header_id|>", "assistant", "<|end_header_id|>", "\n\n", "{}", "<|eot_id|>"),
        ask=("<|start_header_id|>", "assistant", "<|end_header_id|>", "\n\n"),
        system=("<|start_header_id|>", "system", "<|end_header_id|>", "\n\n", "{}", "<|eot_id|>"),
        needs=("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
    ),
    Chat(
        "gemma",
        user=("<start_of_turn>", "user\n", "{}", "<end_of_turn>", "\n"),
        assistant=("<start_of_turn>", "model\n", "{}", "<end_of_turn>", "\n"),
        ask=("<start_of_turn>", "model\n"),
        needs=("<start_of_turn>", "<end_of_turn>"),
    ),
    Chat(
        "deepseek",
        user=("<｜User｜>", "{}"),
        assistant=("<｜Assistant｜>", "{}", "<｜end▁of▁sentence｜>"),
        ask=("<｜Assistant｜>",),
        needs=("<｜User｜>", "<｜Assistant｜>", "<｜end▁of▁sentence｜>"),
    ),
    Chat(
        "mistral",
        user=("[INST]", " {}", "[/INST]"),
        assistant=(" {}", "</s>"),
        ask=(),
        needs=("[INST]", "[/INST]", "</s>"),
    ),
)
PLAIN = Chat(
    "plain",
    user=("### Instruction:\n", "{}", "\n\n"),
    assistant=("### Response:\n", "{}", "\n\n"),
    ask=("### Response:\n",),
    system=("{}", "\n\n"),
    stop=("\n### Instruction:",),
)


def find_chat(vocabulary: Vocabulary) -> Chat:
    """The first way of writing a conversation whose marks this vocabulary has; plain headings where it has none."""
    return next((chat for chat in CHATS if all(vocabulary.mark(mark) is not None for mark in chat.needs)), PLAIN)


def converse(vocabulary: Vocabulary, chat: Chat, system: str, messages: Sequence[tuple[str, str]]) -> list[int]:
    """The prompt for the next answer in a conversation of (role, text)."""
    turns = list(messages)
    tokens = [] if vocabulary.bos is None else [vocabulary.bos]
    if system and chat.system:
        tokens += _write(vocabulary, chat, chat.system, system)
    elif system:
        first = turns[0][1] if turns else ""
        turns[:1] = [("user", f"{system}\n\n{first}")]
    for role, text in turns:
        tokens += _write(vocabulary, chat, chat.user if role == "user" else chat.assistant, text)
    return tokens + _write(vocabulary, chat, chat.ask, "")


def _write(vocabulary: Vocabulary, chat: Chat, pieces: Sequence[str], text: str) -> list[int]:
    tokens: list[int] = []
    for piece in pieces:
        mark = vocabulary.mark(piece) if piece in chat.needs else None
        tokens += [mark] if mark is not None else vocabulary.encode(piece.replace("{}", text), bare=bool(tokens))
    return tokens
