"""Similar questions: begins a search where one is wanted, learns from wrong answers, says how it stands."""

import asyncio
from datetime import timedelta

from madang.clock import Clock
from madang.db.database import Database
from madang.gateway.catalogue import Catalogue
from madang.gateway.embedder.service import Embedder as LocalEmbedder
from madang.gateway.errors import UnknownCall
from madang.gateway.semantic import store
from madang.gateway.semantic.embedders import Ask, BuiltInEmbedder, Embedder, Embedding, ProviderEmbedder
from madang.gateway.semantic.question import question_of
from madang.gateway.semantic.search import FindKept, Search
from madang.gateway.semantic.types import SimilarState
from madang.gateway.types import Caller, Provider, Request
from madang.gateway.upstream import Limits
from madang.preferences.service import Preferences

_MONTH = timedelta(days=30)


class Similar:
    """Does nothing at all for a request that does not ask for it."""

    def __init__(
        self,
        database: Database,
        preferences: Preferences,
        catalogue: Catalogue,
        local: LocalEmbedder,
        *,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._database = database
        self._preferences = preferences
        self._catalogue = catalogue
        self._local = local
        self._clock = clock
        self._embedding = Embedding(clock, limits.vector)
        self._remembering: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """Finish what is being remembered."""
        if self._remembering:
            await asyncio.wait(self._remembering)

    def search(
        self, request: Request, caller: Caller, provider: Provider, model: str, key: str, *, find: FindKept, ask: Ask
    ) -> Search | None:
        """Return the search for a request that a similar one's answer will do for, where an embedder is there."""
        question = question_of(request, caller, provider, model, key) if request.similar else None
        embedder = self._embedder(ask) if question else None
        if question is None or embedder is None:
            return None
        return Search(
            question,
            caller,
            embedder,
            embedding=self._embedding,
            database=self._database,
            find_kept=find,
            ttl=timedelta(seconds=self._preferences.get().cache_ttl_seconds),
            clock=self._clock,
        )

    def remember(self, search: Search) -> None:
        """Let a question whose answer is kept be found, soon."""
        task = asyncio.create_task(search.remember(), name="a question to be found by similar ones")
        self._remembering.add(task)
        task.add_done_callback(self._remembering.discard)

    async def remembered(self) -> None:
        """Wait until what was answered so far can be found."""
        await self.stop()

    async def wrong(self, call_id: str) -> None:
        """Learn that the answer of a call did not answer its question. Raises `UnknownCall`."""
        if not await store.mark_wrong(self._database, call_id, self._clock.now()):
            raise UnknownCall("no call of this id was answered with a similar question's answer", call_id=call_id)

    async def state(self) -> SimilarState:
        """Return how it stands; hits are those of the last 30 days."""
        wishes, now = self._preferences.get(), self._clock.now()
        embedder = wishes.similar_model or (self._local.name if self._local.is_here else None)
        tally = await store.tally(self._database, now - _MONTH)
        return SimilarState(
            enabled=wishes.similar_enabled,
            status=self._embedding.status if embedder else "missing",
            embedder=embedder,
            chosen=wishes.similar_model,
            error=self._embedding.error,
            models=self._catalogue.embedders(),
            questions=await store.count(self._database, now - timedelta(seconds=wishes.cache_ttl_seconds)),
            hits=tally.hits,
            wrong=tally.wrong,
        )

    def _embedder(self, ask: Ask) -> Embedder | None:
        """Return the model of a provider that the person chose, else the built-in one where it is fetched."""
        if model := self._preferences.get().similar_model:
            return ProviderEmbedder(model, ask)
        return BuiltInEmbedder(self._local) if self._local.is_here else None
