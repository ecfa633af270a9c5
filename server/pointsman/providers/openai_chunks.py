"""The stream that Chat Completions and Completions share: chunks of choices, a reason, then the usage."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Any

from pointsman.core.errors import ProviderError
from pointsman.core.types import Usage
from pointsman.providers.openai_models import chat_usage
from pointsman.providers.pieces import End, Piece, text_of


async def pieces_of(stream: Any, text: Callable[[Any], object]) -> AsyncGenerator[Piece]:
    """The pieces of an SDK's `stream`, which is closed in any case; `text` reads a choice.

    A `finish_reason` says that the answer is whole and the usage comes after it, so `End` waits for the end of the
    stream; what breaks in between costs the usage, not the answer.
    """
    reason, refused = "", False
    usage: Usage | None = None
    try:
        async for chunk in stream:
            for choice in chunk.choices or ():
                refused = refused or bool(getattr(getattr(choice, "delta", None), "refusal", None))
                reason = text_of(choice.finish_reason) or reason
                yield text_of(text(choice))
            usage = chat_usage(chunk.usage) or usage
            yield ""
    except ProviderError:
        if not reason:
            raise
    finally:
        await stream.close()
    if reason:
        yield End(usage, truncated=reason == "length", refused=refused or reason == "content_filter")
