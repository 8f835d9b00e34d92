"""Which of several processes on one PostgreSQL are at work: each moves its own row on, or is taken for dead."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from loguru import logger
from sqlalchemy import delete, select, update

from madang.db.database import Database
from madang.db.errors import LeaseLost
from madang.db.folder import private_file
from madang.db.schema import processes
from madang.db.transaction import Transaction
from madang.db.types import server_now
from madang.errors import MadangError
from madang.ids import new_id

LEASE = timedelta(seconds=15)
RENEW_SECONDS = 3.0
FILE_NAME = "process"


class Lease:
    """This process's place among the others: `id` marks what it works on. On SQLite it is alone, and has none.

    Whoever finds a lease that has run out takes the row away, and what the dead process worked on can be taken over.
    One that was only asleep finds its row gone: what it would still write under the old id is refused.
    """

    def __init__(
        self, database: Database, data_dir: Path, lease: timedelta = LEASE, renew_seconds: float = RENEW_SECONDS
    ) -> None:
        self._database = database
        self._note = data_dir / FILE_NAME
        self._lease = lease
        self._renew_seconds = renew_seconds
        self.id: str | None = None
        self._renewed_at = self._patient_until = 0.0
        self._when_lost: list[Callable[[], None]] = []
        self._chores: list[Callable[[], Awaitable[object]]] = []
        self._renewing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take a place, and take the place away that the last process of this data folder had."""
        if self._database.is_sqlite:
            return
        with suppress(FileNotFoundError):
            await self._leave(self._note.read_text())
        await self._enter()
        self._renewing = asyncio.create_task(self._renew_on(), name="lease")

    async def stop(self) -> None:
        """Leave the place; nothing may be under way any more."""
        if self._renewing is None or self.id is None:
            return
        self._renewing.cancel()
        await asyncio.gather(self._renewing, return_exceptions=True)
        # Where the database is away the place is lost by itself.
        with suppress(MadangError):
            await self._leave(self.id)

    def when_lost(self, drop: Callable[[], None]) -> None:
        """Call `drop` when others have taken this process for dead, before it has another id."""
        self._when_lost.append(drop)

    def now_and_then(self, chore: Callable[[], Awaitable[object]]) -> None:
        """Await `chore` every few seconds: it looks after what dead processes left."""
        self._chores.append(chore)

    async def hold(self, tx: Transaction, id: str | None) -> None:
        """Let nobody take the place `id` before `tx` ends. Raises `LeaseLost` where somebody has."""
        if id is not None and not await held(tx, [id]):
            raise LeaseLost("this process was taken for dead by another one")

    async def _renew_on(self) -> None:
        while True:
            await asyncio.sleep(self._renew_seconds)
            try:
                await self._renew()
                for chore in self._chores:
                    await chore()
            except Exception as error:  # noqa: BLE001 - the database may be back in a moment
                logger.warning("db: the lease of this process could not be renewed: {}", error)

    async def _renew(self) -> None:
        started = time.monotonic()
        if started - self._renewed_at > self._lease.total_seconds():
            # Whatever kept this process, or the database, away may have kept the others away as well.
            self._patient_until = started + self._lease.total_seconds()
        async with self._database.write(durable=False) as tx:
            mine = update(processes).where(processes.c.id == self.id).values(alive_until=server_now(self._lease))
            is_mine = (await tx.execute(mine)).rowcount
            if started >= self._patient_until:
                await _bury(tx)
        self._renewed_at = started
        if not is_mine:
            logger.warning("db: this process was away for too long; others have taken over what it worked on")
            for drop in self._when_lost:
                drop()
            await self._enter()

    async def _enter(self) -> None:
        self.id, self._renewed_at = new_id(), time.monotonic()
        private_file(self._note)
        self._note.write_text(self.id)
        async with self._database.write() as tx:
            await tx.execute(tx.insert(processes).values(id=self.id, alive_until=server_now(self._lease)))

    async def _leave(self, id: str) -> None:
        async with self._database.write() as tx:
            await tx.execute(delete(processes).where(processes.c.id == id))


async def held(tx: Transaction, ids: Collection[str]) -> set[str]:
    """Return those of `ids` that are processes at work, and keep them so until `tx` ends."""
    # The weakest lock there is: it lets the row be renewed, and stops only whoever would take it away.
    rows = await tx.execute(
        select(processes.c.id).where(processes.c.id.in_(ids)).with_for_update(read=True, key_share=True)
    )
    return set(rows.scalars())


async def _bury(tx: Transaction) -> None:
    """Take away the rows of those who did not renew them; one that is just being held waits for the next time."""
    dead = select(processes.c.id).where(processes.c.alive_until < server_now()).with_for_update(skip_locked=True)
    buried = await tx.execute(delete(processes).where(processes.c.id.in_(dead)))
    if buried.rowcount:
        logger.warning("db: {} processes have ended without a word", buried.rowcount)
