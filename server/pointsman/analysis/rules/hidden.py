"""Characters that a reader does not see but a compiler, or a model, does.

Bidirectional controls show code in another order than it runs (CVE-2021-42574); tags, zero-width and filler characters carry
text that nobody reviews. Joiners and tags that spell emoji, and joiners inside words of scripts that need them, are left alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from pointsman.analysis.syntax import SyntaxTree
from pointsman.core.types import Finding, Fix, Position, Range, Severity, TextEdit

_BIDI = "\u202a-\u202e\u2066-\u2069"
_INVISIBLE = "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0\U000e0000-\U000e0fff"
_JOINERS = "\u200c\u200d"
_SELECTORS = "\ufe00-\ufe0f"
_SUSPECT = re.compile(f"(?P<bidi>[{_BIDI}]+)|(?P<hidden>[{_INVISIBLE}{_JOINERS}{_SELECTORS}]+)")
# A flag of a region: a black flag, tag letters, the closing tag.
_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]{3,7}\U000e007f")
_LINE_END = re.compile(r"\r\n|\r|\n")
_QUICK = re.compile(
    rb"\xc2\xad|\xcd\x8f|\xe1\x85[\x9f\xa0]|\xe1\x9e[\xb4\xb5]|\xe1\xa0\x8e|\xe2\x80[\x8b-\x8d\xaa-\xae]|\xe2\x81[\xa0-\xaf]"
    rb"|\xe3\x85\xa4|\xef\xbb\xbf|\xef\xbe\xa0|\xef\xb8[\x80-\x8f]|\xf3\xa0"
)
_MOST = 200


def findings(tree: SyntaxTree) -> list[Finding]:
    """`text/bidi-control` and `text/hidden-character`, one for each run of such characters, each with a fix that removes it."""
    if tree.data.isascii() or _QUICK.search(tree.data) is None:
        return []
    text = tree.data.decode("utf-8", "replace")
    found: list[Finding] = []
    for number, line in enumerate(_LINE_END.split(text)):
        if not line.isascii():
            found.extend(_in_line(number, line))
        if len(found) >= _MOST:
            break
    return found


def _in_line(number: int, line: str) -> Iterator[Finding]:
    flags = [match.span() for match in _FLAG.finditer(line)]
    for match in _SUSPECT.finditer(line):
        if match["bidi"] is not None:
            yield _finding(number, match, "text/bidi-control", "Bidirectional control: this line does not run as it is shown")
        elif not _harmless(number, line, match, flags):
            yield _finding(number, match, "text/hidden-character", "Invisible character in the text")


def _harmless(number: int, line: str, match: re.Match[str], flags: list[tuple[int, int]]) -> bool:
    run, start, end = match[0], match.start(), match.end()
    if number == 0 and start == 0 and run == "\ufeff":
        return True  # a byte order mark
    if any(first <= start and end <= last for first, last in flags):
        return True
    before = line[start - 1] if start else ""
    after = line[end] if end < len(line) else ""
    if len(run) <= 2 and all(c in "\u200c\u200d" or "\ufe00" <= c <= "\ufe0f" for c in run):
        # Emoji are joined and dressed by these; Persian and Indic words need joiners; ASCII needs neither, but for keycaps.
        return not before.isascii() or after == "\u20e3"
    if "\U000e0100" <= run <= "\U000e01ef" and len(run) == 1:
        return bool(before) and unicodedata.east_asian_width(before) == "W"  # another shape of a Han character
    return run == "\u00ad" and not before.isascii()


def _finding(number: int, match: re.Match[str], code: str, message: str) -> Finding:
    place = Range(Position(number, match.start()), Position(number, match.end()))
    names = sorted({f"U+{ord(character):04X}" for character in match[0]})
    shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    fix = Fix("Remove the invisible characters", (TextEdit(place, ""),))
    return Finding(code, f"{message} ({shown})", Severity.WARNING, place, "https://trojansource.codes/", fix)
