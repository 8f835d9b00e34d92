"""Clears away what has had its time, once an hour."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from loguru import logger

_EVERY_SECONDS = 3600

Chore = Callable[[], Awaitable[object]]


class Housekeeping:
    """Runs each chore at start and then hourly; one that fails is logged and tried again the next time."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._chores = chores
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin, in the background."""
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Leave what is under way; the next start takes it up."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    async def _run(self) -> None:
        while True:
            for chore in self._chores:
                try:
                    await chore()
                except Exception as error:  # noqa: BLE001 - the other chores and the next hour must go on
                    logger.warning("a chore failed: {}", error)
            await asyncio.sleep(_EVERY_SECONDS)
