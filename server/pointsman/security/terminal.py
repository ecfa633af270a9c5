"""Text from files, models and vendors, made safe to print (T19)."""

from __future__ import annotations

from pointsman.security.output import hidden


def printable(text: str, *, lines: bool = False) -> str:
    """`text` with everything that a terminal would act on, or not show, written as an escape such as `\\x1b`.

    One line stays one line: line breaks and tabs are escaped too, unless `lines` allows them. Idempotent.
    """
    unsafe = set(hidden(text))
    kept = "\n\t" if lines else ""
    return "".join(
        char if index not in unsafe and (char in kept or char not in "\n\t\r\u2028\u2029\x85") else _escaped(char)
        for index, char in enumerate(text)
    )


def _escaped(char: str) -> str:
    code = ord(char)
    named = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
    if char in named:
        return named[char]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
