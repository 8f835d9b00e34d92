"""Threads that work on SQLite connections: a whole transaction in one go, or one statement after the other."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Executable

from madang.db.transaction import Parameters, to_the_end

T = TypeVar("T")


class Lane:
    """A few threads. What begins in one of them runs to its end, also when the caller is cancelled."""

    def __init__(self, name: str, threads: int) -> None:
        self._name, self._count = name, threads
        self._threads: ThreadPoolExecutor | None = None

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Return what `work(*arguments)` returns, or raise what it raises."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._count, thread_name_prefix=self._name)
        return await to_the_end(asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments))

    def close(self) -> None:
        """End the threads when they have done what was given to them."""
        if self._threads:
            self._threads.shutdown(wait=False)
        self._threads = None


class Stepwise:
    """Statements of a transaction whose block runs on the event loop: each takes its own way to the thread."""

    def __init__(self, connection: Connection, lane: Lane) -> None:
        self._connection = connection
        self._lane = lane

    async def execute(self, statement: Executable, parameters: Parameters | None) -> CursorResult[Any]:
        return await self._lane.run(self._connection.execute, statement, parameters)

    async def run_sync(self, work: Callable[..., T], *arguments: Any) -> T:
        return await self._lane.run(work, self._connection, *arguments)


class AtOnce:
    """Statements of a transaction whose work runs in the thread itself: none of them waits for anything."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def execute(self, statement: Executable, parameters: Parameters | None) -> CursorResult[Any]:
        return self._connection.execute(statement, parameters)

    async def run_sync(self, work: Callable[..., T], *arguments: Any) -> T:
        return work(self._connection, *arguments)


def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never has to wait, and return its result. Raises `RuntimeError` for one that waits."""
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    work.close()
    raise RuntimeError("the work of a transaction waited for something else than its statements")
