"""What the tests of the local model share: the code that it is shown, and how it is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pointsman.core.errors import ProviderError
from pointsman.core.types import Deployment
from pointsman.providers.base import Done, Prompt, Text
from pointsman.providers.llama_cpp import LlamaCpp

ORDER = """def order(customer, lines):
    invoice_total = sum(line.amount for line in lines)
    return customer.charge(invoice_total)


"""
BILL = "def bill(customer, lines):\n    invoice_"
AFTER = "\n\nprint(1)\n"
HOLE = Prompt(fim=True, prefix=ORDER + BILL, suffix=AFTER, max_output_tokens=24)
# Two tokens that follow each other for ever: the model copies them until its limit.
ENDLESS = Prompt(fim=True, prefix="def ", suffix="\n", max_output_tokens=1_000)


def bind(path: Path | str, **changes: Any) -> Deployment:
    values = {"name": "local", "slot": "codellama_70b", "provider": "llama_cpp", "context_tokens": 2_048}
    return Deployment(**{**values, "model": str(path), **changes})


async def ask(llama: LlamaCpp, deployment: Deployment, prompt: Prompt, timeout_s: float = 60) -> tuple[str, Done]:
    text, done = "", None
    async for event in llama.stream(deployment, prompt, timeout_s=timeout_s):
        assert done is None, "something came after the end"
        if isinstance(event, Text):
            assert event.text
            text += event.text
        else:
            done = event
    assert done is not None
    return text, done


async def fault_of(llama: LlamaCpp, deployment: Deployment, prompt: Prompt = HOLE, timeout_s: float = 60) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await ask(llama, deployment, prompt, timeout_s)
    return caught.value
