"""Carries what the lower rooms announce into the journal's stream `app`, in the order it was said."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from loguru import logger

from madang.live.journal import Journal

STREAM = "app"


class Announcer:
    """Its `announce` is given to rooms that stand below the journal and do not wait for it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._said: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        self._hearers: list[Callable[[str], None]] = []
        self._writing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to write."""
        self._writing = asyncio.create_task(self._write())

    async def stop(self) -> None:
        """Write what has been said, and end."""
        await self._said.join()
        if self._writing is not None:
            self._writing.cancel()
            with suppress(asyncio.CancelledError):
                await self._writing

    def listen(self, hear: Callable[[str], None]) -> None:
        """Call `hear` with the kind of everything that is announced from here on."""
        self._hearers.append(hear)

    def announce(self, kind: str, data: dict[str, Any]) -> None:
        """Tell every open page. Returns at once."""
        self._said.put_nowait((kind, data))
        for hear in self._hearers:
            hear(kind)

    async def _write(self) -> None:
        while True:
            kind, data = await self._said.get()
            try:
                await self._journal.append(STREAM, kind, data)
            except Exception as error:  # noqa: BLE001 - what is announced can be read again; the next one must go on
                logger.warning("{} was not announced: {}", kind, error)
            finally:
                self._said.task_done()
