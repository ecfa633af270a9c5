"""No secret leaves: ten thousand prompts with a canary somewhere in them, and every string that would be sent is searched."""

from __future__ import annotations

import dataclasses
from random import Random

import pytest
from tests.gateway.scripted import PREMIUM, REMOTE, deployment

from pointsman.gateway.outbound import outgoing
from pointsman.providers.base import Message, Prompt

PROMPTS = 10_000
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CODE = (
    "def f(x):\n    return x\n",
    "# a comment\n",
    "const a = {b: 1};\n",
    "<p class='x'>text</p>\n",
    "\n",
    "    ",
    "价格 = 5\n",
)


def secret(chance: Random) -> str:
    body = "".join(chance.choice(_LETTERS) for _ in range(40))
    return chance.choice(
        (f"AKIA{body[:16]}", f"ghp_{body[:36]}", f"sk-ant-api03-{body}", f"xoxb-{body[:24]}", f"AIza{body[:35]}")
    )


def code(chance: Random) -> str:
    return "".join(chance.choice(_CODE) for _ in range(chance.randrange(6)))


def hidden(chance: Random, canary: str) -> str:
    quote = chance.choice(("'", '"', "", "`"))
    return f"{code(chance)}key = {quote}{canary}{quote}\n{code(chance)}"


def test_no_canary_of_ten_thousand_prompts_leaves() -> None:
    chance, remote = Random(20), deployment(PREMIUM, **REMOTE)
    fields = ("system", "prefix", "suffix", "path", "language")
    for _ in range(PROMPTS):
        canary = secret(chance)
        place = chance.choice((*fields, "messages", "stop", "across"))
        prompt = Prompt(
            system=code(chance), prefix=code(chance), suffix=code(chance), messages=(Message("user", code(chance)),)
        )
        if place == "across":
            cut = chance.randrange(1, len(canary))
            prompt = dataclasses.replace(prompt, prefix=f"{code(chance)}key = '{canary[:cut]}", suffix=f"{canary[cut:]}'\n")
            sent = outgoing(prompt, remote)
            assert canary not in sent.prefix + sent.suffix
            continue
        text = hidden(chance, canary)
        value = {"messages": (Message("user", "a"), Message("assistant", text)), "stop": ("\n", text)}.get(place, text)
        sent = outgoing(dataclasses.replace(prompt, **{place: value}), remote)
        assert canary not in repr(sent), place


def test_code_without_a_secret_leaves_as_it_is() -> None:
    prompt = Prompt("be brief", (Message("user", "def f(): pass"),), "x = [", "]\n", fim=True, path="a.py", stop=("\n",))
    assert outgoing(prompt, deployment(PREMIUM, **REMOTE)) == prompt


def test_the_cursor_in_a_private_key_lets_no_line_of_it_out() -> None:
    lines = [f"MIIEvQIBADANBgkqhkiG9w0BAQEFAASC{number}" for number in range(20)]
    block = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *lines, "-----END RSA PRIVATE KEY-----"])
    for cut in range(len(block)):
        prompt = Prompt(prefix="x = 1\n" + block[:cut], suffix=block[cut:] + "\ny = 2\n", fim=True)
        sent = outgoing(prompt, deployment(PREMIUM, **REMOTE))
        assert sent.prefix.startswith("x = 1\n")
        assert sent.suffix.endswith("\ny = 2\n")
        assert "MIIEv" not in sent.prefix + sent.suffix, cut


@pytest.mark.parametrize("field", [each.name for each in dataclasses.fields(Prompt)])
def test_every_field_of_a_prompt_is_known_here(field: str) -> None:
    """A field that is added to `Prompt` must be looked at: this list is the reminder."""
    strings = {"system", "messages", "prefix", "suffix", "path", "language", "stop"}
    assert field in strings | {"fim", "max_output_tokens", "temperature", "json"}
