"""Finds secrets in text by their shape, and takes them out before the text leaves this machine.

Every pattern begins with a literal, is bounded, and what it has read it does not read again, so a scan takes time linear in
the text (T18). What is
taken out is replaced by a mark that says what stood there, so that a model still sees the form of the code.
"""

from __future__ import annotations

import math
import re
from collections import Counter

_SHAPES: tuple[tuple[str, str], ...] = (
    ("private-key", r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----(?:[^-\x00]|-(?!----)){0,16384}+"
                    r"(?:-----END (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----)?"),
    ("aws-key", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    ("github-token", r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b|\bgithub_pat_[A-Za-z0-9_]{22,255}\b"),
    ("gitlab-token", r"\bgl(?:pat|ptt|dt|rt|cbt|ft|soat)-[A-Za-z0-9_-]{20,255}"),
    ("anthropic-key", r"\bsk-ant-[A-Za-z0-9_-]{16,255}"),
    ("openai-key", r"\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,255}"),
    ("stripe-key", r"\b[srp]k_(?:live|test)_[A-Za-z0-9]{16,255}\b|\bwhsec_[A-Za-z0-9+/=]{24,255}"),
    ("slack-token", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,255}|\bxapp-\d-[A-Za-z0-9-]{10,255}"),
    ("slack-webhook", r"https://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/_-]{20,255}"),
    ("discord-webhook", r"https://(?:\w{1,20}\.)?discord(?:app)?\.com/api/webhooks/\d{5,25}/[A-Za-z0-9_-]{20,255}"),
    ("google-key", r"\bAIza[A-Za-z0-9_-]{35}"),
    ("google-secret", r"\bGOCSPX-[A-Za-z0-9_-]{20,64}|\bya29\.[A-Za-z0-9_-]{20,2048}"),
    ("npm-token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("pypi-token", r"\bpypi-[A-Za-z0-9_-]{50,1024}"),
    ("huggingface-token", r"\bhf_[A-Za-z0-9]{30,64}\b"),
    ("sendgrid-key", r"\bSG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}"),
    ("twilio-key", r"\b(?:SK|AC)[0-9a-f]{32}\b"),
    ("mailgun-key", r"\bkey-[0-9a-f]{32}\b"),
    ("digitalocean-token", r"\bdo[opr]_v1_[0-9a-f]{64}\b"),
    ("shopify-token", r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b"),
    ("databricks-token", r"\bdapi[0-9a-f]{32}\b"),
    ("vault-token", r"\bhv[sbr]\.[A-Za-z0-9_-]{20,255}"),
    ("age-key", r"\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b"),
    ("azure-key", r"\b(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,100}={0,2}"),
    ("jwt", r"(?<![\w-])eyJ[\w-]{8,4096}+\.eyJ[\w-]{8,4096}+\.[\w-]{8,4096}"),
    ("url-password", r"(?<=://)[^\s/:@'\"<>]{1,128}:[^\s/:@'\"<>]{3,256}(?=@)"),
    ("bearer-token", r"(?i:(?<=\bbearer )|(?<=\bbasic ))[A-Za-z0-9_.+/=-]{20,4096}"),
)  # fmt: skip

_KNOWN = re.compile("|".join(f"(?P<s{index}>{pattern})" for index, (_, pattern) in enumerate(_SHAPES)))

_ASSIGNED = re.compile(
    r"(?i:(?<![a-z])(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|auth[_-]?key|access[_-]?key|private[_-]?key"
    r"|client[_-]?secret|credentials?|encryption[_-]?key|signing[_-]?key|salt))"
    r"[A-Za-z0-9_-]{0,32}[\"'`\]]{0,2}[ \t]{0,8}(?::=|=>|[:=])[ \t]{0,8}(?:[\"'`](?P<quoted>[^\"'`\r\n]{6,512}+)[\"'`]"
    r"|(?P<bare>[A-Za-z0-9_+/=.~!@#$%^&*-]{8,512}+)(?P<call>[(\[{]?))"
)
"""A name that speaks of a secret, with a value beside it; whether the value is one is for `_looks_secret` to say."""

_HARMLESS = re.compile(
    r"(?i)^(?:[<$%{(\[]|.*(?:example|placeholder|changeme|change-me|your[_-]|xxxx|\*\*\*\*|dummy|redacted|process\.env"
    r"|os\.environ|getenv|environ\[|import\.meta))"
)


def redact(text: str) -> tuple[str, int]:
    """`text` with each secret replaced by `<redacted:kind>`, and how many there were.

    Idempotent. The line breaks of a key block are kept, so that line numbers stay right.
    """
    found = 0

    def known(match: re.Match[str]) -> str:
        nonlocal found
        found += 1
        kind = _SHAPES[int((match.lastgroup or "s0")[1:])][0]
        return f"<redacted:{kind}>" + "\n" * match.group().count("\n")

    def assigned(match: re.Match[str]) -> str:
        nonlocal found
        group = "quoted" if match.group("quoted") is not None else "bare"
        value = match.group(group)
        if match.group("call") or not _looks_secret(value, quoted=group == "quoted"):
            return match.group()
        found += 1
        start, end = match.start(group) - match.start(), match.end(group) - match.start()
        return f"{match.group()[:start]}<redacted:value>{match.group()[end:]}"

    text = _KNOWN.sub(known, text)
    text = _ASSIGNED.sub(assigned, text)
    return text, found


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
    return len(value) >= 16 and "." not in value and sum(c.isdigit() for c in value) >= 3 and _entropy(value) >= 3.5


def _entropy(value: str) -> float:
    """Bits a character."""
    size = len(value)
    return -sum(count / size * math.log2(count / size) for count in Counter(value).values())
