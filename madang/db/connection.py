"""Connections to the SQLite file: how they are set up, and how their transactions begin."""

import sqlite3
from collections import deque
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event

READERS = 4
BUSY_TIMEOUT_MS = 5000
CHECKPOINT_PAGES = 1000

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


def writing_engine(path: Path) -> Engine:
    """Return the engine of the one connection that writes and checkpoints."""
    engine = _engine(path, (*_SHARED, *_WRITER), connections=1)
    event.listen(engine, "begin", _begin_writing)
    return engine


def reading_engine(path: Path) -> Engine:
    """Return the engine of the connections that see one snapshot each and cannot write."""
    engine = _engine(path, (*_SHARED, *_READER), connections=READERS)
    event.listen(engine, "begin", _begin_reading)
    return engine


def begin(connection: Connection, durable: bool) -> None:
    """Begin to write; a durable commit waits for the disk."""
    connection.info["synchronous"] = "FULL" if durable else "NORMAL"
    connection.begin()


class WholeCursor(sqlite3.Cursor):
    """A cursor that has fetched all rows when its statement returns, so that reading them touches no file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._rows: deque[Any] = deque()

    def execute(self, *arguments: Any) -> "WholeCursor":
        super().execute(*arguments)
        # A statement that returns rows has done its work only when the last of them is fetched.
        self._rows = deque(super().fetchall() if self.description else ())
        return self

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        return [self._rows.popleft() for _ in range(min(size or self.arraysize, len(self._rows)))]

    def fetchall(self) -> list[Any]:
        rows, self._rows = list(self._rows), deque()
        return rows


class WholeConnection(sqlite3.Connection):
    """A connection whose cursors fetch all rows at once."""

    def cursor(self, factory: Any = WholeCursor) -> Any:
        return super().cursor(factory)


def _engine(path: Path, pragmas: tuple[str, ...], connections: int) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        # The driver must not begin or end transactions by itself. A reader's connection
        # is used by one thread at a time, and not always by the same.
        connect_args={"isolation_level": None, "check_same_thread": False, "factory": WholeConnection},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        try:
            for pragma in pragmas:
                connection.execute(pragma)
        except sqlite3.Error:
            connection.close()
            raise

    return engine


def _begin_writing(connection: Connection) -> None:
    wanted = connection.info.get("synchronous", "FULL")
    if connection.info.get("synchronous_set", "FULL") != wanted:
        connection.exec_driver_sql(f"PRAGMA synchronous={wanted}")
        connection.info["synchronous_set"] = wanted
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
