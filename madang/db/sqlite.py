"""SQLite: one connection writes and checkpoints, a few others read, and nothing else touches the file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any, Literal, TypeVar

from loguru import logger
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from madang.db.check import WAIT_LIMIT_BYTES, integrity_check, quick_check, refused
from madang.db.connection import READERS, begin, reading_engine, writing_engine
from madang.db.errors import (
    DamagedDatabase,
    DamagedRow,
    ReadOnlyDatabase,
    StorageFailed,
    StoreBusy,
    StoreError,
    StoreUnavailable,
)
from madang.db.folder import private_file
from madang.db.lane import AtOnce, Lane, Stepwise, finish
from madang.db.transaction import Transaction, Work, drained, in_turn, to_the_end
from madang.errors import MadangError, OutOfSpace

T = TypeVar("T")

CHECKPOINT_SECONDS = 60


class Sqlite:
    """The SQLite side of `Database`."""

    is_sqlite = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self._write_engine = writing_engine(path)
        self._read_engine = reading_engine(path)
        self._write_lane, self._read_lane = Lane("db-writer", 1), Lane("db-reader", READERS)
        self._writer: Connection | None = None
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
        self._read_engine.dispose()
        if writer:
            await self._write_lane.run(_close, writer)
        self._write_engine.dispose()
        self._read_lane.close()
        self._write_lane.close()

    @asynccontextmanager
    async def write(self, durable: bool) -> AsyncIterator[Transaction]:
        """Yield the one writing transaction; others wait for their turn."""
        async with in_turn(self._writing):
            connection, lane = self._open_writer(), self._write_lane
            transaction = _transaction(Stepwise(connection, lane))
            try:
                await lane.run(begin, connection, durable)
                yield transaction
                await to_the_end(_commit(connection, lane, transaction))
            except BaseException as error:
                await lane.run(_roll_back, connection)
                _tell(error)
                raise

    async def run_write(self, work: Work[T], durable: bool) -> T:
        """Do `work` in one go in the writer's thread."""
        async with in_turn(self._writing):
            return await to_the_end(self._write_at_once(self._open_writer(), work, durable))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Yield a transaction that sees one snapshot and cannot write."""
        async with in_turn(self._reading):
            self._open_writer()
            connection = await self._read_lane.run(_connected, self._read_engine)
            try:
                yield _transaction(Stepwise(connection, self._read_lane))
            finally:
                await self._read_lane.run(connection.close)

    async def run_read(self, work: Work[T]) -> T:
        """Do `work` in one go in a reader's thread."""
        async with in_turn(self._reading):
            self._open_writer()
            return await self._read_lane.run(_read_at_once, self._read_engine, work)

    async def integrity(self) -> str:
        """Return the first thing that is wrong with the file, or "ok"."""
        async with self.read() as transaction:
            return await transaction.run_sync(integrity_check)

    async def _write_at_once(self, connection: Connection, work: Work[T], durable: bool) -> T:
        transaction = _transaction(AtOnce(connection))
        result: T = await self._write_lane.run(_write_at_once, connection, work(transaction), durable)
        transaction.committed()
        return result

    async def _open(self) -> None:
        self._writer = await self._write_lane.run(_connected, self._write_engine)
        if self.path.stat().st_size <= WAIT_LIMIT_BYTES:
            await self._write_lane.run(_checked, self._writer)
        else:
            self._tasks.append(asyncio.create_task(self._check_meanwhile()))

    def _open_writer(self) -> Connection:
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
                    await self._write_lane.run(_checkpoint, self._writer, "PASSIVE")


async def _commit(connection: Connection, lane: Lane, transaction: Transaction) -> None:
    await lane.run(connection.commit)
    transaction.committed()


def _roll_back(connection: Connection) -> None:
    # After a failed commit SQLAlchemy holds the transaction for ended while SQLite is still inside it.
    connection.rollback()
    connection.connection.rollback()


def _write_at_once(connection: Connection, work: Coroutine[Any, Any, T], durable: bool) -> T:
    try:
        begin(connection, durable)
        result = finish(work)
        connection.commit()
    except BaseException as error:
        work.close()
        _roll_back(connection)
        _tell(error)
        raise
    return result


def _read_at_once(engine: Engine, work: Work[T]) -> T:
    with _connected(engine) as connection:
        return finish(work(_transaction(AtOnce(connection))))


def _transaction(statements: Stepwise | AtOnce) -> Transaction:
    return Transaction(statements, translate, is_sqlite=True)


def _connected(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except (DBAPIError, sqlite3.Error) as error:
        raise translate(error) from error


def _checked(connection: Connection) -> None:
    try:
        quick_check(connection)
    except (DBAPIError, sqlite3.Error) as error:
        raise translate(error) from error


def _checkpoint(connection: Connection, how: Literal["PASSIVE", "TRUNCATE"]) -> None:
    with suppress(DBAPIError, sqlite3.Error), closing(connection.connection.cursor()) as cursor:
        cursor.execute(f"PRAGMA wal_checkpoint({how})")


def _close(writer: Connection) -> None:
    _checkpoint(writer, "TRUNCATE")
    writer.close()


def _tell(error: BaseException) -> None:
    """Raise our error for one of the database's; a broken constraint is the business of whoever wrote."""
    if isinstance(error, DBAPIError) and not isinstance(error.orig, sqlite3.IntegrityError):
        raise translate(error) from error


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
    return _refused(cause, name or type(cause).__name__)


def _refused(cause: BaseException | None, name: str) -> StoreError:
    # Python's driver says so of bytes in a column of text.
    if "decode to UTF-8" in str(cause):
        return DamagedRow("a stored text is none")
    return StoreError(f"the database refused a statement: {cause}", reason=name)
