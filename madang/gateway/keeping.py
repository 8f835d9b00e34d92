"""Which answers are kept and which kept ones are good enough, as the person chose."""

from madang.clock import Clock
from madang.gateway.bill import Bill
from madang.gateway.cache.exact import ExactCache
from madang.gateway.cache.kept import Kept
from madang.gateway.never import NeverKept
from madang.gateway.semantic.embedders import Ask
from madang.gateway.semantic.search import Found
from madang.gateway.semantic.service import Similar
from madang.gateway.types import CacheMode, Caller, Request
from madang.preferences.service import Preferences


class Keeping:
    """Stands between a call and the kept answers."""

    def __init__(
        self, cache: ExactCache, similar: Similar, never: NeverKept, preferences: Preferences, clock: Clock
    ) -> None:
        self._cache = cache
        self._similar = similar
        self._never = never
        self._preferences = preferences
        self._clock = clock

    def mode(self, asked: CacheMode, key: str) -> CacheMode:
        """Return what is done of what was asked: nothing is kept where the person said so."""
        may_keep = self._preferences.get().cache_enabled and not self._never.has(key)
        return asked if may_keep or asked == "only" else "off"

    def at_hand(self, key: str) -> Kept | None:
        """Return a kept answer that was found lately and may still be given; `None` says nothing about the disk."""
        return None if self._never.has(key) else self._fresh(self._cache.at_hand(key))

    async def find(self, key: str) -> Kept | None:
        """Return a kept answer that is not older than answers may be now."""
        if kept := self.at_hand(key):
            return kept
        return None if self._never.has(key) else self._fresh(await self._cache.find(key))

    async def find_similar(self, bill: Bill) -> Found | None:
        """Return what was kept for a similar question, where one will do."""
        return await bill.search.find(bill.id) if bill.search else None

    def begin(self, bill: Bill, request: Request, caller: Caller, mode: CacheMode, ask: Ask) -> None:
        """Prepare the search for a similar question, where one will do."""
        if request.similar and mode in {"auto", "refresh"}:
            asked = (request, caller, bill.provider, bill.model.name, bill.key)
            bill.search = self._similar.search(*asked, find=self.find, ask=ask)

    def keep(self, bill: Bill) -> None:
        """Keep what was answered, where it may be kept."""
        if not self._never.has(bill.key) and (kept := bill.kept()):
            wishes = self._preferences.get()
            self._cache.keep(kept, wishes.cache_ttl_seconds, wishes.cache_limit_bytes)
            if bill.search:
                self._similar.remember(bill.search)

    def _fresh(self, kept: Kept | None) -> Kept | None:
        is_fresh = kept and kept.age_seconds(self._clock.now()) <= self._preferences.get().cache_ttl_seconds
        return kept if is_fresh else None
