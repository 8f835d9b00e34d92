"""Work that several wait for: begun once, and it goes on when one of them leaves."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Work = Callable[[], Coroutine[Any, Any, T]]


class Shared(Generic[T]):
    """At most one task at a time."""

    def __init__(self) -> None:
        self._task: asyncio.Task[T] | None = None

    def begin(self, work: Work[T]) -> asyncio.Task[T]:
        """Start `work`, or return the task that is under way."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(work())
            self._task.add_done_callback(_notice)
        return self._task

    async def join(self, work: Work[T], when_cancelled: Exception) -> T:
        """Wait for the result. Raises what `work` raises, or `when_cancelled` when somebody called it off."""
        task = self.begin(work)
        await asyncio.wait([task])
        if task.cancelled():
            raise when_cancelled
        return task.result()

    async def cancel(self) -> bool:
        """Call it off and wait until it has ended. Whether there was something to call off."""
        task = self._task
        if task is None or task.done():
            return False
        task.cancel()
        await asyncio.wait([task])
        return True


def _notice(task: asyncio.Task[Any]) -> None:
    # The work tells its failure itself; here it only counts as seen where nobody waited.
    if not task.cancelled():
        task.exception()
