"""No secret goes out, code stays readable, and no text makes the scan slow (T7, T18)."""

from __future__ import annotations

import random
import re
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pointsman.security import secrets
from pointsman.security.secrets import redact

ALNUM = string.ascii_letters + string.digits


def _random(size: int, letters: str = ALNUM, seed: int = 1) -> str:
    return "".join(random.Random(seed).choices(letters, k=size))


SECRETS = {
    "aws-key": "AKIA" + _random(16, string.ascii_uppercase + string.digits),
    "github-token": "ghp_" + _random(36),
    "gitlab-token": "glpat-" + _random(20),
    "anthropic-key": "sk-ant-api03-" + _random(80),
    "openai-key": "sk-proj-" + _random(48),
    "stripe-key": "sk_live_" + _random(24),
    "slack-token": "xoxb-" + _random(12, string.digits) + "-" + _random(24),
    "google-key": "AIza" + _random(35),
    "npm-token": "npm_" + _random(36),
    "huggingface-token": "hf_" + _random(34),
    "jwt": f"eyJ{_random(20)}.eyJ{_random(40)}.{_random(43)}",
    "url-password": "admin:" + _random(12),
    "private-key": "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n"
    f"{_random(64)}\n{_random(64)}\n-----END RSA PRIVATE KEY-----",
    "vault-token": "hvs." + _random(24),
}


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("frame", ['x = "{}"', "# use {} here", "{}", "https://{}@host/db", "KEY={}\n", "f('{}', 1)"])
def test_a_vendors_secret_is_taken_out_wherever_it_stands(kind: str, frame: str) -> None:
    if kind == "url-password":
        frame = "postgres://{}@db.example/app"
    text = frame.format(SECRETS[kind])
    clean, count = redact(text)
    assert count == 1
    assert f"<redacted:{kind}>" in clean
    assert SECRETS[kind] not in clean
    assert clean.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "line",
    [
        'password = "hunter2-Wq9!"',
        "DB_PASSWORD=Tr0ub4dor&3x",
        "'api_key': 'a81bc9fe02d44e1f'",
        'const clientSecret = "9fJk-2mQp-77Xa";',
        "secret: q8Zr51LmX0abT7wP",
        'config["auth_token"] = "q8Zr51LmX0ab"',
        "export ACCESS_TOKEN=ab12cd34ef56ab78cd90",
        "password := `k3yV4lue!`",
    ],
)
def test_a_value_beside_a_telling_name_is_taken_out_and_the_name_stays(line: str) -> None:
    clean, count = redact(line)
    assert count == 1
    assert "<redacted:value>" in clean
    assert redact(clean) == (clean, 0)


@pytest.mark.parametrize(
    "line",
    [
        "password = os.environ['DB_PASSWORD']",
        'password = "changeme"',
        "token = lexer.next_token()",
        "tokens: list[str] = tokenize(source)",
        "secret = get_secret(name)",
        'password: "{{ vault_password }}"',
        'label = "Password"',
        'raise ValueError("password must not be empty")',
        "password_field = PasswordInput(attrs=attrs)",
        "if token == TokenKind.IDENTIFIER:",
        "apiKey: process.env.API_KEY,",
        "max_tokens=prompt.max_output_tokens,",
        "sha = 'd670460b4b4aece5915caf5c68d12f560a9fe3e4'",
        "url = 'https://example.com/path?x=1'",
        "def token_count(self, text: str) -> int:",
        "password: string;",
        '"passwordPlaceholder": "Enter your password",',
    ],
)
def test_code_that_only_speaks_of_secrets_is_left_alone(line: str) -> None:
    assert redact(line) == (line, 0)


@given(st.text(max_size=400), st.sampled_from(sorted(SECRETS)), st.text(max_size=400))
def test_whatever_surrounds_a_secret_it_does_not_get_out(before: str, kind: str, after: str) -> None:
    secret = SECRETS[kind]
    text = f"{before}\n{'postgres://' + secret + '@h' if kind == 'url-password' else secret}\n{after}"
    assert secret not in redact(text)[0]


@given(st.text(alphabet=st.sampled_from("-.eyJsk_:=\"'@/ \npassword=ABEGIN019"), max_size=600))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once, _ = redact(text)
    assert redact(once)[0] == once


@pytest.mark.parametrize(
    "piece",
    [
        "eyJaaaaaaaa-", "-----BEGIN PRIVATE KEY-----\n", "password=", 'pwd="', "://a:", "sk-", "ghp_a", "xoxb-",
        "SG.aaaa", "a", "=", " ",
        "secret_", "token: ", "eyJaaaaaaaaa.eyJaaaaaaaaa.", "bearer ", "https://", "a@", "-", "\n", "key='aaaaaaaaa",
    ],
)  # fmt: skip
def test_the_scan_takes_time_linear_in_the_text(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        started = time.process_time()
        redact(text)
        return time.process_time() - started

    assert seconds(1_000_000) < 2.5


_PIECES = st.one_of(
    st.sampled_from(
        [
            *SECRETS.values(), "-----BEGIN ", "AKIA", "sk-", "sk-ant-", "://", "a:b@c", "BeaRer ", "basic ", "ba\u017fic ",
            "xoxb-", "PaSSwORD = '", "ap\u0131_key: ", "\u0130", "tok", "en=\"", "q8Zr51LmX0abT7wP", "'", "\n", " ", "eyJ", ".",
            "é", "_", "9",
        ]
    ),
    st.text(max_size=5),
)  # fmt: skip


@given(st.lists(_PIECES, max_size=14).map("".join))
def test_looking_for_literals_first_finds_what_the_patterns_alone_find(text: str) -> None:
    for shapes in (secrets._SHAPES, (secrets._ASSIGNED,)):
        whole = re.compile("|".join(f"(?P<s{number}>{shape.pattern.pattern})" for number, shape in enumerate(shapes)))
        expected = whole.sub(lambda match: f"<{next(k for k, v in match.groupdict().items() if k[0] == 's' and v)}>", text)
        assert secrets._replaced(text, shapes, lambda shape, _, of=shapes: f"<s{of.index(shape)}>") == expected


def test_a_prompt_of_six_thousand_characters_is_searched_in_half_a_millisecond() -> None:
    code = "def total(items: list[Item], token: str) -> int:\n    return sum(item.price for item in items)  # task-12\n" * 60

    def milliseconds() -> float:
        started = time.process_time()
        redact(code)
        return (time.process_time() - started) * 1_000

    assert len(code) > 6_000
    assert min(milliseconds() for _ in range(40)) < 0.5
