"""Those who wait for a turn to end, in this process."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from madang.chat.types import Turn
from madang.errors import MadangError


class Waiters:
    """Futures by turn. Open one before looking whether the turn has ended, so that its end is not missed."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Future[Turn]]] = defaultdict(set)

    @contextmanager
    def waiter(self, turn_id: str) -> Iterator[asyncio.Future[Turn]]:
        """Open a future that gets the turn when it ends, is held or removed."""
        future: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        self._waiting[turn_id].add(future)
        try:
            yield future
        finally:
            future.cancel()
            self._waiting[turn_id].discard(future)
            if not self._waiting[turn_id]:
                del self._waiting[turn_id]

    def tell(self, turn: Turn) -> None:
        """Give the turn to those who wait for it."""
        for future in self._open(turn.id):
            future.set_result(turn)

    def fail(self, turn_id: str, error: MadangError) -> None:
        """Give an error to those who wait for the turn."""
        for future in self._open(turn_id):
            future.set_exception(error)

    def _open(self, turn_id: str) -> list[asyncio.Future[Turn]]:
        return [future for future in self._waiting.get(turn_id, ()) if not future.done()]
