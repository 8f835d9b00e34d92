"""One question on its way: what was kept for a similar one, and afterwards the question itself for those to come."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from loguru import logger

from madang.clock import Clock
from madang.db.database import Database
from madang.errors import MadangError
from madang.gateway.cache.kept import Kept
from madang.gateway.semantic import scan, store
from madang.gateway.semantic.deciding import acceptable
from madang.gateway.semantic.embedders import Embedder, Embedding
from madang.gateway.semantic.types import Neighbour, Pair, Question, Vector
from madang.gateway.semantic.vetoes import veto
from madang.gateway.types import Caller, Likeness

MOST_COMPARED = 10_000
"""Questions of one bucket; ten thousand are read and compared in well under a tenth of a second."""
_MOST_NEAR = 8
_MOST_LOOKED_UP = 3

FindKept = Callable[[str], Awaitable[Kept | None]]


@dataclass(frozen=True, slots=True)
class Found:
    """A kept answer; `likeness` tells of the question where it was given to another one."""

    kept: Kept
    likeness: Likeness | None = None


class Search:
    """Costs one vector and one scan, however often it is asked; what goes wrong is a miss, never a failed answer."""

    def __init__(
        self,
        question: Question,
        caller: Caller,
        embedder: Embedder,
        *,
        embedding: Embedding,
        database: Database,
        find_kept: FindKept,
        ttl: timedelta,
        clock: Clock,
    ) -> None:
        self._question = question
        self._caller = caller
        self._embedder = embedder
        self._embedding = embedding
        self._database = database
        self._find_kept = find_kept
        self._ttl = ttl
        self._clock = clock
        self._vector: Vector | None = None
        self._has_searched = False

    async def find(self, call_id: str) -> Found | None:
        """Return what was kept for a similar question, and note that this call is answered with it."""
        if self._has_searched:
            return None
        self._has_searched = True
        try:
            return await self._find(call_id)
        except MadangError as error:
            logger.warning("no similar question was looked for: {} {}", error.code, error.message)
            return None

    async def remember(self) -> None:
        """Let the answer that was kept for this question be found by similar ones."""
        vector = await self._placed()
        if vector is None:
            return
        now = self._clock.now()
        try:
            await store.add_question(self._database, self._question, vector, now, now - self._ttl)
        except MadangError as error:
            logger.warning("a question will not be found by similar ones: {} {}", error.code, error.message)

    async def _find(self, call_id: str) -> Found | None:
        vector = await self._placed()
        near = await self._near(vector) if vector else []
        wrong = await store.list_wrong(self._database, [one.key for one in near]) if near else []
        fitting = acceptable(self._question.key, near, self._embedder.threshold, self._embedder.name, wrong)
        for one in [one for one in fitting if veto(self._question.text, one.question) is None][:_MOST_LOOKED_UP]:
            if kept := await self._find_kept(one.key):
                pair = Pair(self._question.key, one.key, self._embedder.name, one.score)
                await store.add_hit(self._database, call_id, pair, self._clock.now())
                return Found(kept, Likeness(one.question, round(one.score, 4), kept.age_seconds(self._clock.now())))
            await self._forget(one.key)
        return None

    async def _placed(self) -> Vector | None:
        if self._vector is None:
            self._vector = await self._embedding.vector(self._embedder, self._question.text, self._caller)
        return self._vector

    async def _near(self, vector: Vector) -> list[Neighbour]:
        """Return the questions that are alike by the usual measure, the likest first."""
        since = self._clock.now() - self._ttl
        rows = await store.list_bucket(self._database, self._question.bucket, vector.embedder, since, MOST_COMPARED)
        found = await scan.nearest(vector.data, [row.vector for row in rows], self._embedder.threshold, _MOST_NEAR)
        return [Neighbour(rows[place].key, rows[place].question, score) for place, score in found]

    async def _forget(self, key: str) -> None:
        """Forget a question whose answer is gone. Another process may still have it in its own folder."""
        if self._database.is_sqlite:
            await store.forget(self._database, [key])
