"""Identical calls in flight: one is made, and everybody who asks for the same meanwhile hears it."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from copy import copy

from madang.errors import MadangError
from madang.gateway.heard import Heard
from madang.gateway.types import AnyChunk, ReasoningDelta, Relayed, Started, TextDelta, Waiting

_MOST_UNHEARD = 256
"""Pieces of an answer that may wait for the quickest listener before the provider has to."""


class Mailbox:
    """What one listener has not heard yet. Words of one kind that wait are joined, so a slow one takes little room."""

    def __init__(self, taken: asyncio.Event) -> None:
        self._waiting: deque[AnyChunk | _Words] = deque()
        self._unheard = 0
        self._has_news = asyncio.Event()
        self._taken = taken
        self._is_closed = False

    @property
    def is_behind(self) -> bool:
        """Say whether so much is waiting that the provider may pause."""
        return self._unheard >= _MOST_UNHEARD

    def put(self, chunk: AnyChunk) -> None:
        """Add the next piece."""
        last = self._waiting[-1] if self._waiting else None
        if isinstance(chunk, TextDelta | ReasoningDelta) and isinstance(last, TextDelta | ReasoningDelta | _Words):
            words = last if isinstance(last, _Words) else _Words(last)
            if words.takes(chunk):
                self._waiting[-1] = words
            else:
                self._waiting.append(chunk)
        else:
            self._waiting.append(chunk)
        self._unheard += 1
        self._has_news.set()

    def close(self) -> None:
        """Say that nothing more comes."""
        self._is_closed = True
        self._has_news.set()

    async def take(self) -> AnyChunk | None:
        """Return the next piece once there is one, or `None` after the last."""
        while not self._waiting:
            if self._is_closed:
                return None
            self._has_news.clear()
            await self._has_news.wait()
        chunk = self._waiting.popleft()
        if not self._waiting:
            self._unheard = 0
        self._taken.set()
        return chunk.joined() if isinstance(chunk, _Words) else chunk


class _Words:
    """Words of one kind that wait together."""

    def __init__(self, first: TextDelta | ReasoningDelta) -> None:
        self._kind = type(first)
        self._masked = 0
        self._heard = Heard()
        self.takes(first)

    def takes(self, chunk: TextDelta | ReasoningDelta) -> bool:
        """Add words of the same kind, or say that these are of another."""
        if type(chunk) is not self._kind:
            return False
        self._heard.add(chunk.text)
        self._masked += chunk.masked
        return True

    def joined(self) -> TextDelta | ReasoningDelta:
        return self._kind(self._heard.whole(), self._masked)


class Flight:
    """A call under way. It belongs to all who listen: it goes on until it ends or the last of them has left."""

    def __init__(self, said: Callable[[], Iterable[TextDelta | ReasoningDelta | Relayed]]) -> None:
        self._said = said
        self._listeners: set[Mailbox] = set()
        self._taken = asyncio.Event()
        self._started: Started | None = None
        self._last_wait: Waiting | None = None
        self._task: asyncio.Task[None] | None = None
        self._ended: Callable[[], None] = _nothing

    @property
    def has_begun(self) -> bool:
        """Say whether the provider was to be asked: nothing kept the call from being made."""
        return self._started is not None

    @property
    def is_open(self) -> bool:
        """Say whether one more may listen."""
        return self._task is not None and not self._task.done() and not self._task.cancelling()

    def begin(self, chunks: AsyncGenerator[AnyChunk], ended: Callable[[], None]) -> None:
        """Begin the call; `ended` is called once it is over."""
        self._ended = ended
        self._task = asyncio.create_task(self._fly(chunks), name="a call that may be shared")
        # Where nobody waited for the task to take its first step, only this tells that it is over.
        self._task.add_done_callback(self._notice)

    @asynccontextmanager
    async def listener(self) -> AsyncIterator[Mailbox]:
        """Listen from the first word on. The last one who leaves ends the call, and waits until it is on the books."""
        mailbox = Mailbox(self._taken)
        for chunk in self._so_far():
            mailbox.put(chunk)
        self._listeners.add(mailbox)
        try:
            yield mailbox
        finally:
            self._listeners.discard(mailbox)
            # The call may be waiting for this one alone.
            self._taken.set()
            if not self._listeners and self._task and not self._task.done():
                self._task.cancel()
                await asyncio.wait([self._task])

    def result(self) -> None:
        """Return where the call has ended well. Raises what it raised."""
        if self._task:
            self._task.result()

    async def _fly(self, chunks: AsyncGenerator[AnyChunk]) -> None:
        try:
            async with aclosing(chunks):
                async for chunk in chunks:
                    self._note(chunk)
                    for mailbox in self._listeners:
                        mailbox.put(chunk)
                    await self._keep_pace()
        finally:
            self._ended()
            for mailbox in self._listeners:
                mailbox.close()

    def _notice(self, task: asyncio.Task[None]) -> None:
        # Whoever listens raises the error; where nobody does any more it only counts as seen.
        if not task.cancelled():
            task.exception()
        self._ended()

    async def _keep_pace(self) -> None:
        """Wait while everybody is behind; one who takes nothing any more holds nobody else up."""
        while self._listeners and all(mailbox.is_behind for mailbox in self._listeners):
            self._taken.clear()
            await self._taken.wait()

    def _note(self, chunk: AnyChunk) -> None:
        match chunk:
            case Started():
                self._started = chunk
            case Waiting():
                self._last_wait = chunk
            case _:
                self._last_wait = None

    def _so_far(self) -> Iterator[AnyChunk]:
        if self._started:
            yield self._started
        yield from self._said()
        if self._last_wait:
            yield self._last_wait


class Look:
    """A look at what is kept, while calls go on."""

    was_overtaken = False


class Flights:
    """The calls under way by what they ask. Where nobody else asks the same, a flight has one listener."""

    def __init__(self) -> None:
        self._flights: dict[str, Flight] = {}
        self._looks: dict[str, list[Look]] = {}

    @contextmanager
    def looking(self, key: str) -> Iterator["Look"]:
        """Notice meanwhile whether a call with this key ends: what it left was perhaps not seen by this look."""
        look = Look()
        looks = self._looks.setdefault(key, [])
        looks.append(look)
        try:
            yield look
        finally:
            looks.remove(look)
            if not looks:
                self._looks.pop(key, None)

    def find(self, key: str) -> Flight | None:
        """Return the call under way that asks the very same."""
        flight = self._flights.get(key)
        return flight if flight and flight.is_open else None

    def begin(
        self,
        key: str,
        chunks: AsyncGenerator[AnyChunk],
        said: Callable[[], Iterable[TextDelta | ReasoningDelta | Relayed]],
    ) -> Flight:
        """Begin a call that others may join; `said` tells its words so far."""
        flight = self._flights[key] = Flight(said)
        flight.begin(chunks, lambda: self._forget(key, flight))
        return flight

    def _forget(self, key: str, flight: Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
            for look in self._looks.get(key, ()):
                look.was_overtaken |= flight.has_begun


@contextmanager
def own_error() -> Iterator[None]:
    """Raise a copy of what is raised inside: each who hears of a failure has a receipt of its own in it."""
    try:
        yield
    except MadangError as error:
        one = copy(error)
        one.details = dict(error.details)
        raise one from None


def _nothing() -> None:
    """Tell nobody."""
