"""PostgreSQL hangs up in the middle of a transaction: what was read stays read, what was written is said to be lost."""

import psycopg
import pytest
from sqlalchemy import insert, select

from madang.db.database import Database
from madang.db.errors import StoreUnavailable
from madang.db.postgresql import POOL
from madang.db.schema import meta

HANG_UP = (
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def hang_up(url: str) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(HANG_UP)


async def keys(database: Database) -> list[str]:
    async with database.read() as transaction:
        return list((await transaction.execute(select(meta.c.key))).scalars())


async def test_a_hang_up_never_shows_as_anything_but_a_database_that_is_away(postgres_url: str) -> None:
    database = Database.open(postgres_url)
    await database.start()
    for number in range(POOL + 2):
        async with database.read() as transaction:
            assert (await transaction.execute(select(meta.c.key))).all() == []
            await hang_up(postgres_url)
        with pytest.raises(StoreUnavailable):
            async with database.write() as transaction:
                await transaction.execute(insert(meta).values(key=f"{number}", value=1))
                await hang_up(postgres_url)
    # No place of the pool was lost on the way.
    assert await keys(database) == []
    await database.stop()
