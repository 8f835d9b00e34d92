"""Who breaks things: kills, gentle ends, a full disk, a spoilt cache, a database that hangs up."""

import asyncio
import random
from contextlib import suppress

import psycopg

from soak.errors import hold
from soak.line import Line, LineLost
from soak.oracle import check_recovered, check_rest
from soak.promises import Promises
from soak.server import House

_LOOK_AT_REST = 0.2
_HANG_UP = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class Weather:
    """Breaks one house."""

    def __init__(self, house: House, promises: Promises, chance: random.Random, line: Line) -> None:
        self._house = house
        self._promises = promises
        self._chance = chance
        self._line = line

    async def live(self, seconds: float) -> None:
        """Let the house in, let it run for so long, and end it with whatever happens meanwhile."""
        house, chance = self._house, self._chance
        house.is_open.set()
        if chance.random() < 0.25:
            self.spoil_cache()
        if house.database_url and chance.random() < 0.15:
            await self.hang_up()
        is_full = chance.random() < 0.12
        if is_full:
            await asyncio.sleep(seconds / 2)
            await self.fill()
        await asyncio.sleep(seconds)
        if chance.random() < 0.12:
            house.place.free(house.pid)
            await house.end()
        else:
            house.kill()
        await self._come_back(is_full)

    async def calm(self) -> None:
        """One thing that a house survives without a start."""
        deed = self._chance.choice((self._fill_for_a_while, self._spoil, self.hang_up))
        await deed()

    async def fill(self) -> None:
        """Fill the disk, and see that reading goes on and a refusal says why."""
        house = self._house
        await asyncio.to_thread(house.place.fill, house.pid)
        house.counts["full disks"] += 1
        with suppress(LineLost):
            status, found = await self._line.ask("GET", "/api/chat/conversations")
            hold(status in {200, 503}, "nothing can be read from a full disk", status, found)
            status, found = await self._line.ask("PUT", "/api/chat/drafts/new", {"content": "x" * 200_000})
            hold(status in {200, 503, 507}, "a full disk is refused in other words", status, found)
            house.counts[f"writes on a full disk answered {status}"] += 1

    async def hang_up(self) -> None:
        """End every connection to PostgreSQL."""
        if url := self._house.database_url:
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                await connection.execute(_HANG_UP)
            self._house.counts["hang-ups of the database"] += 1

    def spoil_cache(self) -> None:
        """Write noise over the kept answers."""
        folder = self._house.place.folder / "cache"
        for path in folder.glob("**/*"):
            with suppress(OSError):
                if path.is_file() and self._chance.random() < 0.7:
                    with path.open("r+b") as file:
                        file.seek(self._chance.randrange(max(1, path.stat().st_size)))
                        file.write(self._chance.randbytes(self._chance.choice((1, 64, 5000))))
        self._house.counts["spoilt caches"] += 1

    async def _spoil(self) -> None:
        self.spoil_cache()

    async def _fill_for_a_while(self) -> None:
        await self.fill()
        await asyncio.sleep(self._chance.uniform(0.5, 4))
        self._house.place.free(self._house.pid)

    async def _come_back(self, is_full: bool) -> None:
        house, chance = self._house, self._chance
        if chance.random() < _LOOK_AT_REST:
            await asyncio.to_thread(check_rest, house, self._promises)
            house.counts["looks at rest"] += 1
        while chance.random() < 0.3:
            await house.kill_while_starting(chance.uniform(0.1, 1.5))
        if is_full and chance.random() < 0.5:
            # A start that has no room may fail; the next one must not.
            await house.kill_while_starting(5)
        house.place.free(None)
        await house.start_at_last()
        await asyncio.to_thread(check_recovered, house, self._promises)
        house.counts["looks after a start"] += 1
