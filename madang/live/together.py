"""Run the parts of one open connection side by side, until the first of them ends."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def until_first_ends(*parts: Coroutine[Any, Any, T]) -> T:
    """Return what the first part to end returned, or raise what it raised; the others are ended before that."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return next(task for task in tasks if task in done).result()


async def until_false(question: Callable[[], bool], every_seconds: float) -> None:
    """Ask again and again, and return when the answer is no."""
    while question():  # noqa: ASYNC110  a session ends by the clock as well, which sets no event
        await asyncio.sleep(every_seconds)
