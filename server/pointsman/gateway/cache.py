"""Answers that were given before: to the same question about the same document, and never to another."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import hashlib
import json
from collections import OrderedDict
from collections.abc import Awaitable, Iterable

from pointsman.core.clock import Clock
from pointsman.core.errors import StorageError
from pointsman.core.types import Deployment
from pointsman.gateway.answer import Ask
from pointsman.storage.answers import CACHE_AGE_S, AnswerShelf, CachedAnswer

FRESH_S = 3_600.0
_IN_MEMORY = 128
_DISK_S = 0.05


def recipe(ask: Ask, policy: str) -> str:
    """The digest of all that shapes an answer but the model: policy, agent, task, workspace, document and prompt."""
    parts = [policy, ask.agent, ask.profile.task, ask.scope, ask.document, dataclasses.astuple(ask.prompt)]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


def key(recipe_digest: str, slot: str, deployments: Iterable[Deployment]) -> str:
    """The digest of a recipe and of the model that answers: a slot that is bound to another model is another key."""
    bound = sorted((each.provider, each.model, each.base_url) for each in deployments if each.slot == slot)
    return hashlib.sha256(json.dumps([recipe_digest, slot, bound]).encode()).hexdigest()


class Cache:
    """Memory in front of the disk; without a disk, memory alone. Nothing here raises or waits for a slow disk."""

    def __init__(self, shelf: AnswerShelf, clock: Clock) -> None:
        self._shelf, self._clock = shelf, clock
        self._by_key: OrderedDict[str, CachedAnswer] = OrderedDict()
        self._by_recipe: dict[str, str] = {}

    async def fresh(self, key: str) -> CachedAnswer | None:
        """An answer of the model that would be asked now, at most an hour old."""
        held = self._by_key.get(key)
        if held is not None and self._age(held) <= FRESH_S:
            self._by_key.move_to_end(key)
            return held
        return await self._on_disk(self._shelf.by_key(key, max_age_s=FRESH_S))

    async def stale(self, recipe: str) -> CachedAnswer | None:
        """The latest answer of any model, at most a week old: better than none, and to be labelled as old."""
        held = self._by_key.get(self._by_recipe.get(recipe, ""))
        if held is not None and self._age(held) <= CACHE_AGE_S:
            return held
        return await self._on_disk(self._shelf.by_recipe(recipe))

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

    def _age(self, answer: CachedAnswer) -> float:
        age = self._clock.wall() - answer.at
        # From the future: the clock was set back, so the age is not known.
        return age if age >= -1.0 else float("inf")

    async def _on_disk(self, lookup: Awaitable[CachedAnswer | None]) -> CachedAnswer | None:
        with contextlib.suppress(StorageError, TimeoutError):
            async with asyncio.timeout(_DISK_S):
                return await lookup
        return None
