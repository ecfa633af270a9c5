"""Files whose text stays here (T7)."""

from __future__ import annotations

import time

import pytest

from pointsman.security.exclusions import excluded


@pytest.mark.parametrize(
    "path",
    [
        ".env", "app/.env", "app/.env.local", "C:\\work\\.ENV", "prod.env", "/home/a/.ssh/config", ".aws/credentials",
        "keys/server.pem", "ID_RSA", "id_ed25519.pub", "deploy_rsa", "x.key", "x.P12", "infra/prod.tfvars",
        "infra/prod.auto.tfvars", "terraform.tfstate.backup", ".npmrc", ".netrc", "kubeconfig", "dev.kubeconfig",
        ".kube/config",
        "credentials", "credentials.json", "aws-credentials.json", "secrets.yaml", "Credentials.XML", "tokens.txt",
        ".git-credentials", ".docker/config.json",
        "my-service-account-1.json", "a/b/.gnupg/x/y", ".envrc", "./.env",
    ],
)  # fmt: skip
def test_files_that_hold_secrets_are_excluded_everywhere_in_a_path(path: str) -> None:
    reason = excluded(path)
    assert reason
    assert "secrets" in reason


@pytest.mark.parametrize(
    "path",
    [
        "src/environment.py", "env.py", "src/keyboard.ts", "credentials/index.ts", "src/secrets/store.py", "secrets.py",
        "credentials.ts", "key.py",
        "monkey.go",
        ".env.example", "app/.env.sample", "prod.tfvars.example", "README.md", "config.json", "docker/config.json", "",
    ],
)  # fmt: skip
def test_code_that_only_sounds_like_it_is_not(path: str) -> None:
    assert excluded(path) is None


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.sql", "db/dump.sql", True),
        ("*.sql", "db/dump.sqlite", False),
        ("private/", "a/private/x.py", True),
        ("private/", "a/private", False),
        ("private", "a/private/x.py", True),
        ("src/internal/**", "work/src/internal/deep/x.py", True),
        ("src/internal", "work/src/internal/x.py", True),
        ("src/*/keys.py", "src/a/keys.py", True),
        ("src/*/keys.py", "src/a/b/keys.py", False),
        ("src/**/keys.py", "src/a/b/keys.py", True),
        ("src/**/keys.py", "src/keys.py", True),
        (".env.example", ".env.example", True),
        ("data?.csv", "data1.csv", True),
        ("", "a.py", False),
        ("**", "a.py", True),
    ],
)
def test_a_users_pattern(pattern: str, path: str, expected: bool) -> None:
    assert (excluded(path, (pattern,)) is not None) is expected


def test_a_hostile_pattern_takes_no_time() -> None:
    started = time.process_time()
    excluded("a" * 255 + "/" + "a" * 255, ("*a" * 60 + "b", "/".join(["**", "*a*a*a*a*a*b"] * 10)))
    assert time.process_time() - started < 0.5
