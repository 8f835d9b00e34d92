"""Looks for models in the background: at the start, when something changes, and now and then."""

import asyncio
from collections.abc import Awaitable, Callable

from madang.clock import Clock

_STALE_SECONDS = 300.0


class Looking:
    """Calls `look`, never twice at the same time, and once more where something changed meanwhile."""

    def __init__(self, look: Callable[[], Awaitable[None]], clock: Clock) -> None:
        self._look = look
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._looked_at: float | None = None
        self._is_outdated = False

    async def stop(self) -> None:
        """Stop looking."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def soon(self) -> asyncio.Task[None]:
        """Look, unless that is being done; return the task in which it is."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self.now(), name="models")
        return self._task

    def again(self) -> None:
        """Look, and once more where that is being done: what is found may be of the time before."""
        self._is_outdated = True
        self.soon()

    def if_stale(self) -> None:
        """Look where the last time is long ago."""
        if self._looked_at is None or self._clock.monotonic() - self._looked_at > _STALE_SECONDS:
            self.soon()

    async def now(self) -> None:
        """Look, and return when nothing has changed since."""
        self._is_outdated = True
        while self._is_outdated:
            self._is_outdated = False
            self._looked_at = self._clock.monotonic()
            await self._look()
