"""The ledger: one row for every call, whatever became of it. Rows gather for a moment and share a commit."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from loguru import logger

from madang.db.database import Database
from madang.errors import MadangError
from madang.gateway import store
from madang.gateway.days import day_of
from madang.gateway.entries import Cause, Entry
from madang.gateway.types import (
    Usage,
)

_GATHER_SECONDS = 0.02
_RETRY_SECONDS = 1.0
_PATIENCE_SECONDS = 2.0


class Ledger:
    """Takes entries without making anybody wait. What was or may have been paid for is committed durably."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._hearers: list[Callable[[Sequence[Entry]], None]] = []
        self._waiting: list[Entry] = []
        self._waiters: list[asyncio.Future[None]] = []
        self._has_news = asyncio.Event()
        self._is_settled = asyncio.Event()
        self._is_settled.set()
        self._is_stopping = False
        self._writer: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to write."""
        self._writer = asyncio.create_task(self._write_on(), name="ledger")

    async def stop(self) -> None:
        """Write what is left, and stop. A commit under way is not broken off."""
        self._is_stopping = True
        self._has_news.set()
        if self._writer:
            await self._writer

    def when_stored(self, hear: Callable[[Sequence[Entry]], None]) -> None:
        """Call `hear` with the entries of each commit from here on; nobody waits for what it starts."""
        self._hearers.append(hear)

    def add(self, entry: Entry) -> None:
        """Take an entry; it is stored within a moment, and its reservation ends with the same commit."""
        self._waiting.append(entry)
        self._is_settled.clear()
        self._has_news.set()

    async def settle(self, entry: Entry) -> None:
        """Take an entry and wait until it is stored, 2 seconds at most: a database that is away holds up nobody."""
        stored = asyncio.get_running_loop().create_future()
        self._waiters.append(stored)
        self.add(entry)
        await asyncio.wait([stored], timeout=_PATIENCE_SECONDS)

    async def lost(self, cause: Cause, began: datetime, cost_microusd: int | None) -> None:
        """Take an entry for a call that did not live to write its own, unless it is there."""
        if not await store.has_call(self._database, cause.caller.turn_id, began):
            self.add(_lost(cause, began, cost_microusd))

    async def settled(self) -> None:
        """Wait until everything taken so far is stored."""
        await self._is_settled.wait()

    async def _write_on(self) -> None:
        while self._waiting or not self._is_stopping:
            await self._has_news.wait()
            self._has_news.clear()
            if not self._is_stopping and not self._waiters:
                await asyncio.sleep(_GATHER_SECONDS)
            try:
                await self._write()
            except Exception as error:  # noqa: BLE001 - the ledger goes on: a full disk may have room again in a second
                unforeseen = None if isinstance(error, MadangError) else error
                logger.opt(exception=unforeseen).error("the ledger cannot be written at the moment: {}", error)
                if self._is_stopping:
                    return
                await asyncio.sleep(_RETRY_SECONDS)
                self._has_news.set()

    async def _write(self) -> None:
        if not self._waiting:
            return
        entries, waiters = tuple(self._waiting), tuple(self._waiters)
        await store.add_calls(self._database, entries, durable=any(map(_is_paid, entries)))
        del self._waiting[: len(entries)]
        del self._waiters[: len(waiters)]
        for waiter in waiters:
            waiter.set_result(None)
        for hear in self._hearers:
            hear(entries)
        if not self._waiting:
            self._is_settled.set()


def _lost(cause: Cause, began: datetime, cost_microusd: int | None) -> Entry:
    return Entry(
        id=cause.id,
        created_at=began,
        day=day_of(began),
        caller=cause.caller,
        provider=cause.provider,
        model=cause.model,
        cache="off",
        cache_key=None,
        status="lost",
        error_code=None,
        attempts=1,
        usage=Usage(),
        cost_microusd=cost_microusd,
        price_date=None,
        saved_microusd=None,
        ttft_ms=None,
        latency_ms=None,
        finish_reason=None,
    )


def _is_paid(entry: Entry) -> bool:
    return entry.cost_microusd != 0 or entry.reservation_id is not None
