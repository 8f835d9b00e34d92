"""What is told of the kept answers, gathered from everything that has to do with them."""

from datetime import timedelta

from madang.clock import Clock
from madang.gateway.answers import CacheState
from madang.gateway.cache.exact import ExactCache
from madang.gateway.ledger import Ledger
from madang.gateway.never import NeverKept
from madang.gateway.semantic.service import Similar
from madang.preferences.service import Preferences

_MONTH = timedelta(days=30)


class Telling:
    """Says how it stands with the kept answers."""

    def __init__(
        self,
        cache: ExactCache,
        similar: Similar,
        *,
        never: NeverKept,
        ledger: Ledger,
        preferences: Preferences,
        clock: Clock,
    ) -> None:
        self._cache = cache
        self._similar = similar
        self._never = never
        self._ledger = ledger
        self._preferences = preferences
        self._clock = clock

    async def state(self) -> CacheState:
        """Return it; what was saved is that of the last 30 days."""
        fill, wishes = await self._cache.fill(), self._preferences.get()
        saved = await self._ledger.savings(self._clock.now() - _MONTH)
        return CacheState(
            entries=fill.entries,
            size_bytes=fill.size_bytes,
            limit_bytes=wishes.cache_limit_bytes,
            ttl_seconds=wishes.cache_ttl_seconds,
            enabled=wishes.cache_enabled,
            never_kept=self._never.count,
            hits=saved.hits,
            shared=saved.shared,
            saved_microusd=saved.saved_microusd,
            similar=await self._similar.state(),
        )
