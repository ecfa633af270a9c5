"""The same mocked call through LiteLLM's Router and pydantic-ai's FallbackModel, where they are installed beside Pointsman."""

from __future__ import annotations

import importlib.util
import logging
import time
from collections.abc import Awaitable, Callable

ANSWER = "a mocked answer of some length"
PEERS = {"litellm": "litellm Router", "pydantic_ai": "pydantic-ai FallbackModel"}

Ask = Callable[[str], Awaitable[str]]


def missing(module: str) -> bool:
    """Whether a peer cannot be imported."""
    return importlib.util.find_spec(module) is None


async def measure(module: str, prompt: str, calls: int) -> tuple[list[float], float]:
    """Milliseconds of each call after a tenth as many to warm up, and the CPU milliseconds of one call on the average."""
    ask = {"litellm": _litellm, "pydantic_ai": _pydantic_ai}[module]()
    times = []
    used = time.process_time()
    for number in range(calls + calls // 10):
        began = time.perf_counter()
        text = await ask(f"{prompt}{number}")
        times.append((time.perf_counter() - began) * 1_000)
        assert text == ANSWER, text
    return times[calls // 10 :], (time.process_time() - used) * 1_000 / len(times)


def _litellm() -> Ask:
    """Two models with a fallback, the first answering at once: LiteLLM's own `mock_response` takes the place of the network."""
    import litellm

    litellm.suppress_debug_info = True
    logging.getLogger("LiteLLM").setLevel(logging.ERROR)
    names = ("anthropic/claude-sonnet-4-5", "openai/gpt-4.1")
    router = litellm.Router(
        model_list=[
            {"model_name": f"slot-{place}", "litellm_params": {"model": name, "api_key": "none", "mock_response": ANSWER}}
            for place, name in enumerate(names)
        ],
        fallbacks=[{"slot-0": ["slot-1"]}],
        num_retries=0,
    )

    async def ask(prompt: str) -> str:
        reply = await router.acompletion(model="slot-0", messages=[{"role": "user", "content": prompt}])
        return str(reply.choices[0].message.content)

    return ask


def _pydantic_ai() -> Ask:
    """Two models with a fallback, the first answering at once: FunctionModel takes the place of the network."""
    from pydantic_ai.direct import model_request
    from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart
    from pydantic_ai.models.fallback import FallbackModel
    from pydantic_ai.models.function import FunctionModel

    first, second = (FunctionModel(lambda *_: ModelResponse(parts=[TextPart(ANSWER)]), model_name=name) for name in ("a", "b"))
    model = FallbackModel(first, second)

    async def ask(prompt: str) -> str:
        reply = await model_request(model, [ModelRequest.user_text_prompt(prompt)])
        return "".join(part.content for part in reply.parts if isinstance(part, TextPart))

    return ask
