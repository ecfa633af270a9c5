"""Files whose text never leaves this machine: what is known to hold secrets, and what the user excludes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

ALWAYS: tuple[str, ...] = (
    ".env", ".env.*", "*.env", ".envrc", ".dev.vars",
    "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk", "*.p8", "*.asc", "*.gpg", "*.age",
    "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "*_rsa", "*_ed25519",
    "*.tfvars", "*.tfvars.json", "*.tfstate", "*.tfstate.*",
    ".npmrc", ".yarnrc", ".yarnrc.yml", ".pypirc", ".netrc", "_netrc", ".pgpass", ".my.cnf", ".htpasswd", ".git-credentials",
    "credentials", "credentials.*", "*credentials*.json", "secrets", "secrets.*", "*.secrets", "secret.*", ".secrets*",
    "*service-account*.json", "*service_account*.json", "kubeconfig", "*.kubeconfig", ".vault-token", "vault.yml",
    "*.ovpn", "*.mobileprovision", "keystore.properties", "google-services.json", "local.settings.json", "auth.json",
    ".ssh/**", ".gnupg/**", ".aws/**", ".azure/**", ".kube/**", ".docker/config.json", ".config/gcloud/**",
)  # fmt: skip
"""Names as in .gitignore: without a slash they match the last part of a path, with one any run of its parts."""

TEMPLATES: tuple[str, ...] = (".env.example", ".env.sample", ".env.template", ".env.dist", "*.tfvars.example")
"""Files made to be shared, which hold names without values; they still pass through the content scan."""


def excluded(path: str, patterns: Iterable[str] = ()) -> str | None:
    """Why the text of `path` must not be sent to a model on another machine; None when it may.

    `path` is absolute or relative, with slashes of either kind; case does not matter, as not every file system tells
    cases apart. `patterns` are the user's own, in the same spelling; they hold even where the file is a template.
    """
    parts = tuple(part for part in path.replace("\\", "/").casefold().split("/") if part not in ("", "."))
    if not parts:
        return None
    for pattern in patterns:
        if _matches(parts, pattern):
            return f"excluded by your setting {pattern!r}"
    if any(_matches(parts, pattern) for pattern in TEMPLATES):
        return None
    for pattern in ALWAYS:
        if _matches(parts, pattern):
            return f"files like {pattern!r} often hold secrets"
    return None


def _matches(parts: tuple[str, ...], pattern: str) -> bool:
    wanted = tuple(part for part in pattern.replace("\\", "/").casefold().split("/") if part not in ("", "."))
    if not wanted:
        return False
    if len(wanted) == 1 and wanted[0] != "**":
        # A folder's name excludes all that lies in it, as in .gitignore; a trailing slash says folder only.
        named = parts[:-1] if pattern.rstrip().endswith("/") else parts if pattern not in ALWAYS else parts[-1:]
        return any(_part(wanted[0]).fullmatch(part) for part in named)
    return any(_run(parts[start:], wanted) for start in range(len(parts)))


def _run(parts: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Whether `wanted` matches a beginning of `parts`; each part is looked at once for each wanted one, so no blow-up."""
    reached = {0}
    for want in wanted:
        if want == "**":
            reached = set(range(min(reached), len(parts) + 1)) if reached else reached
        else:
            reached = {at + 1 for at in reached if at < len(parts) and _part(want).fullmatch(parts[at])}
    return bool(reached)


@lru_cache(maxsize=1_024)
def _part(glob: str) -> re.Pattern[str]:
    """One part of a glob; runs of `*` are one, and each is followed by a literal, so matching takes no more than a square."""
    pieces = [
        ".*" if piece == "*" else "." if piece == "?" else re.escape(piece) for piece in re.split(r"(\*|\?)", _calm(glob))
    ]
    return re.compile("".join(pieces), re.DOTALL)


def _calm(glob: str) -> str:
    return re.sub(r"\*+", "*", glob)
