"""The state that others follow: each change is announced, progress at most four times a second."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

from madang.clock import Clock
from madang.gateway.embedded.types import BuiltInState

_PROGRESS_SECONDS = 0.25


class States:
    """Holds the current state and tells of the next."""

    def __init__(self, first: BuiltInState, clock: Clock, announce: Callable[[BuiltInState], None]) -> None:
        self.current = first
        self._clock, self._announce = clock, announce
        self._told_at = float("-inf")
        self._next: asyncio.Future[None] | None = None

    def change(self, **fields: Any) -> None:
        """Set `fields` and tell, unless nothing is different."""
        changed = replace(self.current, **fields)
        if changed != self.current:
            self.current = changed
            self._tell()

    def progress(self, progress_bytes: int) -> None:
        """Note how many bytes are here; told only when the last telling is long enough ago."""
        if progress_bytes != self.current.progress_bytes:
            self.current = replace(self.current, progress_bytes=progress_bytes)
            if self._clock.monotonic() - self._told_at >= _PROGRESS_SECONDS:
                self._tell()

    async def follow(self) -> AsyncIterator[BuiltInState]:
        """Yield the current state, then each later one, newest only."""
        while True:
            self._next = following = self._next or asyncio.get_running_loop().create_future()
            yield self.current
            await asyncio.shield(following)

    def _tell(self) -> None:
        self._told_at = self._clock.monotonic()
        waiting, self._next = self._next, None
        if waiting is not None:
            waiting.set_result(None)
        self._announce(self.current)
