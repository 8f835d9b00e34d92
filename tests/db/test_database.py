"""`write()` and `read()` mean the same on both databases."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from madang.db.database import Database
from madang.db.errors import ReadOnlyDatabase, StoreUnavailable
from madang.db.schema import drafts, meta
from madang.db.transaction import Transaction

AT = datetime(2026, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)


async def put(database: Database, key: str, value: object = 1) -> None:
    async with database.write() as transaction:
        await transaction.execute(insert(meta).values(key=key, value=value))


async def keys(database: Database) -> list[str]:
    async with database.read() as transaction:
        return list((await transaction.execute(select(meta.c.key).order_by(meta.c.key))).scalars())


async def test_what_is_written_is_read(database: Database) -> None:
    await put(database, "a", {"말": ["마당", None, 1.5]})
    async with database.read() as transaction:
        assert (await transaction.execute(select(meta.c.value))).scalar_one() == {"말": ["마당", None, 1.5]}


async def test_a_moment_keeps_its_microseconds_and_comes_back_in_utc(database: Database) -> None:
    seoul = AT.astimezone(tz=None)
    async with database.write() as transaction:
        await transaction.execute(insert(drafts).values(conversation_id="new", content="", updated_at=seoul))
    async with database.read() as transaction:
        kept = (await transaction.execute(select(drafts.c.updated_at))).scalar_one()
        earlier = select(func.count()).where(drafts.c.updated_at < AT + timedelta(microseconds=1))
        assert (kept, kept.tzinfo, (await transaction.execute(earlier)).scalar_one()) == (AT, UTC, 1)


async def test_text_with_a_zero_character_is_stored(database: Database) -> None:
    async with database.write() as transaction:
        await transaction.execute(insert(drafts).values(conversation_id="new", content="가\x00나", updated_at=AT))
        assert (await transaction.execute(select(drafts.c.content))).scalar_one() == "가\ufffd나"


async def test_a_failed_block_leaves_nothing_behind(database: Database) -> None:
    told: list[str] = []
    with pytest.raises(ZeroDivisionError):
        async with database.write() as transaction:
            await transaction.execute(insert(meta).values(key="a", value=1))
            transaction.after_commit(lambda: told.append("a"))
            _ = 1 // 0
    assert await keys(database) == []
    assert told == []


async def test_callbacks_run_in_order_once_the_rows_are_visible(database: Database) -> None:
    told: list[int] = []
    async with database.write() as transaction:
        await transaction.execute(insert(meta).values(key="a", value=1))
        for number in (1, 2, 3):
            transaction.after_commit(lambda number=number: told.append(number))
        assert told == []
    assert told == [1, 2, 3]


async def test_a_broken_constraint_is_told_and_the_next_write_works(database: Database) -> None:
    await put(database, "a")
    with pytest.raises(IntegrityError):
        await put(database, "a")
    await put(database, "b")
    assert await keys(database) == ["a", "b"]


async def test_insert_knows_conflicts_on_both_kinds(database: Database) -> None:
    async with database.write() as transaction:
        for value in (1, 2):
            row = transaction.insert(meta).values(key="a", value=value)
            await transaction.execute(
                row.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": row.excluded.value})
            )
        assert (await transaction.execute(select(meta.c.value))).scalar_one() == 2


async def test_a_reader_sees_one_snapshot(database: Database) -> None:
    await put(database, "a")
    async with database.read() as transaction:
        count = select(func.count()).select_from(meta)
        before = (await transaction.execute(count)).scalar_one()
        await put(database, "b")
        assert (await transaction.execute(count)).scalar_one() == before == 1
    assert await keys(database) == ["a", "b"]


async def test_a_reader_cannot_write(database: Database) -> None:
    await put(database, "a")
    with pytest.raises(ReadOnlyDatabase):
        async with database.read() as transaction:
            await transaction.execute(delete(meta))
    assert await keys(database) == ["a"]


async def test_more_readers_than_connections_all_get_their_turn(database: Database) -> None:
    await put(database, "a")
    assert await asyncio.gather(*(keys(database) for _ in range(40))) == [["a"]] * 40


async def test_writes_that_are_not_durable_are_committed_too(database: Database) -> None:
    for key, durable in (("a", False), ("b", True), ("c", False)):
        async with database.write(durable=durable) as transaction:
            await transaction.execute(insert(meta).values(key=key, value=1))
    assert await keys(database) == ["a", "b", "c"]


async def test_named_locks_let_one_writer_in_at_a_time(database: Database) -> None:
    inside = most = 0

    async def work() -> None:
        nonlocal inside, most
        async with database.write() as transaction:
            await transaction.lock("budget")
            inside += 1
            most = max(most, inside)
            await transaction.execute(text("SELECT 1"))
            inside -= 1

    await asyncio.gather(*(work() for _ in range(10)))
    assert most == 1


async def begin_and_cancel(
    database: Database, write: Callable[[str], Coroutine[Any, Any, None]], pause_seconds: float
) -> None:
    """Cancel eight writers in their midst; after each of them the next one gets through."""
    for round_ in range(8):
        task = asyncio.create_task(write(f"{round_}"))
        await asyncio.sleep(pause_seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await put(database, f"after-{round_}")


@pytest.mark.parametrize("pause_seconds", [0, 0.0002, 0.001, 0.003, 0.01])
async def test_a_cancelled_writer_is_never_left_inside_a_transaction(database: Database, pause_seconds: float) -> None:
    told: list[str] = []

    async def write(key: str) -> None:
        async with database.write() as transaction:
            await transaction.execute(insert(meta).values(key=f"{key}-1", value=1))
            await transaction.execute(insert(meta).values(key=f"{key}-2", value=1))
            transaction.after_commit(lambda: told.append(key))

    await begin_and_cancel(database, write, pause_seconds)
    kept = [key for key in await keys(database) if not key.startswith("after")]
    assert kept == sorted(f"{key}-{half}" for key in told for half in (1, 2))


async def test_a_cancelled_reader_gives_its_connection_back(database: Database) -> None:
    for pause_seconds in (0, 0.0002, 0.0005, 0.001, 0.002) * 8:
        task = asyncio.create_task(keys(database))
        await asyncio.sleep(pause_seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await keys(database) == []


async def test_a_closed_database_says_so_and_opens_nothing(database: Database) -> None:
    await database.stop()
    with pytest.raises(StoreUnavailable):
        await keys(database)
    with pytest.raises(StoreUnavailable):
        await put(database, "a")
    await database.stop()


async def put_at_once(database: Database, *names: str, fails: bool = False) -> int:
    async def work(transaction: Transaction) -> int:
        for name in names:
            await transaction.execute(insert(meta).values(key=name, value=1))
        if fails:
            raise ZeroDivisionError
        return len(names)

    return await database.run_write(work)


async def test_work_in_one_go_is_committed_and_told_on_the_event_loop(database: Database) -> None:
    told: list[asyncio.AbstractEventLoop] = []

    async def work(transaction: Transaction) -> str:
        await transaction.execute(insert(meta).values(key="a", value=1))
        transaction.after_commit(lambda: told.append(asyncio.get_running_loop()))
        return (await transaction.execute(select(meta.c.key))).scalar_one()

    assert await database.run_write(work) == "a"
    assert await keys(database) == ["a"]
    assert told == [asyncio.get_running_loop()]


async def test_work_that_raises_leaves_nothing_and_the_next_goes_on(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await put_at_once(database, "a", fails=True)
    with pytest.raises(IntegrityError):
        await put_at_once(database, "b", "b")
    assert await put_at_once(database, "c", "d") == 2
    assert await keys(database) == ["c", "d"]


async def test_reading_in_one_go_sees_one_snapshot_and_cannot_write(database: Database) -> None:
    await put(database, "a")

    async def names(transaction: Transaction) -> list[str]:
        return list((await transaction.execute(select(meta.c.key))).scalars())

    async def spoil(transaction: Transaction) -> None:
        await transaction.execute(delete(meta))

    assert await asyncio.gather(*(database.run_read(names) for _ in range(40))) == [["a"]] * 40
    with pytest.raises(ReadOnlyDatabase):
        await database.run_read(spoil)
    assert await database.run_read(names) == ["a"]


async def test_work_and_blocks_take_turns(database: Database) -> None:
    works = [put_at_once(database, f"work-{number}") for number in range(10)]
    blocks = [put(database, f"block-{number}") for number in range(10)]
    await asyncio.gather(*(one for pair in zip(works, blocks, strict=True) for one in pair))
    assert len(await keys(database)) == 20


@pytest.mark.parametrize("pause_seconds", [0, 0.0002, 0.001, 0.003])
async def test_cancelled_work_is_whole_or_not_there(database: Database, pause_seconds: float) -> None:
    told: list[str] = []

    async def write(key: str) -> None:
        async def work(transaction: Transaction) -> None:
            await transaction.execute(insert(meta).values(key=f"{key}-1", value=1))
            await transaction.execute(insert(meta).values(key=f"{key}-2", value=1))
            transaction.after_commit(lambda: told.append(key))

        await database.run_write(work)

    await begin_and_cancel(database, write, pause_seconds)
    kept = [key for key in await keys(database) if not key.startswith("after")]
    assert kept == sorted(f"{key}-{half}" for key in told for half in (1, 2))
