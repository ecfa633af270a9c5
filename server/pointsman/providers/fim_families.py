"""How each family of code models spells a hole, for servers that take a plain prompt.

Sources: the model cards and technical reports of the families (Code Llama, StarCoder2, DeepSeek-Coder, Qwen2.5-Coder,
CodeGemma, Codestral, Granite Code).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """`template` has one {prefix} and one {suffix}; `stops` end an answer."""

    template: str
    stops: tuple[str, ...]

    @property
    def marks(self) -> tuple[str, ...]:
        """The tokens of the template."""
        return tuple(mark.strip() for mark in self.template.replace("{suffix}", "{prefix}").split("{prefix}") if mark.strip())


_QWEN = Family("<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>", ("<|endoftext|>", "<|fim_pad|>", "<|file_sep|>"))
_STARCODER = Family("<fim_prefix>{prefix}<fim_suffix>{suffix}<fim_middle>", ("<|endoftext|>", "<file_sep>"))

FAMILIES: dict[str, Family] = {
    "qwen": _QWEN,
    "codegemma": Family(_QWEN.template, ("<|file_separator|>", "<eos>")),
    "starcoder": _STARCODER,
    "granite": _STARCODER,
    "codellama": Family("<PRE> {prefix} <SUF>{suffix} <MID>", ("<EOT>",)),
    "deepseek": Family("<｜fim▁begin｜>{prefix}<｜fim▁hole｜>{suffix}<｜fim▁end｜>", ("<｜end▁of▁sentence｜>",)),
    "codestral": Family("[SUFFIX]{suffix}[PREFIX]{prefix}", ("</s>",)),
}
"""By the name that a deployment's `fim` gives; any other value of it means that the server fills the hole itself."""


def render(family: Family, prefix: str, suffix: str) -> str:
    """The prompt for the hole between `prefix` and `suffix`; the family's own tokens in the code are taken out of it."""
    for mark in family.marks:
        prefix, suffix = prefix.replace(mark, ""), suffix.replace(mark, "")
    # Not str.format: code is full of braces.
    before, _, rest = family.template.partition("{prefix}")
    between, found, after = rest.partition("{suffix}")
    if found:
        return f"{before}{prefix}{between}{suffix}{after}"
    head, _, middle = before.partition("{suffix}")
    return f"{head}{suffix}{middle}{prefix}{rest}"
