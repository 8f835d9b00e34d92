"""Questions whose answers are never kept: the person said so under one of them."""

from madang.clock import Clock
from madang.db.database import Database
from madang.gateway import store
from madang.gateway.cache.exact import ExactCache
from madang.gateway.errors import UnknownCall
from madang.gateway.ledger import Ledger
from madang.gateway.semantic import store as similar


class NeverKept:
    """Knows their keys by heart, so that a call need not ask the database."""

    def __init__(self, database: Database, cache: ExactCache, ledger: Ledger, clock: Clock) -> None:
        self._database = database
        self._cache = cache
        self._ledger = ledger
        self._clock = clock
        self._keys: frozenset[str] = frozenset()

    async def start(self) -> None:
        """Read them, and hear of those that are added at other processes."""
        self._database.refresh_on(store.NEVER_KEPT, self.refresh)
        await self.refresh()

    async def refresh(self) -> None:
        """Read them again."""
        self._keys = await store.list_never(self._database)

    @property
    def count(self) -> int:
        """Return how many questions that are."""
        return len(self._keys)

    def has(self, key: str) -> bool:
        """Say whether answers under `key` are not kept."""
        return key in self._keys

    async def add(self, call_id: str) -> None:
        """Forget the answer of a call, and keep none to its question from here on. Raises `UnknownCall`.

        Where it was the answer to a similar question, none is kept to that one either.
        """
        await self._ledger.settled()
        key = await store.find_key(self._database, call_id)
        if key is None:
            raise UnknownCall("the ledger has no such call, or its answer could not be kept anyway", call_id=call_id)
        pair = await similar.find_hit(self._database, call_id)
        keys = [key, pair.kept_key] if pair else [key]
        await store.add_never(self._database, keys, self._clock.now())
        self._keys |= {*keys}
        await similar.forget(self._database, keys)
        for each in keys:
            await self._cache.forget(each)

    async def clear(self) -> None:
        """Let the answers to all of them be kept again."""
        await store.clear_never(self._database)
        self._keys = frozenset()
