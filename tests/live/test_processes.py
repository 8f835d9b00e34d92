"""What holds over the end of a process, and between processes on one PostgreSQL."""

import asyncio
import random
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import psycopg

from madang.clock import Clock
from madang.db.database import Database
from madang.live.journal import Journal

WRITER = Path(__file__).with_name("writer.py")
STREAM = "conversation:1"


async def writer(url: str) -> Process:
    process = await asyncio.create_subprocess_exec(sys.executable, str(WRITER), url, STREAM, stdout=PIPE)
    assert process.stdout is not None
    await process.stdout.readline()
    return process


async def killed(process: Process) -> set[int]:
    """End the process as a power cut would, and return the numbers it had acknowledged."""
    process.kill()
    output, _ = await process.communicate()
    return {int(line) for line in output.decode().split("\n")[:-1]}


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Journal]:
    database = Database.open(url)
    await database.start()
    journal = Journal(database, Clock())
    await journal.start()
    yield journal
    await journal.stop()
    await database.stop()


async def stored(journal: Journal) -> list[int]:
    last = await journal.last_number(STREAM)
    found: list[int] = []
    async with asyncio.timeout(20), aclosing(journal.follow(STREAM, 0)) as following:
        async for event in following:
            found.append(event.number)
            if event.number == last:
                break
    return found


async def test_CRASH_01_what_was_acknowledged_survives_kill_9(database_url: str, chance: random.Random) -> None:
    acknowledged: set[int] = set()
    for _ in range(4):
        process = await writer(database_url)
        await asyncio.sleep(chance.uniform(0.02, 0.3))
        acknowledged |= await killed(process)
        async with opened(database_url) as journal:
            kept = await stored(journal)
        assert kept == list(range(1, len(kept) + 1))
        assert acknowledged <= set(kept)


async def test_two_processes_on_one_postgresql_share_a_stream(postgres_url: str) -> None:
    async with opened(postgres_url) as journal:
        await journal.append(STREAM, "turn.accepted", {})
        async with asyncio.timeout(30), aclosing(journal.follow(STREAM, 0)) as following:
            found = [(await anext(following)).number]
            process = await writer(postgres_url)
            mine = asyncio.create_task(append_slowly(journal))
            # The follower reads while both processes write.
            while not mine.done() or found[-1] < mine.result():
                found.append((await anext(following)).number)
            await killed(process)
    assert found == list(range(1, len(found) + 1))


async def append_slowly(journal: Journal) -> int:
    for _ in range(40):
        event = await journal.append(STREAM, "turn.delta", {"from": "here"})
    return event.number


async def test_a_lost_connection_to_postgresql_loses_and_doubles_nothing(postgres_url: str) -> None:
    async with opened(postgres_url) as here, opened(postgres_url) as there, aclosing(here.follow(STREAM, 0)) as events:
        await there.append(STREAM, "turn.delta", {})
        found = [(await anext(events)).number]
        await end_every_connection(postgres_url)
        for _ in range(5):
            await there.append(STREAM, "turn.delta", {})
        async with asyncio.timeout(30):
            found += [(await anext(events)).number for _ in range(5)]
    assert found == [1, 2, 3, 4, 5, 6]


async def end_every_connection(url: str) -> None:
    statement = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(statement)
