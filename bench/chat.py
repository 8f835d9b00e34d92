"""One chat turn through an HTTP provider: its time beside a bare pass-through, and the memory it leaves taken."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import aiohttp
import psutil

from bench.asking import Ask, Sides, ask_bare, ask_ours, both_sides, client
from bench.figures import Figure, median
from bench.processes import pss_mib

ROUNDS, TURNS = 5, 40
IDLE_SECONDS = 5


def measure() -> Iterator[Figure]:
    with both_sides("Hello there, how are you?") as sides:
        asyncio.run(_once(sides))
        time.sleep(IDLE_SECONDS)
        yield Figure("memory after one chat, idle", pss_mib(sides.pid), "MiB", goal=100)
        yield from asyncio.run(_latency(sides))


async def _once(sides: Sides) -> None:
    async with client() as session:
        await ask_ours(session, sides, 0)


async def _latency(sides: Sides) -> list[Figure]:
    numbers, process = count(), psutil.Process(sides.pid)
    ours: list[float] = []
    bare: list[float] = []
    synced: list[float] = []
    spent = 0.0
    async with client() as session:
        for _ in range(ROUNDS):
            before = _cpu_seconds(process)
            ours += [await _timed(ask_ours, session, sides, next(numbers)) for _ in range(TURNS)]
            spent += _cpu_seconds(process) - before
            bare += [await _timed(ask_bare, session, sides, next(numbers)) for _ in range(TURNS)]
            synced += await asyncio.to_thread(_commits, sides.folder)
    runs = ROUNDS * TURNS
    mine, yardstick = median(ours) * 1000, median(bare) * 1000
    return [
        Figure("one chat turn, p50 (kept durably)", mine, "ms", yardstick, runs=runs),
        Figure("one chat turn, added by us, p50", mine - yardstick, "ms", goal=8, runs=runs),
        Figure("one chat turn, processor time", spent / runs * 1000, "ms", runs=runs),
        Figure("one synced commit of bare SQLite (a turn waits for two), p50", median(synced) * 1000, "ms"),
    ]


async def _timed(ask: Ask, session: aiohttp.ClientSession, sides: Sides, number: int) -> float:
    since = time.perf_counter()
    await ask(session, sides, number)
    return time.perf_counter() - since


def _commits(folder: Path) -> list[float]:
    """The seconds that commits take on the disk of `folder`, synced as Madang's are."""
    with closing(sqlite3.connect(folder / "yardstick.sqlite3", isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("CREATE TABLE IF NOT EXISTS rows (content TEXT)")
        return [_commit(connection) for _ in range(TURNS)]


def _commit(connection: sqlite3.Connection) -> float:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO rows VALUES (?)", ("x" * 1000,))
    since = time.perf_counter()
    connection.execute("COMMIT")
    return time.perf_counter() - since


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
