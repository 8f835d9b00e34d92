"""A place among several processes: renewed, lost, taken away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from madang.db.database import Database
from madang.db.errors import LeaseLost
from madang.db.lease import Lease
from madang.db.schema import processes

SOON, NEVER = 0.02, 3600.0
on_postgresql = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


@asynccontextmanager
async def leased(database: Database, folder: Path, renew_seconds: float = SOON) -> AsyncIterator[Lease]:
    folder.mkdir(exist_ok=True)
    lease = Lease(database, folder, timedelta(seconds=60), renew_seconds)
    await lease.start()
    yield lease
    await lease.stop()


async def places(database: Database) -> set[str]:
    async with database.read() as tx:
        return set((await tx.execute(select(processes.c.id))).scalars())


async def run_out(database: Database, id: str | None) -> None:
    """Let a lease end, as when its process has not renewed it for a minute."""
    async with database.write() as tx:
        await tx.execute(text("UPDATE processes SET alive_until = alive_until - 61000000 WHERE id = :id"), {"id": id})


async def renewed(lease: Lease, times: int = 2) -> None:
    """Wait until the lease has been renewed so often."""
    seen: asyncio.Queue[None] = asyncio.Queue()

    async def see() -> None:
        seen.put_nowait(None)

    lease.now_and_then(see)
    async with asyncio.timeout(30):
        for _ in range(times):
            await seen.get()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_alone_there_is_no_lease_and_nothing_is_written(database: Database, tmp_path: Path) -> None:
    async with leased(database, tmp_path / "a") as lease, database.write() as tx:
        assert lease.id is None
        await lease.hold(tx, lease.id)
    assert await places(database) == set()
    assert list((tmp_path / "a").iterdir()) == []


@on_postgresql
async def test_those_at_work_keep_their_places_until_they_leave(database: Database, tmp_path: Path) -> None:
    async with leased(database, tmp_path / "a") as one:
        async with leased(database, tmp_path / "b") as two:
            await renewed(one)
            await renewed(two)
            assert await places(database) == {one.id, two.id}
        assert await places(database) == {one.id}
    assert await places(database) == set()


@on_postgresql
async def test_who_does_not_renew_loses_the_place_and_comes_back_under_another(
    database: Database, tmp_path: Path
) -> None:
    async with leased(database, tmp_path / "a", NEVER) as asleep, leased(database, tmp_path / "b") as awake:
        await run_out(database, asleep.id)
        await renewed(awake)
        assert await places(database) == {awake.id}
        with pytest.raises(LeaseLost):
            async with database.write() as tx:
                await asleep.hold(tx, asleep.id)
    async with leased(database, tmp_path / "a") as woken:
        lost: list[str | None] = []
        woken.when_lost(lambda: lost.append(woken.id))
        before = woken.id
        async with database.write() as tx:
            await tx.execute(text("DELETE FROM processes"))
        await renewed(woken)
        assert lost == [before]
        assert await places(database) == {woken.id} != {before}


@on_postgresql
async def test_a_place_that_is_held_is_not_taken_before_the_end_of_the_transaction(
    database: Database, tmp_path: Path
) -> None:
    async with leased(database, tmp_path / "a", NEVER) as asleep, leased(database, tmp_path / "b") as awake:
        async with database.write() as tx:
            await asleep.hold(tx, asleep.id)
            await run_out(database, asleep.id)
            await renewed(awake)
            assert await places(database) == {asleep.id, awake.id}
        await renewed(awake)
        assert await places(database) == {awake.id}


@on_postgresql
async def test_the_next_process_of_a_data_folder_takes_the_last_ones_place_away(
    database: Database, tmp_path: Path
) -> None:
    async with leased(database, tmp_path / "a", NEVER) as killed, leased(database, tmp_path / "a", NEVER) as started:
        assert await places(database) == {started.id} != {killed.id}
