"""One transaction as the stores see it: run statements, and say what happens once they are committed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlalchemy import CursorResult, Executable, Table, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from madang.db.errors import StoreBusy
from madang.db.news import CHANNEL
from madang.errors import MadangError

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

# Longer than any transaction here takes, so whoever waits longer waits for something that never comes.
WAIT_SECONDS = 30
# The whole process has ten to stop in.
DRAIN_SECONDS = 5

T = TypeVar("T")
Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]
Translate = Callable[[BaseException], MadangError]


class Statements(Protocol):
    """The way to a connection: by a thread, within one, or over the wire."""

    async def execute(self, statement: Executable, parameters: Parameters | None) -> CursorResult[Any]: ...

    async def run_sync(self, work: Callable[..., T], *arguments: Any) -> T: ...


async def to_the_end(step: Awaitable[T]) -> T:
    """Run `step` to its end even when the caller is cancelled, and then let the cancellation go on.

    A database connection that is left in the middle of a step is good for nothing afterwards.
    """
    task = asyncio.ensure_future(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        if not task.cancelled():
            task.exception()
        raise


@asynccontextmanager
async def in_turn(places: asyncio.Lock | asyncio.Semaphore) -> AsyncIterator[None]:
    """Hold one of `places`. Raises `StoreBusy` after 30 seconds: a block inside a block waits for itself."""
    try:
        async with asyncio.timeout(WAIT_SECONDS) if places.locked() else nullcontext():
            await places.acquire()
    except TimeoutError:
        raise StoreBusy("other transactions took too long", waited_seconds=WAIT_SECONDS) from None
    try:
        yield
    finally:
        places.release()


async def drained(places: asyncio.Semaphore, count: int) -> None:
    """Wait until all `count` places are free, 5 seconds at most, and keep none of them."""
    async with AsyncExitStack() as stack:
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                for _ in range(count):
                    await stack.enter_async_context(places)


class Transaction:
    """A transaction under way. It is made by `Database`. `is_sqlite` is for the rare statement that differs."""

    def __init__(self, statements: Statements, translate: Translate, *, is_sqlite: bool, sender: str = "") -> None:
        self.is_sqlite = is_sqlite
        self._statements = statements
        self._sender = sender
        self._translate = translate
        self._callbacks: list[Callable[[], None]] = []

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> CursorResult[Any]:
        """Run one statement and return its rows, already fetched.

        Raises `sqlalchemy.exc.IntegrityError` for a broken constraint, `OutOfSpace` for a full disk and the
        errors of `madang.db.errors` for the rest.
        """
        try:
            return await self._statements.execute(statement, parameters)
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise self._translate(error) from error

    async def run_sync(self, work: Callable[..., T], *arguments: Any) -> T:
        """Run `work(connection, *arguments)`, written for SQLAlchemy's synchronous `Connection`."""
        try:
            return await self._statements.run_sync(work, *arguments)
        except DBAPIError as error:
            raise self._translate(error) from error

    def insert(self, table: Table) -> "sqlite.Insert | postgresql.Insert":
        """Return an insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
        # Each dialect takes time to load, and a process speaks one.
        if self.is_sqlite:
            from sqlalchemy.dialects.sqlite import insert

            return insert(table)
        from sqlalchemy.dialects.postgresql import insert as insert_there

        return insert_there(table)

    async def lock(self, name: str) -> None:
        """Wait until no other writing transaction holds `name`. SQLite has one writer, so it is at once there."""
        if not self.is_sqlite:
            await self.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))

    async def tell_others(self, topic: str, about: str = "") -> None:
        """Tell the other processes on this database, once this is committed. On SQLite there are none."""
        if not self.is_sqlite:
            await self.execute(select(func.pg_notify(CHANNEL, f"{self._sender} {topic} {about}")))

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call `callback` right after the commit, in the order given; never if the transaction is rolled back."""
        self._callbacks.append(callback)

    def committed(self) -> None:
        """Run what waits for the commit. Only the database calls this."""
        for callback in self._callbacks:
            callback()


Work = Callable[[Transaction], Coroutine[Any, Any, T]]
