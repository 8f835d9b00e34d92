"""News between processes on one PostgreSQL: what one commits, the others hear. On SQLite there are no others."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from loguru import logger

from madang.errors import MadangError

CHANNEL = "madang"
RETRY_SECONDS = 1.0

Hear = Callable[[str], None]
Refresh = Callable[[], Awaitable[object]]


class News:
    """One connection hears for the whole process. `name` is what this process signs its own news with."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._hearers: defaultdict[str, list[Hear]] = defaultdict(list)
        self._refreshes: dict[str, list[Refresh]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, payloads: AsyncGenerator[str, None]) -> None:
        """Begin to hear. An empty payload says that news may have been missed."""
        self._tasks.append(asyncio.create_task(self._listen(payloads), name="news"))

    async def stop(self) -> None:
        """Hear no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    def hear(self, topic: str, hear: Hear) -> None:
        """Call `hear` with what other processes say about `topic`, and with "" when something may have been missed."""
        self._hearers[topic].append(hear)

    def refresh_on(self, topic: str, refresh: Refresh) -> None:
        """Await `refresh` soon after other processes said something about `topic`, however often they did.

        Those of one topic run one after the other, in the order given. One that fails is tried again, with the others.
        """
        if topic not in self._refreshes:
            self._refreshes[topic] = []
            has_news = asyncio.Event()
            self.hear(topic, lambda about: has_news.set())
            self._tasks.append(asyncio.create_task(self._refresh(topic, has_news), name=f"news of {topic}"))
        self._refreshes[topic].append(refresh)

    async def _listen(self, payloads: AsyncGenerator[str, None]) -> None:
        async with aclosing(payloads):
            async for payload in payloads:
                sender, _, news = payload.partition(" ")
                topic, _, about = news.partition(" ")
                if sender != self._name:
                    self._tell(topic, about)

    def _tell(self, topic: str, about: str) -> None:
        for name in [topic] if topic else list(self._hearers):
            for hear in self._hearers.get(name, ()):
                hear(about)

    async def _refresh(self, topic: str, has_news: asyncio.Event) -> None:
        while True:
            await has_news.wait()
            has_news.clear()
            try:
                for refresh in self._refreshes[topic]:
                    await refresh()
            except MadangError as error:
                logger.warning("db: what others changed in {} is not known yet: {}", topic, error.message)
                await asyncio.sleep(RETRY_SECONDS)
                has_news.set()
