"""Finds secrets in text by their shape, and takes them out before the text leaves this machine.

Every pattern begins with a literal, is bounded, and what it has read it does not read again, so a scan takes time linear in
the text (T18). The literals are looked for first, which is as fast as the memory is, and a pattern is tried only where one of
its own stands: text without secrets costs next to nothing. What is taken out is replaced by a mark that says what stood there,
so that a model still sees the form of the code.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class _Shape:
    """One kind of secret. Every match of `pattern` starts where one of `seeds` does, or right behind it (`behind`).

    `folded` seeds are written small and found in any case.
    """

    kind: str
    seeds: tuple[str, ...]
    pattern: re.Pattern[str]
    behind: bool = False
    folded: bool = False


def _shape(kind: str, seeds: str, pattern: str, *, behind: bool = False, folded: bool = False) -> _Shape:
    return _Shape(kind, tuple(seeds.split("|")), re.compile(pattern), behind, folded)


_SHAPES: tuple[_Shape, ...] = (
    _shape(
        "private-key",
        "-----BEGIN ",
        r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:[^-\x00]|-(?!----)){0,16384}+"
        r"(?:-----END (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----)?",
    ),
    _shape("aws-key", "AKIA|ASIA|ABIA|ACCA", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    _shape(
        "github-token",
        "ghp_|gho_|ghu_|ghs_|ghr_|github_pat_",
        r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b|\bgithub_pat_[A-Za-z0-9_]{22,255}\b",
    ),
    _shape(
        "gitlab-token",
        "glpat-|glptt-|gldt-|glrt-|glcbt-|glft-|glsoat-",
        r"\bgl(?:pat|ptt|dt|rt|cbt|ft|soat)-[A-Za-z0-9_-]{20,255}",
    ),
    _shape("anthropic-key", "sk-ant-", r"\bsk-ant-[A-Za-z0-9_-]{16,255}"),
    _shape("openai-key", "sk-", r"\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,255}"),
    _shape(
        "stripe-key",
        "sk_live_|sk_test_|rk_live_|rk_test_|pk_live_|pk_test_|whsec_",
        r"\b[srp]k_(?:live|test)_[A-Za-z0-9]{16,255}\b|\bwhsec_[A-Za-z0-9+/=]{24,255}",
    ),
    _shape("slack-token", "xox|xapp-", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,255}|\bxapp-\d-[A-Za-z0-9-]{10,255}"),
    _shape(
        "slack-webhook",
        "https://hooks.slack.com/",
        r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/_-]{20,255}",
    ),
    _shape(
        "discord-webhook",
        "https://",
        r"https://(?:\w{1,20}\.)?discord(?:app)?\.com/api/webhooks/\d{5,25}/[A-Za-z0-9_-]{20,255}",
    ),
    _shape("google-key", "AIza", r"\bAIza[A-Za-z0-9_-]{35}"),
    _shape("google-secret", "GOCSPX-|ya29.", r"\bGOCSPX-[A-Za-z0-9_-]{20,64}|\bya29\.[A-Za-z0-9_-]{20,2048}"),
    _shape("npm-token", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    _shape("pypi-token", "pypi-", r"\bpypi-[A-Za-z0-9_-]{50,1024}"),
    _shape("huggingface-token", "hf_", r"\bhf_[A-Za-z0-9]{30,64}\b"),
    _shape("sendgrid-key", "SG.", r"\bSG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}"),
    _shape("twilio-key", "SK|AC", r"\b(?:SK|AC)[0-9a-f]{32}\b"),
    _shape("mailgun-key", "key-", r"\bkey-[0-9a-f]{32}\b"),
    _shape("digitalocean-token", "doo_v1_|dop_v1_|dor_v1_", r"\bdo[opr]_v1_[0-9a-f]{64}\b"),
    _shape("shopify-token", "shpat_|shpca_|shppa_|shpss_", r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b"),
    _shape("databricks-token", "dapi", r"\bdapi[0-9a-f]{32}\b"),
    _shape("vault-token", "hvs.|hvb.|hvr.", r"\bhv[sbr]\.[A-Za-z0-9_-]{20,255}"),
    _shape("age-key", "AGE-SECRET-KEY-1", r"\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b"),
    _shape("azure-key", "AccountKey=|SharedAccessKey=", r"\b(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,100}={0,2}"),
    _shape("jwt", "eyJ", r"(?<![\w-])eyJ[\w-]{8,4096}+\.eyJ[\w-]{8,4096}+\.[\w-]{8,4096}"),
    _shape("url-password", "://", r"(?<=://)[^\s/:@'\"<>]{1,128}:[^\s/:@'\"<>]{3,256}(?=@)", behind=True),
    _shape(
        "bearer-token",
        "bearer |basic ",
        r"(?i:(?<=\bbearer )|(?<=\bbasic ))[A-Za-z0-9_.+/=-]{20,4096}",
        behind=True,
        folded=True,
    ),
)

_ASSIGNED = _shape(
    "value",
    "pass|pwd|secret|token|api|auth|access|private|client|credential|encryption|signing|salt",
    r"(?i:(?<![a-z])(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|auth[_-]?key|access[_-]?key|private[_-]?key"
    r"|client[_-]?secret|credentials?|encryption[_-]?key|signing[_-]?key|salt))"
    r"[A-Za-z0-9_-]{0,32}[\"'`\]]{0,2}[ \t]{0,8}(?::=|=>|[:=])[ \t]{0,8}(?:[\"'`](?P<quoted>[^\"'`\r\n]{6,512}+)[\"'`]"
    # Still being typed, or cut: a value whose line ends before its quote comes.
    r"|[\"'`](?P<open>[^\"'`\s]{6,512}+)(?=[\r\n]|\Z)"
    r"|(?P<bare>[A-Za-z0-9_+/=.~!@#$%^&*-]{8,512}+)(?P<call>[(\[{]?))",
    folded=True,
)
"""A name that speaks of a secret, with a value beside it; whether the value is one is for `_looks_secret` to say."""

_KEY_END = re.compile(r"-----END (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_KEY_LINE = re.compile(
    r"[A-Za-z0-9+/]{40}|[A-Za-z0-9+/]{16}={0,2}(?:\\[nr]|[^\w\n]){0,8}\Z"
    r"|[A-Za-z0-9+/]{8}={1,2}(?![A-Za-z0-9=])|DEK-Info:|Proc-Type:"
)
_KEY_WORD = re.compile(r"[^\w]*[A-Za-z0-9+/]{0,64}[^\w]*")
_LONGEST_KEY = 16_384
_STRANGE_LINES = 3

_HARMLESS = re.compile(
    r"(?i)^(?:[<$%{(\[]|.*(?:example|placeholder|changeme|change-me|your[_-]|xxxx|\*\*\*\*|dummy|redacted|process\.env"
    r"|os\.environ|getenv|environ\[|import\.meta))"
)


def redact(text: str) -> tuple[str, int]:
    """`text` with each secret replaced by `<redacted:kind>`, and how many there were.

    Idempotent. The line breaks of a key block are kept, so that line numbers stay right.
    """
    found = 0

    def known(shape: _Shape, match: re.Match[str]) -> str:
        nonlocal found
        found += 1
        return f"<redacted:{shape.kind}>" + "\n" * match.group().count("\n")

    def assigned(_: _Shape, match: re.Match[str]) -> str:
        nonlocal found
        group = next(name for name in ("quoted", "open", "bare") if match.group(name) is not None)
        value = match.group(group)
        if match.group("call") or not _looks_secret(value, quoted=group != "bare"):
            return match.group()
        found += 1
        start, end = match.start(group) - match.start(), match.end(group) - match.start()
        return f"{match.group()[:start]}<redacted:value>{match.group()[end:]}"

    text = _replaced(text, _SHAPES, known)
    text, tails = _without_key_tails(text)
    found += tails
    text = _replaced(text, (_ASSIGNED,), assigned)
    return text, found


def _without_key_tails(text: str) -> tuple[str, int]:
    """`text` without key blocks whose beginning was cut off before: an end mark, and the lines of key material above it."""
    pieces: list[str] = []
    done = 0
    for end in _KEY_END.finditer(text):
        start, above = end.start(), text.rfind("\n", done, end.start())
        # Lines of material, and few others that something put between them.
        start = above + 1 if above >= 0 else done
        strange = 0
        while above >= 0 and strange < _STRANGE_LINES and end.start() - above < _LONGEST_KEY:
            line = text.rfind("\n", done, above)
            first = line + 1 if line >= 0 else done
            if _KEY_LINE.search(text, first, above) or (line < 0 and _KEY_WORD.fullmatch(text, first, above)):
                start, strange = first, 0
            else:
                strange += 1
            above = line
        pieces += (text[done:start], "<redacted:private-key>", "\n" * text.count("\n", start, end.end()))
        done = end.end()
    return ("".join((*pieces, text[done:])), len(pieces) // 3) if pieces else (text, 0)


def _replaced(text: str, shapes: Sequence[_Shape], mark: Callable[[_Shape, re.Match[str]], str]) -> str:
    """`text` with each match replaced, as one `re.sub` over all shapes in their order would do it."""
    folded = _folded(text)
    places = sorted(
        (at + len(seed) if shape.behind else at, number)
        for number, shape in enumerate(shapes)
        for seed in shape.seeds
        for at in _every(folded if shape.folded else text, seed)
    )
    pieces: list[str] = []
    end = 0
    for start, number in places:
        match = shapes[number].pattern.match(text, start) if start >= end else None
        if match is not None:
            pieces += (text[end:start], mark(shapes[number], match))
            end = match.end()
    return "".join((*pieces, text[end:])) if pieces else text


def _every(text: str, seed: str) -> Iterator[int]:
    at = text.find(seed)
    while at >= 0:
        yield at
        at = text.find(seed, at + 1)


def _folded(text: str) -> str:
    """`text` in small letters, each character in its place; with the letters that `re.IGNORECASE` takes for an i or an s."""
    if not text.isascii():
        text = text.replace("\u0130", "i").replace("\u0131", "i").replace("\u017f", "s")
    return text.lower()


def _looks_secret(value: str, *, quoted: bool) -> bool:
    """Whether a value beside a telling name is a secret rather than a name, a call, a word or a hole to fill in."""
    if _HARMLESS.match(value) or len(set(value)) < 5:
        return False
    if not quoted:
        # Without quotes it is code, unless it is no name that a program would use.
        name = re.fullmatch(r"[A-Za-z_$][\w.$]*", value)
        return _random_word(value) or (name is None and _mixed(value) and _entropy(value) >= 3.2)
    if " " in value.strip() and _entropy(value) < 4.0:
        return False
    return _mixed(value) and _entropy(value) >= 2.8


def _mixed(value: str) -> bool:
    kinds = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9_]")
    return sum(re.search(kind, value) is not None for kind in kinds) >= 2


def _random_word(value: str) -> bool:
    """A long run of letters and digits with no words in it."""
    if len(value) < 16 or "." in value or _entropy(value) < 3.5:
        return False
    digits = sum(c.isdigit() for c in value)
    # Words keep to one case for some letters; what chance has written changes it at every other one.
    changes = sum(a.isalpha() and b.isalpha() and a.islower() != b.islower() for a, b in pairwise(value))
    return digits >= 3 or changes + 2 * digits > 0.4 * len(value)


def _entropy(value: str) -> float:
    """Bits a character."""
    size = len(value)
    return -sum(count / size * math.log2(count / size) for count in Counter(value).values())
