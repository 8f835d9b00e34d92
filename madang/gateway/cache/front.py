"""The answers that were used last, at hand in memory: what is asked again needs no way to the disk."""

import sys
from collections import OrderedDict
from dataclasses import dataclass

from madang.gateway.cache.kept import Kept

LIMIT_BYTES = 8 * 2**20
_ENTRY_BYTES = 1500
"""What an entry takes besides its words."""


@dataclass(frozen=True, slots=True)
class _Held:
    kept: Kept
    ends_at: float
    size_bytes: int


class Front:
    """Holds copies of what the cache has read, `limit_bytes` at most; the one unused for longest makes room.

    A copy that was on its way while something was dropped is not taken: `version` tells of that.
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._size_bytes = 0
        self.version = 0

    def find(self, key: str, now: float) -> Kept | None:
        """Return the copy under `key`, unless it is kept no longer; `now` is in seconds since 1970."""
        held = self._held.get(key)
        if held is None:
            return None
        if held.ends_at <= now:
            self._remove(key)
            return None
        self._held.move_to_end(key)
        return held.kept

    def hold(self, kept: Kept, ends_at: float, version: int) -> None:
        """Hold what was read when `version` was this one's; no copy that would fill a quarter is held."""
        size = _ENTRY_BYTES + sys.getsizeof(kept.text) + sys.getsizeof(kept.reasoning)
        if version != self.version or size > self._limit_bytes / 4:
            return
        self._remove(kept.key)
        self._held[kept.key] = _Held(kept, ends_at, size)
        self._size_bytes += size
        while self._size_bytes > self._limit_bytes:
            self._remove(next(iter(self._held)))

    def drop(self, key: str) -> None:
        """Let go of the copy under `key`: what is kept under it changes."""
        self.version += 1
        self._remove(key)

    def clear(self) -> None:
        """Let go of everything."""
        self.version += 1
        self._held.clear()
        self._size_bytes = 0

    def _remove(self, key: str) -> None:
        if held := self._held.pop(key, None):
            self._size_bytes -= held.size_bytes
