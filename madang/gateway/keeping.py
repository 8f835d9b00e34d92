"""Which answers are kept and which kept ones are good enough, as the person chose."""

from madang.clock import Clock
from madang.gateway.bill import Bill
from madang.gateway.cache.exact import ExactCache
from madang.gateway.cache.kept import Kept
from madang.gateway.never import NeverKept
from madang.gateway.types import CacheMode
from madang.preferences.service import Preferences


class Keeping:
    """Stands between a call and the kept answers."""

    def __init__(self, cache: ExactCache, never: NeverKept, preferences: Preferences, clock: Clock) -> None:
        self._cache = cache
        self._never = never
        self._preferences = preferences
        self._clock = clock

    def mode(self, asked: CacheMode, key: str) -> CacheMode:
        """Return what is done of what was asked: nothing is kept where the person said so."""
        may_keep = self._preferences.get().cache_enabled and not self._never.has(key)
        return asked if may_keep or asked == "only" else "off"

    async def find(self, key: str) -> Kept | None:
        """Return a kept answer that is not older than answers may be now."""
        kept = None if self._never.has(key) else await self._cache.find(key)
        is_fresh = kept and kept.age_seconds(self._clock.now()) <= self._preferences.get().cache_ttl_seconds
        return kept if is_fresh else None

    def keep(self, bill: Bill) -> None:
        """Keep what was answered, where it may be kept."""
        if not self._never.has(bill.key) and (kept := bill.kept()):
            wishes = self._preferences.get()
            self._cache.keep(kept, wishes.cache_ttl_seconds, wishes.cache_limit_bytes)
