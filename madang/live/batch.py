"""Group commit: everything that waits to be written goes into one transaction, while the next lot gathers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from madang.db.errors import StoreBusy
from madang.errors import MadangError
from madang.live.types import Event, Note

# Below what a follower's inbox holds, so that one commit never makes a reader too slow.
BATCH_LIMIT = 128
TRIES = 3

Write = Callable[[Sequence[Note]], Awaitable[Sequence[Event | MadangError]]]
Waiting = tuple[Note, asyncio.Future[Event]]


class Batch:
    """Notes on their way into the store. `write` stores them in one transaction.

    It returns for each note, in the same order, its event, or why this one alone was not taken.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting: list[Waiting] = []
        self._running: asyncio.Task[None] | None = None

    async def add(self, note: Note) -> Event:
        """Return the event once it is committed. Raises what the store raises."""
        future: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self._waiting.append((note, future))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await future

    async def finish(self) -> None:
        """Wait until everything given so far is stored."""
        if self._running:
            await asyncio.wait([self._running])

    async def _run(self) -> None:
        try:
            while self._waiting:
                lot, self._waiting = self._waiting[:BATCH_LIMIT], self._waiting[BATCH_LIMIT:]
                await self._store(lot)
        finally:
            self._running = None

    async def _store(self, lot: list[Waiting]) -> None:
        try:
            stored = await self._try_to_write([note for note, _ in lot])
        except Exception as error:  # noqa: BLE001  every kind of failure belongs to those who wait for this lot
            for _, future in lot:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), outcome in zip(lot, stored, strict=True):
            if not future.done():
                _settle(future, outcome)

    async def _try_to_write(self, notes: Sequence[Note]) -> Sequence[Event | MadangError]:
        for _ in range(TRIES - 1):
            try:
                return await self._write(notes)
            except StoreBusy:
                # A deadlock with a transaction that took its streams in another order ends like this.
                continue
        return await self._write(notes)


def _settle(future: asyncio.Future[Event], outcome: Event | MadangError) -> None:
    if isinstance(outcome, Event):
        future.set_result(outcome)
    else:
        future.set_exception(outcome)
