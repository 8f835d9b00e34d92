"""Hands committed events to those who follow in this process. Each follower has a bounded inbox."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from madang.live.types import Event

INBOX_LIMIT = 256


class Signal(Enum):
    """What a follower may find in its inbox besides an event."""

    NEWS = "news"  # another process wrote to the stream: look into the store
    TOO_SLOW = "too_slow"
    CLOSED = "closed"


class Inbox:
    """What a follower has not taken yet. When it holds `INBOX_LIMIT` things, the follower is too slow."""

    def __init__(self) -> None:
        self._waiting: deque[Event | Signal] = deque()
        self._filled = asyncio.Event()
        self._end: Signal | None = None

    def put(self, item: Event | Signal) -> None:
        """Add something, or give up on this follower."""
        if item is Signal.CLOSED or len(self._waiting) >= INBOX_LIMIT:
            self._end = Signal.CLOSED if item is Signal.CLOSED else Signal.TOO_SLOW
            self._waiting.clear()
        elif not (item is Signal.NEWS and self._waiting and self._waiting[-1] is Signal.NEWS):
            self._waiting.append(item)
        self._filled.set()

    def empty(self) -> None:
        """Forget what is waiting, because the store is about to be read. A closed inbox stays closed."""
        self._waiting.clear()
        if self._end is Signal.TOO_SLOW:
            self._end = None
        if self._end is None:
            self._filled.clear()

    async def take(self) -> Event | Signal:
        """Wait for the next thing. The two endings are given again and again."""
        await self._filled.wait()
        if self._end:
            return self._end
        item = self._waiting.popleft()
        if not self._waiting:
            self._filled.clear()
        return item


class Fanout:
    """The inboxes of one process, by stream."""

    def __init__(self) -> None:
        self._inboxes: defaultdict[str, set[Inbox]] = defaultdict(set)
        self._is_closed = False

    @contextmanager
    def inbox(self, stream: str) -> Iterator[Inbox]:
        """Open an inbox that gets everything announced on `stream` from here on."""
        inbox = Inbox()
        self._inboxes[stream].add(inbox)
        if self._is_closed:
            inbox.put(Signal.CLOSED)
        try:
            yield inbox
        finally:
            self._inboxes[stream].discard(inbox)
            if not self._inboxes[stream]:
                del self._inboxes[stream]

    def announce(self, event: Event) -> None:
        """Give a committed event to its followers."""
        self._put(event.stream, event)

    def news(self, stream: str | None) -> None:
        """Let the followers of `stream`, or of every stream, look into the store."""
        for name in [stream] if stream else list(self._inboxes):
            self._put(name, Signal.NEWS)

    def close(self) -> None:
        """End every follower, also those still to come."""
        self._is_closed = True
        for name in list(self._inboxes):
            self._put(name, Signal.CLOSED)

    def _put(self, stream: str, item: Event | Signal) -> None:
        for inbox in self._inboxes.get(stream, ()):
            inbox.put(item)
