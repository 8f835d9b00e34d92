"""PostgreSQL: a pool of connections, snapshots for reading, and news between processes by LISTEN and NOTIFY."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from loguru import logger
from sqlalchemy import URL, CursorResult, Executable, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from madang.db.errors import ReadOnlyDatabase, StoreBusy, StoreError, StoreUnavailable, UnsupportedDatabase
from madang.db.transaction import WAIT_SECONDS, Parameters, Transaction, Work, drained, in_turn, to_the_end
from madang.errors import BadRequest, MadangError, OutOfSpace
from madang.ids import new_id

T = TypeVar("T")

POOL = 12
OLDEST = 14
CONNECT_TIMEOUT_SECONDS = 10
RECONNECT_SECONDS = 1

# A connection whose other end is gone without a word is given up after half a minute.
_PATIENCE: dict[str, Any] = {
    "connect_timeout": CONNECT_TIMEOUT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
}
# A process that is suspended inside a transaction must not keep its locks from the others.
_OPTIONS = f"-c lock_timeout={WAIT_SECONDS}s -c idle_in_transaction_session_timeout=10s"

_ABOUT = text(
    "SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding"
)


class Postgresql:
    """The PostgreSQL side of `Database`. `name` is what this process signs its news to others with."""

    is_sqlite = False

    def __init__(self, url: URL, oldest: int = OLDEST) -> None:
        self._oldest = oldest
        self._url = url.set(drivername="postgresql+psycopg")
        self._engine = create_async_engine(
            self._url,
            pool_size=POOL,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={
                **_PATIENCE,
                "client_encoding": "utf8",
                "options": f"{_OPTIONS} {self._url.query.get('options', '')}",
            },
        )
        self._is_open = False
        self.name = new_id()
        self._places = asyncio.Semaphore(POOL)
        self._snapshots = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    async def start(self) -> None:
        """Make sure that the server answers and can be used. Raises `StoreUnavailable` and `UnsupportedDatabase`."""
        self._is_open = True
        try:
            async with self.read() as transaction:
                about = (await transaction.execute(_ABOUT)).one()
        except StoreUnavailable as error:
            raise StoreUnavailable(f"{error.message}: {_in_its_words(error)}", **error.details) from error
        if about.version < self._oldest * 10_000:
            words = f"PostgreSQL {about.version // 10_000} is too old: Madang needs {self._oldest} or later"
            raise UnsupportedDatabase(words, found=about.version // 10_000, needed=self._oldest)
        if about.encoding != "UTF8":
            words = (
                f"the database keeps text as {about.encoding}, which has no room for every language: it must be UTF8"
            )
            raise UnsupportedDatabase(words, encoding=about.encoding)

    async def stop(self) -> None:
        """Let those finish who are reading or writing, and close every connection."""
        self._is_open = False
        await drained(self._places, POOL)
        await self._engine.dispose()

    @asynccontextmanager
    async def write(self, durable: bool) -> AsyncIterator[Transaction]:
        """Yield a writing transaction; a commit that is not durable does not wait for the server's disk."""
        async with self._place(), _connection(self._engine) as connection:
            transaction = self._transaction(connection)
            if not durable:
                await transaction.execute(text("SET LOCAL synchronous_commit = off"))
            yield transaction
            await to_the_end(_commit(connection, transaction))

    async def run_write(self, work: Work[T], durable: bool) -> T:
        """Do `work` in a writing transaction."""
        async with self.write(durable) as transaction:
            return await work(transaction)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Yield a transaction that sees one snapshot and cannot write."""
        async with self._place(), _connection(self._snapshots) as connection:
            yield self._transaction(connection)

    async def run_read(self, work: Work[T]) -> T:
        """Do `work` in a transaction that sees one snapshot."""
        async with self.read() as transaction:
            return await work(transaction)

    def _transaction(self, connection: AsyncConnection) -> Transaction:
        return Transaction(_ToTheEnd(connection), translate, is_sqlite=False, sender=self.name)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        async with in_turn(self._places):
            if not self._is_open:
                raise StoreUnavailable("the database is closed")
            yield

    async def listen(self, channel: str) -> AsyncGenerator[str, None]:
        """Yield what any process notifies on `channel`, and "" whenever news may have been missed."""
        from psycopg import AsyncConnection as Listener
        from psycopg import Error
        from psycopg.sql import SQL, Identifier

        address = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            try:
                async with await Listener.connect(address, autocommit=True, **_PATIENCE) as listener:
                    await listener.execute(SQL("LISTEN {}").format(Identifier(channel)))
                    yield ""
                    async for news in listener.notifies():
                        yield news.payload
            except Error as error:
                logger.warning("db: nothing is heard of other processes until the database answers again: {}", error)
                await asyncio.sleep(RECONNECT_SECONDS)


class _ToTheEnd:
    """Statements over the wire. Each runs to its end, also when the caller is cancelled."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def execute(self, statement: Executable, parameters: Parameters | None) -> CursorResult[Any]:
        return await to_the_end(self._connection.execute(statement, parameters))

    async def run_sync(self, work: Callable[..., T], *arguments: Any) -> T:
        return await to_the_end(self._connection.run_sync(work, *arguments))


@asynccontextmanager
async def _connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    try:
        connection = await _taken(engine)
    except DBAPIError as error:
        raise translate(error) from error
    try:
        yield connection
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise translate(error) from error
    finally:
        await to_the_end(_let_go(connection))


async def _let_go(connection: AsyncConnection) -> None:
    """Give a connection back to its pool; closing rolls back whatever was not committed."""
    # A server that has hung up has rolled back with that, and what was read before is as good as it was.
    with suppress(DBAPIError):
        await connection.close()


async def _taken(engine: AsyncEngine) -> AsyncConnection:
    """Return an open connection of the engine's pool; one who is cancelled meanwhile leaves none behind."""
    opening = asyncio.ensure_future(_opened(engine))
    try:
        return await to_the_end(opening)
    except asyncio.CancelledError:
        if not opening.cancelled() and not opening.exception():
            await to_the_end(_let_go(opening.result()))
        raise


async def _opened(engine: AsyncEngine) -> AsyncConnection:
    return await engine.connect()


def _in_its_words(error: MadangError) -> str:
    """What the server, or the library that speaks to it, said: it names hosts and users, and never a password."""
    cause = error.__cause__
    return " ".join(str(cause.orig if isinstance(cause, DBAPIError) else cause).split())


async def _commit(connection: AsyncConnection, transaction: Transaction) -> None:
    await connection.commit()
    transaction.committed()


def translate(error: BaseException) -> MadangError:
    """Return our error for what the server said. Codes: PostgreSQL manual, appendix A."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = str(getattr(cause, "sqlstate", None) or "")
    import psycopg

    if state == "53100":
        return OutOfSpace("the database server's disk is full, nothing new can be stored")
    if state == "25006":
        return ReadOnlyDatabase("the database cannot be written to", reason=state)
    # Class 40 is a deadlock or a serialization failure, 55 a lock that was not to be had.
    if state[:2] in {"40", "55"}:
        return StoreBusy("others were writing the same rows", reason=state)
    if isinstance(cause, psycopg.DataError):
        return BadRequest("a value cannot be stored as it is", reason=state or "characters")
    if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return StoreUnavailable("the database does not answer", reason=state or type(cause).__name__)
    return StoreError(f"the database refused a statement: {cause}", reason=state or type(cause).__name__)
