"""Forgets the kept answers: those of this process, and those of every other one on the same database."""

import asyncio

from madang.db.database import Database
from madang.gateway import store
from madang.gateway.cache.exact import ExactCache
from madang.gateway.semantic import store as questions


class Clearing:
    """Each process keeps answers in its own data folder, and a person who clears them means all."""

    def __init__(self, database: Database, cache: ExactCache) -> None:
        self._database = database
        self._cache = cache
        self._clearing: asyncio.Task[int] | None = None

    async def start(self) -> None:
        """Begin to hear when answers are cleared at another process."""
        self._database.hear(store.KEPT_ANSWERS, self._heard)

    async def clear(self) -> None:
        """Forget every kept answer everywhere. Raises what the database raises once those of this process are gone."""
        await self._cache.clear()
        await questions.clear(self._database)
        await store.tell_cleared(self._database)

    def _heard(self, about: str) -> None:
        # What a lost connection may have missed is no reason to forget anything.
        if about:
            self._clearing = asyncio.create_task(self._cache.clear(), name="clearing of kept answers")
