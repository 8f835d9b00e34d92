"""What only SQLite needs: who checkpoints, whose file it is, a full disk, a damaged file."""

import asyncio
import os
import resource
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from madang.db.database import Database
from madang.db.errors import DamagedDatabase
from madang.db.schema import meta
from madang.db.transaction import Transaction
from madang.errors import OutOfSpace


async def started(path: Path) -> Database:
    database = Database.open(path)
    await database.start()
    return database


async def fill(database: Database, rows: int, size: int = 2000) -> None:
    async with database.write() as transaction:
        for number in range(rows):
            await transaction.execute(insert(meta).values(key=f"{number}", value="가" * size))


async def pragma(database: Database, name: str, writing: bool) -> object:
    async with database.write() if writing else database.read() as transaction:
        return (await transaction.execute(text(f"PRAGMA {name}"))).scalar_one()


@pytest.mark.parametrize(
    ("name", "for_writer", "for_reader"),
    [
        ("journal_mode", "wal", "wal"),
        ("wal_autocheckpoint", 1000, 0),
        ("query_only", 0, 1),
        ("foreign_keys", 1, 1),
        ("trusted_schema", 0, 0),
        ("busy_timeout", 5000, 5000),
        ("mmap_size", 0, 0),
    ],
)
async def test_connections_are_set_up(tmp_path: Path, name: str, for_writer: object, for_reader: object) -> None:
    database = await started(tmp_path / "madang.sqlite3")
    assert await pragma(database, name, writing=True) == for_writer
    assert await pragma(database, name, writing=False) == for_reader
    await database.stop()


async def test_only_a_durable_write_waits_for_the_disk(tmp_path: Path) -> None:
    database = await started(tmp_path / "madang.sqlite3")
    for durable, level in ((True, 2), (False, 1), (False, 1), (True, 2)):
        async with database.write(durable=durable) as transaction:
            assert (await transaction.execute(text("PRAGMA synchronous"))).scalar_one() == level
    await database.stop()


async def test_SEC_06_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        database = await started(tmp_path / "madang.sqlite3")
        await fill(database, 3)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
        await database.stop()
    finally:
        os.umask(before)
    assert modes == {f"madang.sqlite3{part}": 0o600 for part in ("", "-wal", "-shm")}


async def test_stopping_leaves_one_whole_file(tmp_path: Path) -> None:
    database = await started(tmp_path / "madang.sqlite3")
    await fill(database, 3)
    await database.stop()
    assert [path.name for path in tmp_path.iterdir()] == ["madang.sqlite3"]


async def test_CRASH_05_a_full_disk_is_told_reading_goes_on_and_writing_returns(tmp_path: Path) -> None:
    database = await started(tmp_path / "madang.sqlite3")
    await fill(database, 10)
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / "madang.sqlite3-wal").stat().st_size, unlimited[1]))
    try:
        with pytest.raises(OutOfSpace):
            async with database.write() as transaction:
                await transaction.execute(insert(meta).values(key="too much", value="가" * 200_000))
        async with database.read() as transaction:
            assert len((await transaction.execute(select(meta))).all()) == 10
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    async with database.write() as transaction:
        await transaction.execute(insert(meta).values(key="fits again", value=1))
    await database.stop()


async def damaged(path: Path) -> bytes:
    database = await started(path)
    await fill(database, 100)
    await database.stop()
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(os.urandom(50_000))
    return path.read_bytes()


async def test_CRASH_09_a_damaged_file_is_refused_and_a_copy_kept(tmp_path: Path) -> None:
    path = tmp_path / "madang.sqlite3"
    content = await damaged(path)
    for _ in range(2):
        with pytest.raises(DamagedDatabase) as caught:
            await started(path)
    copies = list(tmp_path.glob("madang-damaged-*.sqlite3"))
    assert [str(copy) for copy in copies] == [caught.value.details["copy"]]
    assert copies[0].read_bytes() == content
    assert stat.S_IMODE(copies[0].stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content", [b"this is no database at all, only words" * 200, b"SQLite format 3\x00" + b"\xff" * 9000]
)
async def test_CRASH_09_a_foreign_file_is_refused_untouched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "madang.sqlite3"
    path.write_bytes(content)
    with pytest.raises(DamagedDatabase):
        await started(path)
    assert path.read_bytes() == content


async def test_a_block_that_never_ends_well_keeps_the_others_waiting_but_not_for_ever(tmp_path: Path) -> None:
    database = await started(tmp_path / "madang.sqlite3")
    inside = asyncio.Event()

    async def hold() -> None:
        async with database.write():
            inside.set()
            await asyncio.Event().wait()

    holder = asyncio.create_task(hold())
    await inside.wait()
    writer = asyncio.create_task(fill(database, 1))
    await asyncio.sleep(0.05)
    assert not writer.done()
    holder.cancel()
    await writer
    await database.stop()


async def test_CRASH_08_only_one_connection_ever_checkpoints(tmp_path: Path) -> None:
    path = tmp_path / "madang.sqlite3"
    database = await started(path)

    async def read() -> None:
        for _ in range(20):
            async with database.read() as transaction:
                await transaction.execute(select(meta.c.key))

    await asyncio.gather(*(read() for _ in range(8)), *(fill_one(database, number) for number in range(40)))
    await database.stop()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM meta").fetchone() == (40,)
    connection.close()


async def fill_one(database: Database, number: int) -> None:
    async with database.write(durable=number % 2 == 0) as transaction:
        await transaction.execute(insert(meta).values(key=f"row {number}", value="가" * 30_000))


async def test_work_that_waits_for_something_else_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    database = await started(tmp_path / "madang.sqlite3")

    async def work(transaction: Transaction) -> None:
        await transaction.execute(insert(meta).values(key="a", value=1))
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="waited for something else"):
        await database.run_write(work)
    async with database.read() as transaction:
        assert (await transaction.execute(select(meta))).all() == []
    await database.stop()


async def test_CRASH_08_work_in_one_go_is_synced_only_where_it_promises(tmp_path: Path) -> None:
    database = await started(tmp_path / "madang.sqlite3")

    async def level(transaction: Transaction) -> object:
        return (await transaction.execute(text("PRAGMA synchronous"))).scalar_one()

    assert [await database.run_write(level, durable=one) for one in (True, False, True)] == [2, 1, 2]
    await database.stop()
