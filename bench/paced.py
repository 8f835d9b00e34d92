"""LOAD-02: a hundred answers at fifty words a second, and how much later words come than through a pass-through."""

import asyncio
import statistics
import time
from collections.abc import Callable, Coroutine, Iterator

import aiohttp

from bench.asking import Heard, Note, Sides, client, sides_before, stream_bare, stream_door, stream_ours
from bench.figures import Figure
from bench.processes import free_port, started, until_listens
from bench.yardsticks.ticking import PER_SECOND, WORDS

STREAMS, GOAL_MS = 100, 150

Stream = Callable[[aiohttp.ClientSession, Sides, int, Note | None], Coroutine[None, None, Heard]]


def measure() -> Iterator[Figure]:
    port = free_port()
    with started("bench.yardsticks.ticking", str(port)):
        until_listens(port)
        with sides_before(f"http://127.0.0.1:{port}/v1") as sides:
            bare = asyncio.run(_delays(stream_bare, sides))
            for way, stream in (("/v1", stream_door), ("the chat", stream_ours)):
                yield from _figures(way, asyncio.run(_delays(stream, sides)), bare)


def _figures(way: str, ours: list[float], bare: list[float]) -> Iterator[Figure]:
    what = f"LOAD-02: {STREAMS} streams at {PER_SECOND} words a second through {way}"
    yield Figure(f"{what}, added to a word, p99", _p99(ours) - _p99(bare), "ms", goal=GOAL_MS, runs=len(ours))
    yield Figure(f"{what}, words lost", STREAMS * WORDS - len(ours), "", goal=0)


async def _delays(stream: Stream, sides: Sides) -> list[float]:
    """Return how many milliseconds each word was on its way: it is the time at which the provider sent it."""
    taken: list[float] = []

    def note(text: str) -> None:
        now = time.monotonic_ns()
        taken.extend((now - int(word)) / 1e6 for word in text.split())

    async with client() as session:
        await asyncio.gather(*(stream(session, sides, number, note) for number in range(STREAMS)))
    return taken


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]
