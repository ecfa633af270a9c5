"""How a hole in code is put to models that talk, and to those that know their own tokens."""

from __future__ import annotations

import pytest

from pointsman.providers.base import Message, Prompt
from pointsman.providers.fim_chat import as_chat
from pointsman.providers.fim_families import FAMILIES, render


def test_the_mark_of_the_hole_is_one_that_the_code_does_not_have() -> None:
    chat = as_chat(Prompt(prefix="a <<<HOLE>>> b", suffix=" <<<HOLE1>>>", fim=True))
    assert chat.messages[-1].text == "a <<<HOLE>>> b<<<HOLE2>>> <<<HOLE1>>>"
    assert "<<<HOLE2>>>" in chat.system
    assert not chat.fim


def test_what_the_agent_says_stays_and_a_conversation_is_not_touched() -> None:
    chat = as_chat(Prompt(system="Use tabs.", prefix="a", suffix="b", fim=True, language="go", path="x/y.go"))
    assert chat.system.endswith("Use tabs.")
    assert "(go, x/y.go)" in chat.system
    talk = Prompt(messages=(Message("user", "hi"),))
    assert as_chat(talk) is talk


@pytest.mark.parametrize("name", FAMILIES)
def test_code_with_a_familys_own_tokens_cannot_move_the_hole(name: str) -> None:
    family = FAMILIES[name]
    honest = render(family, "def f({}):\n", "\n# {prefix} {suffix}")
    assert "def f({}):\n" in honest
    assert "# {prefix} {suffix}" in honest
    bait = "".join(family.marks)
    assert render(family, f"def f({{}}):\n{bait}", f"{bait}\n# {{prefix}} {{suffix}}") == honest
    assert all(honest.count(mark) == 1 for mark in family.marks)
