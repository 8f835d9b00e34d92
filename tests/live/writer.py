"""A process that appends to a journal and prints each number once it is acknowledged: `python writer.py URL STREAM`."""

import asyncio
import sys

from madang.clock import Clock
from madang.db.database import Database
from madang.live.journal import Journal


async def append_for_ever(journal: Journal, stream: str, name: int) -> None:
    count = 0
    while True:
        event = await journal.append(stream, "turn.delta", {"name": name, "count": count})
        sys.stdout.write(f"{event.number}\n")
        sys.stdout.flush()
        count += 1


async def main(url: str, stream: str) -> None:
    database = Database.open(url)
    await database.start()
    journal = Journal(database, Clock())
    await journal.start()
    await asyncio.gather(*(append_for_ever(journal, stream, name) for name in range(4)))


asyncio.run(main(*sys.argv[1:3]))
