"""Files whose text never leaves this machine: what is known to hold secrets, and what the user excludes."""

from __future__ import annotations

from collections.abc import Iterable

_DATA = tuple(
    f"{name}.{kind}"
    for name in ("secret", "secrets", "credential", "credentials", "passwords", "tokens")
    for kind in (
        "yaml",
        "yml",
        "json",
        "toml",
        "ini",
        "cfg",
        "conf",
        "env",
        "txt",
        "xml",
        "csv",
        "properties",
        "enc",
        "plist",
        "tf",
    )
)
"""Data of telling names; a program of such a name (`secrets.py`) is code, and passes through the content scan."""

ALWAYS: tuple[str, ...] = (
    ".env", ".env.*", "*.env", ".envrc", ".dev.vars",
    "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk", "*.p8", "*.asc", "*.gpg", "*.age",
    "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "*_rsa", "*_ed25519",
    "*.tfvars", "*.tfvars.json", "*.tfstate", "*.tfstate.*",
    ".npmrc", ".yarnrc", ".yarnrc.yml", ".pypirc", ".netrc", "_netrc", ".pgpass", ".my.cnf", ".htpasswd", ".git-credentials",
    "credentials", "*credentials*.json", "secrets", "*.secrets", ".secrets*", *_DATA,
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
    cases apart. `patterns` are the user's own, in the spelling of .gitignore: a name alone also excludes all that lies in
    a folder of that name. They hold even where the file is a template.
    """
    parts = _split(path)
    for pattern in patterns:
        if _matches(parts, pattern, folders=True):
            return f"excluded by your setting {pattern!r}"
    if any(_matches(parts, pattern) for pattern in TEMPLATES):
        return None
    for pattern in ALWAYS:
        if _matches(parts, pattern):
            return f"files like {pattern!r} often hold secrets"
    return None


def _split(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.replace("\\", "/").casefold().split("/") if part not in ("", "."))


def _matches(parts: tuple[str, ...], pattern: str, *, folders: bool = False) -> bool:
    wanted = _split(pattern)
    if not wanted:
        return False
    if len(wanted) == 1 and wanted[0] != "**":
        only_folders = pattern.rstrip().endswith("/")
        named = parts[:-1] if only_folders else parts if folders else parts[-1:]
        return any(_part(wanted[0], part) for part in named)
    return any(_run(parts[start:], wanted) for start in range(len(parts)))


def _run(parts: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Whether `wanted` matches a beginning of `parts`, so a folder's path excludes what lies in it."""
    reached = {0}
    for want in wanted:
        if want == "**":
            reached = set(range(min(reached), len(parts) + 1)) if reached else reached
        else:
            reached = {at + 1 for at in reached if at < len(parts) and _part(want, parts[at])}
    return bool(reached)


def _part(glob: str, name: str) -> bool:
    """Whether `name` matches `glob`, which knows `*` and `?`. Takes at most the product of their lengths: a pattern may come
    from a hostile workspace, and a regular expression with many stars takes ages.
    """
    at = star = 0
    mark = -1
    index = 0
    while index < len(name):
        if at < len(glob) and glob[at] in ("?", name[index]) and glob[at] != "*":
            at, index = at + 1, index + 1
        elif at < len(glob) and glob[at] == "*":
            mark, star, at = at, index, at + 1
        elif mark >= 0:
            star += 1
            at, index = mark + 1, star
        else:
            return False
    return all(char == "*" for char in glob[at:])
