"""The journal: numbered events per stream, stored first and then told, each follower gets each of them once."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import orjson

from madang.clock import Clock
from madang.db.database import Database
from madang.db.errors import DamagedRow, LeaseLost
from madang.db.lease import held
from madang.db.transaction import Transaction
from madang.errors import MadangError
from madang.live import store
from madang.live.batch import Batch
from madang.live.fanout import Fanout, Inbox, Signal
from madang.live.types import RESYNC, Event, Note

TOPIC = "live"
PAGE = 256
PRUNED = 1000
DETAILS_KEPT = timedelta(hours=1)
ALL_KEPT = timedelta(days=30)

News = tuple[str, str, dict[str, Any]]


class Journal:
    """One service for everything that pages and programs follow. Works between `start()` and `stop()`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._fanout = Fanout()
        self._batch = Batch(self._write)

    async def start(self) -> None:
        """Begin to hear what other processes write."""
        self._database.hear(TOPIC, lambda stream: self._fanout.news(stream or None))

    async def stop(self) -> None:
        """End the followers, and store what waits."""
        self.hang_up()
        await self._batch.finish()

    def hang_up(self) -> None:
        """End every `follow` of this process, so that open connections can close."""
        self._fanout.close()

    async def append(self, stream: str, kind: str, data: dict[str, Any], process: str | None = None) -> Event:
        """Store one event and return it once it is committed; many callers share one commit.

        It survives the end of the process. What must survive a power cut goes through `append_in`, and so does
        what is appended while a `write()` is open: this would wait for that one to end. Raises `LeaseLost` where
        `process`, in whose name it is written, is taken for dead.
        """
        return await self._batch.add(self._note(stream, kind, data, process))

    async def append_in(self, tx: Transaction, stream: str, kind: str, data: dict[str, Any]) -> Event:
        """Store one event as part of `tx`; it is told to followers after the commit.

        A transaction that appends to several streams does so in descending order of their names.
        """
        return (await self.append_all_in(tx, [(stream, kind, data)]))[0]

    async def append_all_in(self, tx: Transaction, news: Iterable[News]) -> list[Event]:
        """Store several events as part of `tx`, each a stream, a kind and data; return them in the order given."""
        return await self._append_all(tx, [self._note(*one) for one in news])

    async def last_number(self, stream: str, tx: Transaction | None = None) -> int:
        """Return the newest number of `stream`, 0 before the first event."""
        if tx:
            return (await store.position(tx, stream)).last_number
        return (await self._database.run_read(lambda tx: store.position(tx, stream))).last_number

    async def stored(self, tx: Transaction, stream: str, after: int) -> list[Event]:
        """Return every kept event of `stream` after number `after`, as `tx` sees it."""
        found: list[Event] = []
        while page := await store.after(tx, stream, found[-1].number if found else after, PAGE):
            found += page
        return found

    async def follow(self, stream: str, after: int | None = None) -> AsyncGenerator[Event, None]:
        """Yield each event after number `after` (None: from now on), first those stored, then live, in order.

        A last event of kind "resync" with empty data says that this cannot go on: the reader was too slow, or
        `after` is not a number this journal can continue from. Look at the whole again, then follow from there.
        Ends without one when the process stops.
        """
        with self._fanout.inbox(stream) as inbox:
            position = await self._database.run_read(lambda tx: store.position(tx, stream))
            last = position.last_number if after is None else after
            if not position.kept_after <= last <= position.last_number:
                yield self._resync(stream, position.last_number)
                return
            try:
                # What was committed after the position was read lies in the inbox.
                async for event in self._stored_then_live(stream, last, inbox, last < position.last_number):
                    yield event
            except DamagedRow:
                # Whoever looks at the whole again comes past it.
                yield self._resync(stream, last)

    async def prune(self) -> int:
        """Clear away what is old, and return how many events went.

        Pieces of text go an hour after their turn has finished, what tells of changes after an hour, everything
        after 30 days.
        """
        now = self._clock.now()
        gone = 0
        for old in await self._database.run_read(lambda tx: store.past(tx, now - DETAILS_KEPT, now - ALL_KEPT)):
            # A little at a time: whoever asks something meanwhile waits for one of these steps at most.
            while went := await self._database.run_write(partial(store.clear, old=old, most=PRUNED), durable=False):
                gone += went
        return gone

    async def _stored_then_live(
        self, stream: str, last: int, inbox: Inbox, must_look: bool
    ) -> AsyncGenerator[Event, None]:
        while True:
            if must_look:
                async for event in self._stored(stream, last, inbox):
                    if event.number != last + 1:
                        # What lies between was cleared away while this follower was reading.
                        yield self._resync(stream, last)
                        return
                    yield event
                    last = event.number
            item = await inbox.take()
            if isinstance(item, Event):
                # A number further on means that another process wrote in between.
                must_look = item.number > last + 1
                if item.number == last + 1:
                    yield item
                    last = item.number
            elif item is Signal.NEWS:
                must_look = True
            else:
                if item is Signal.TOO_SLOW:
                    yield self._resync(stream, last)
                return

    async def _stored(self, stream: str, last: int, inbox: Inbox) -> AsyncGenerator[Event, None]:
        while True:
            # Emptied before the snapshot is taken: what is committed after it lands in the inbox again.
            inbox.empty()
            page = await self._database.run_read(partial(store.after, stream=stream, number=last, limit=PAGE))
            for event in page:
                yield event
                last = event.number
            if len(page) < PAGE:
                return

    async def _write(self, notes: Sequence[Note]) -> list[Event | MadangError]:
        return await self._database.run_write(partial(self._append_taken, notes=notes), durable=False)

    async def _append_taken(self, tx: Transaction, notes: Sequence[Note]) -> list[Event | MadangError]:
        names = {note.process for note in notes if note.process}
        dead = names - await held(tx, names) if names else names
        taken = [note for note in notes if note.process not in dead]
        events = iter(await self._append_all(tx, taken) if taken else [])
        return [_refused(note) if note.process in dead else next(events) for note in notes]

    async def _append_all(self, tx: Transaction, notes: Sequence[Note]) -> list[Event]:
        added = await store.add(tx, notes)
        for stream in {note.stream for note in notes}:
            await tx.tell_others(TOPIC, stream)
        tx.after_commit(lambda: self._tell(added))
        return added

    def _tell(self, added: Sequence[Event]) -> None:
        for event in added:
            self._fanout.announce(event)

    def _note(self, stream: str, kind: str, data: dict[str, Any], process: str | None = None) -> Note:
        # Through JSON and back: followers see what the store would give, and what is no JSON fails with its caller.
        return Note(stream, kind, orjson.loads(orjson.dumps(data, option=orjson.OPT_UTC_Z)), self._clock.now(), process)

    def _resync(self, stream: str, number: int) -> Event:
        return Event(stream, number, RESYNC, {}, self._clock.now())


def _refused(note: Note) -> LeaseLost:
    return LeaseLost("this process was taken for dead by another one", stream=note.stream)
