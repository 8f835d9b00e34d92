"""Through the chat, each beside a bare pass-through: answers that stream, and turns of many at the same time."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator

import aiohttp

from bench.asking import Ask, Heard, Sides, ask_bare, ask_ours, both_sides, client, stream_bare, stream_ours
from bench.figures import Figure, median

WORDS, STREAMS, ROUNDS = 2000, 100, 3
SHORT, FIRSTS = "Hello there, how are you?", 60
TOGETHER, TURNS = 32, 320

Stream = Callable[[aiohttp.ClientSession, Sides, int], Awaitable[Heard]]


def measure() -> Iterator[Figure]:
    with both_sides(" ".join(f"word{number}" for number in range(WORDS))) as sides:
        yield asyncio.run(_relayed(sides))
    with both_sides(SHORT) as sides:
        yield from asyncio.run(_firsts(sides))
        yield asyncio.run(_turns(sides))


async def _relayed(sides: Sides) -> Figure:
    pairs = [(await rate(stream_ours, sides), await rate(stream_bare, sides)) for _ in range(ROUNDS)]
    ours, bare = (median(side) for side in zip(*pairs, strict=True))
    name = f"{STREAMS} streams at full speed, words relayed"
    return Figure(name, ours, "/s", bare, 0.6, ROUNDS, wants="more")


async def rate(stream: Stream, sides: Sides) -> float:
    """Let many answers stream at once; return the words a second."""
    since = time.perf_counter()
    async with client() as session:
        heard = await asyncio.gather(*(stream(session, sides, number) for number in range(STREAMS)))
    words = sum(one.words for one in heard)
    if words != WORDS * STREAMS:
        raise RuntimeError(f"{words} of {WORDS * STREAMS} words arrived")
    return words / (time.perf_counter() - since)


async def _firsts(sides: Sides) -> list[Figure]:
    async with client() as session:
        await stream_ours(session, sides, 0)
        pairs = [
            (await stream_ours(session, sides, number), await stream_bare(session, sides, number))
            for number in range(FIRSTS)
        ]
    ours, bare = zip(*pairs, strict=True)
    first, bare_first = (median([one.first for one in side]) * 1000 for side in (ours, bare))
    return [
        Figure("first word of a stream, p50", first, "ms", bare_first, runs=FIRSTS),
        Figure("first word of a stream, added by us, p50", first - bare_first, "ms", goal=2, runs=FIRSTS),
    ]


async def _turns(sides: Sides) -> Figure:
    pairs = [(await per_second(ask_ours, sides), await per_second(ask_bare, sides)) for _ in range(ROUNDS)]
    ours, bare = (median(side) for side in zip(*pairs, strict=True))
    return Figure(f"turns of {TOGETHER} at the same time (kept durably)", ours, "/s", bare, runs=ROUNDS, wants="more")


async def per_second(ask: Ask, sides: Sides) -> float:
    """Ask from many places at once; return the answers a second."""
    numbers = iter(range(TURNS))

    async def go_on(session: aiohttp.ClientSession) -> None:
        for number in numbers:
            await ask(session, sides, number)

    since = time.perf_counter()
    async with client() as session:
        await asyncio.gather(*(go_on(session) for _ in range(TOGETHER)))
    return TURNS / (time.perf_counter() - since)
