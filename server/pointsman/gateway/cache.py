"""Answers that were given before: to the same question about the same document, and never to another."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable

from pointsman.core.clock import Clock
from pointsman.core.errors import StorageError
from pointsman.core.types import Deployment
from pointsman.gateway.answer import Ask
from pointsman.providers.base import Prompt
from pointsman.storage.answers import CACHE_AGE_S, AnswerShelf, CachedAnswer

FRESH_S = 3_600.0
_IN_MEMORY = 128
_DISK_S = 0.05
_PROMPT = tuple(field.name for field in dataclasses.fields(Prompt))


def recipe(ask: Ask, policy: str) -> str:
    """The digest of all that shapes an answer but the model: policy, agent, task, workspace, document and prompt."""
    prompt = ask.prompt
    # Not `astuple`, which copies what it meets: this runs before every answer.
    said = [getattr(prompt, name) for name in _PROMPT if name != "messages"]
    messages = [(message.role, message.text) for message in prompt.messages]
    parts = [policy, ask.agent, ask.profile.task, ask.scope, ask.document, said, messages]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


def key(recipe_digest: str, slot: str, deployments: Iterable[Deployment]) -> str:
    """The digest of a recipe and of the model that answers: a slot that is bound to another model is another key."""
    bound = sorted((each.provider, each.model, each.base_url) for each in deployments if each.slot == slot)
    return hashlib.sha256(json.dumps([recipe_digest, slot, bound]).encode()).hexdigest()


class Found:
    """What is known of earlier answers to one question. The disk is asked once, at the start, for both of its uses."""

    def __init__(self, clock: Clock, held: CachedAnswer | None, disk: asyncio.Task[list[CachedAnswer]]) -> None:
        self._clock, self._held, self._disk = clock, held, disk

    async def fresh(self, key: str) -> CachedAnswer | None:
        """An answer of the model that would be asked now, at most an hour old; a slow disk has none."""
        if self._held is not None and self._held.key == key and self._age(self._held) <= FRESH_S:
            return self._held
        rows = await self._rows(_DISK_S)
        return next((row for row in rows if row.key == key and self._age(row) <= FRESH_S), None)

    async def stale(self, limit_s: float) -> CachedAnswer | None:
        """The latest answer of any model, at most a week old: better than none, and to be labelled as old."""
        if self._held is not None and self._age(self._held) <= CACHE_AGE_S:
            return self._held
        return next((row for row in await self._rows(limit_s) if self._age(row) <= CACHE_AGE_S), None)

    async def _rows(self, limit_s: float) -> list[CachedAnswer]:
        # Not cancelled when it is late: what comes too late for one use is in time for the other.
        await asyncio.wait({self._disk}, timeout=max(limit_s, 0.0))
        return self._disk.result() if self._disk.done() and not self._disk.cancelled() else []

    def _age(self, answer: CachedAnswer) -> float:
        age = self._clock.wall() - answer.at
        # From the future: the clock was set back, so the age is not known.
        return age if age >= -1.0 else float("inf")


class Cache:
    """Memory in front of the disk; without a disk, memory alone. Nothing here raises or waits for a slow disk."""

    def __init__(self, shelf: AnswerShelf, clock: Clock) -> None:
        self._shelf, self._clock = shelf, clock
        self._by_key: OrderedDict[str, CachedAnswer] = OrderedDict()
        self._by_recipe: dict[str, str] = {}

    def find(self, recipe: str) -> Found:
        """Look for all answers to one question: in memory at once, on disk in the background."""
        held = self._by_key.get(self._by_recipe.get(recipe, ""))
        return Found(self._clock, held, asyncio.create_task(self._on_disk(recipe)))

    def put(self, answer: CachedAnswer) -> None:
        """Keep one good answer."""
        self._by_key[answer.key] = answer
        self._by_key.move_to_end(answer.key)
        self._by_recipe[answer.recipe] = answer.key
        while len(self._by_key) > _IN_MEMORY:
            _, oldest = self._by_key.popitem(last=False)
            if self._by_recipe.get(oldest.recipe) == oldest.key:
                del self._by_recipe[oldest.recipe]
        self._shelf.put(answer)

    def clear(self) -> None:
        """Forget what is held in memory."""
        self._by_key.clear()
        self._by_recipe.clear()

    async def _on_disk(self, recipe: str) -> list[CachedAnswer]:
        try:
            return await self._shelf.by_recipe(recipe)
        except StorageError:
            return []
