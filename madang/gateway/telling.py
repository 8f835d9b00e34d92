"""What is told of the kept answers, gathered from everything that has to do with them."""

from madang.gateway.answers import CacheState
from madang.gateway.cache.exact import ExactCache
from madang.gateway.never import NeverKept
from madang.gateway.semantic.service import Similar
from madang.preferences.service import Preferences


class Telling:
    """Says how it stands with the kept answers."""

    def __init__(
        self,
        cache: ExactCache,
        similar: Similar,
        *,
        never: NeverKept,
        preferences: Preferences,
    ) -> None:
        self._cache = cache
        self._similar = similar
        self._never = never
        self._preferences = preferences

    async def state(self) -> CacheState:
        """Return it."""
        fill, wishes = await self._cache.fill(), self._preferences.get()
        return CacheState(
            entries=fill.entries,
            size_bytes=fill.size_bytes,
            limit_bytes=wishes.cache_limit_bytes,
            ttl_seconds=wishes.cache_ttl_seconds,
            enabled=wishes.cache_enabled,
            never_kept=self._never.count,
            similar=await self._similar.state(),
        )
