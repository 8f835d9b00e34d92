"""The door to the store: `write()` and `read()` mean the same on SQLite and on PostgreSQL."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from madang.db.errors import UnsupportedDatabase
from madang.db.migrate import migrate
from madang.db.news import CHANNEL, Hear, News, Refresh
from madang.db.postgresql import Postgresql
from madang.db.sqlite import Sqlite
from madang.db.transaction import Transaction, Work

T = TypeVar("T")

FILE_NAME = "madang.sqlite3"


class Database:
    """One database, of either kind, migrated and open between `start()` and `stop()`."""

    def __init__(self, engine: Sqlite | Postgresql) -> None:
        self._engine = engine
        self._news = News(engine.name) if isinstance(engine, Postgresql) else None

    @classmethod
    def open(cls, where: str | Path) -> Self:
        """Return the database at a file's path, a `sqlite:///` URL or a `postgresql://` URL. Nothing is read yet.

        Raises `UnsupportedDatabase` for an address of another kind.
        """
        if isinstance(where, Path) or "://" not in where:
            return cls(Sqlite(Path(where)))
        url = _read(where.replace("postgres://", "postgresql://", 1))
        kind = url.drivername.partition("+")[0]
        if kind == "sqlite":
            return cls(Sqlite(Path(url.database or FILE_NAME)))
        if kind != "postgresql":
            raise UnsupportedDatabase(f"DATABASE_URL names {kind!r}: only sqlite and postgresql are known", kind=kind)
        return cls(Postgresql(url))

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite, where exactly one process works on the file."""
        return self._engine.is_sqlite

    async def start(self) -> None:
        """Check, open and migrate.

        Raises `DamagedDatabase`, `NewerDatabase`, `UnsupportedDatabase`, `StoreUnavailable` and `OutOfSpace`.
        """
        try:
            await self._engine.start()
            await migrate(self._engine)
            if self._news and isinstance(self._engine, Postgresql):
                self._news.start(self._engine.listen(CHANNEL))
        except BaseException:
            await self._engine.stop()
            raise

    async def stop(self) -> None:
        """Finish and close."""
        if self._news:
            await self._news.stop()
        await self._engine.stop()

    def write(self, durable: bool = True) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction that commits when its block ends well and rolls back otherwise.

        On SQLite there is one at a time. `durable=False` survives the end of the process, and may lose the last
        moments in a power cut: for text that streams in, never for a promise.
        """
        return self._engine.write(durable)

    def read(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction that sees one snapshot from its first statement on, and cannot write."""
        return self._engine.read()

    async def run_write(self, work: Work[T], durable: bool = True) -> T:
        """Commit what `work(transaction)` writes, or roll it back where that raises; return what it returns.

        Like `write()`, and much quicker on SQLite, where all statements run in one go in the writer's thread. So
        `work` may await the transaction alone, and leaves to `after_commit` what changes anything but the database.
        """
        return await self._engine.run_write(work, durable)

    async def run_read(self, work: Work[T]) -> T:
        """Return what `work(transaction)` finds in one snapshot; `work` runs elsewhere, as with `run_write`."""
        return await self._engine.run_read(work)

    async def integrity(self) -> str | None:
        """Return the first thing that is wrong with the SQLite file, or "ok"; `None` where a server keeps the data."""
        return await self._engine.integrity() if isinstance(self._engine, Sqlite) else None

    def hear(self, topic: str, hear: Hear) -> None:
        """Call `hear` with what other processes tell about `topic`; "" says that something may have been missed."""
        if self._news:
            self._news.hear(topic, hear)

    def refresh_on(self, topic: str, refresh: Refresh) -> None:
        """Await `refresh` soon after other processes told something about `topic`, or may have; see `News`."""
        if self._news:
            self._news.refresh_on(topic, refresh)


def _read(address: str) -> URL:
    try:
        return make_url(address)
    except (ArgumentError, ValueError):
        # The address is not repeated: it may hold a password.
        raise UnsupportedDatabase("DATABASE_URL is not an address such as postgresql://user@host/madang") from None
