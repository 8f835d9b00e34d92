"""SQLite: one connection writes and checkpoints, a few others read, and nothing else touches the file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from loguru import logger
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from madang.db.check import WAIT_LIMIT_BYTES, integrity_check, quick_check, refused
from madang.db.errors import DamagedDatabase, ReadOnlyDatabase, StorageFailed, StoreBusy, StoreError, StoreUnavailable
from madang.db.folder import private_file
from madang.db.transaction import Transaction, drained, in_turn, take, to_the_end
from madang.errors import MadangError, OutOfSpace

READERS = 4
BUSY_TIMEOUT_MS = 5000
CHECKPOINT_PAGES = 1000
CHECKPOINT_SECONDS = 60

_SHARED = (
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA mmap_size=0",
)
_WRITER = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}",
    "PRAGMA journal_size_limit=67108864",
)
_READER = ("PRAGMA wal_autocheckpoint=0", "PRAGMA query_only=ON")


class Sqlite:
    """The SQLite side of `Database`."""

    is_sqlite = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self._write_engine = _engine(path, (*_SHARED, *_WRITER), readers=1, begin=_begin_writing)
        self._read_engine = _engine(path, (*_SHARED, *_READER), readers=READERS, begin=_begin_reading)
        self._writer: AsyncConnection | None = None
        self._writing = asyncio.Lock()
        self._reading = asyncio.Semaphore(READERS)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Make the file private, open the writer and check the file. Raises `DamagedDatabase` with a copy kept."""
        private_file(self.path)
        try:
            await self._open()
        except DamagedDatabase as error:
            # Before closing, which may fold the log into the file.
            raise refused(self.path, error) from error
        self._tasks.append(asyncio.create_task(self._checkpoint_now_and_then()))

    async def stop(self) -> None:
        """Let those finish who are reading or writing, move everything into the main file, and close."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        async with self._writing:
            writer, self._writer = self._writer, None
        await drained(self._reading, READERS)
        await self._read_engine.dispose()
        if writer:
            with suppress(DBAPIError, sqlite3.Error):
                await to_the_end(writer.run_sync(_outside_transaction, "PRAGMA wal_checkpoint(TRUNCATE)"))
            await to_the_end(writer.close())
        await self._write_engine.dispose()

    @asynccontextmanager
    async def write(self, durable: bool) -> AsyncIterator[Transaction]:
        """Yield the one writing transaction; others wait for their turn."""
        async with in_turn(self._writing):
            connection = self._open_writer()
            connection.sync_connection.info["synchronous"] = "FULL" if durable else "NORMAL"  # type: ignore[union-attr]
            try:
                await to_the_end(_begin(connection))
                transaction = Transaction(connection, translate)
                yield transaction
                await to_the_end(_commit(connection, transaction))
            except BaseException as error:
                await to_the_end(connection.run_sync(_roll_back))
                if isinstance(error, DBAPIError) and not isinstance(error.orig, sqlite3.IntegrityError):
                    raise translate(error) from error
                raise

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Yield a transaction that sees one snapshot and cannot write."""
        async with in_turn(self._reading):
            self._open_writer()
            try:
                connection = await take(self._read_engine)
            except DBAPIError as error:
                raise translate(error) from error
            try:
                yield Transaction(connection, translate)
            finally:
                await to_the_end(connection.close())

    async def integrity(self) -> str:
        """Return the first thing that is wrong with the file, or "ok"."""
        async with self.read() as transaction:
            return await transaction.run_sync(integrity_check)

    async def _open(self) -> None:
        try:
            self._writer = await self._write_engine.connect()
            if self.path.stat().st_size <= WAIT_LIMIT_BYTES:
                await self._writer.run_sync(quick_check)
            else:
                self._tasks.append(asyncio.create_task(self._check_meanwhile()))
        except (DBAPIError, sqlite3.Error) as error:
            raise translate(error) from error

    def _open_writer(self) -> AsyncConnection:
        if self._writer is None:
            raise StoreUnavailable("the database is closed")
        return self._writer

    async def _check_meanwhile(self) -> None:
        try:
            async with self.read() as transaction:
                await transaction.run_sync(quick_check)
        except (MadangError, sqlite3.Error) as error:
            logger.error("db: {} did not pass its check: {}", self.path, error)

    async def _checkpoint_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(CHECKPOINT_SECONDS)
            async with self._writing:
                if self._writer:
                    with suppress(DBAPIError, sqlite3.Error):
                        await to_the_end(self._writer.run_sync(_outside_transaction, "PRAGMA wal_checkpoint(PASSIVE)"))


def _engine(path: Path, pragmas: tuple[str, ...], readers: int, begin: Any) -> AsyncEngine:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        poolclass=AsyncAdaptedQueuePool,
        pool_size=readers,
        max_overflow=0,
        # The driver must not begin or end transactions by itself: `begin` says how they begin.
        connect_args={"isolation_level": None},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        try:
            for pragma in pragmas:
                cursor.execute(pragma)
            cursor.close()
        except sqlite3.Error:
            connection.close()
            raise

    event.listen(engine.sync_engine, "begin", begin)
    return engine


def _begin_writing(connection: Connection) -> None:
    wanted = connection.info.get("synchronous", "FULL")
    if connection.info.get("synchronous_set", "FULL") != wanted:
        connection.exec_driver_sql(f"PRAGMA synchronous={wanted}")
        connection.info["synchronous_set"] = wanted
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


async def _begin(connection: AsyncConnection) -> None:
    await connection.begin()


async def _commit(connection: AsyncConnection, transaction: Transaction) -> None:
    await connection.commit()
    transaction.committed()


def _roll_back(connection: Connection) -> None:
    # After a failed commit SQLAlchemy holds the transaction for ended while SQLite is still inside it.
    connection.rollback()
    connection.connection.rollback()


def _outside_transaction(connection: Connection, statement: str) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(statement)
    cursor.close()


def translate(error: BaseException) -> MadangError:
    """Return our error for what SQLite said. Codes: https://www.sqlite.org/rescode.html."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    name = str(getattr(cause, "sqlite_errorname", ""))
    # A quota or a size limit shows as a failed write, a full disk as FULL.
    if name in {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"}:
        return OutOfSpace("the disk is full, nothing new can be stored")
    if name.startswith("SQLITE_READONLY"):
        return ReadOnlyDatabase("the database cannot be written to", reason=name)
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return DamagedDatabase("the database file is damaged", reason=name)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy("the database is busy", reason=name)
    if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")):
        return StorageFailed(f"the disk failed: {cause}", reason=name)
    return StoreError(f"the database refused a statement: {cause}", reason=name or type(cause).__name__)
