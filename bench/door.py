"""Through `/v1`: completions and streams beside a bare pass-through, kept answers beside a constant one."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace

from bench.asking import (
    Ask,
    Sides,
    ask_bare_whole,
    ask_door,
    ask_door_again,
    both_sides,
    client,
    stream_bare,
    stream_door,
)
from bench.figures import Figure, median
from bench.processes import free_port, started, until_listens
from bench.streams import FIRSTS, ROUNDS, SHORT, STREAMS, TOGETHER, WORDS, per_second, rate

CALLS = 100


def measure() -> Iterator[Figure]:
    with both_sides(SHORT) as sides:
        yield asyncio.run(_alone(sides))
        yield asyncio.run(_first(sides))
        yield asyncio.run(_together("completions through /v1", ask_door, sides, sides, 0.5))
        constant = free_port()
        with started("bench.yardsticks.constant", str(constant)):
            until_listens(constant)
            asyncio.run(_once(sides))
            beside = replace(sides, bare=constant)
            yield asyncio.run(_together("kept answers through /v1", ask_door_again, sides, beside, 1 / 3))
    with both_sides(" ".join(f"word{number}" for number in range(WORDS))) as sides:
        yield asyncio.run(_relayed(sides))


async def _once(sides: Sides) -> None:
    async with client() as session:
        await ask_door_again(session, sides, 0)


async def _alone(sides: Sides) -> Figure:
    ours: list[float] = []
    bare: list[float] = []
    async with client() as session:
        for _ in range(ROUNDS):
            for ask, taken in ((ask_door, ours), (ask_bare_whole, bare)):
                for number in range(CALLS):
                    since = time.perf_counter()
                    await ask(session, sides, number)
                    taken.append(time.perf_counter() - since)
    mine, yardstick = median(ours) * 1000, median(bare) * 1000
    return Figure("completion through /v1, p50", mine, "ms", yardstick, 2, ROUNDS * CALLS)


async def _first(sides: Sides) -> Figure:
    async with client() as session:
        pairs = [
            (await stream_door(session, sides, number), await stream_bare(session, sides, number))
            for number in range(FIRSTS)
        ]
    ours, bare = (median([one.first for one in side]) * 1000 for side in zip(*pairs, strict=True))
    return Figure("first word of a stream through /v1, added by us, p50", ours - bare, "ms", goal=2, runs=FIRSTS)


async def _together(what: str, ask: Ask, sides: Sides, beside: Sides, goal: float) -> Figure:
    pairs = [(await per_second(ask, sides), await per_second(ask_bare_whole, beside)) for _ in range(ROUNDS)]
    ours, bare = (median(side) for side in zip(*pairs, strict=True))
    return Figure(f"{what}, {TOGETHER} at the same time", ours, "/s", bare, goal, ROUNDS, wants="more")


async def _relayed(sides: Sides) -> Figure:
    pairs = [(await rate(stream_door, sides), await rate(stream_bare, sides)) for _ in range(ROUNDS)]
    ours, bare = (median(side) for side in zip(*pairs, strict=True))
    name = f"{STREAMS} streams through /v1 at full speed, words relayed"
    return Figure(name, ours, "/s", bare, 0.6, ROUNDS, wants="more")
