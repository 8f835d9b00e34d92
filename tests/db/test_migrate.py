"""The migrations give exactly the schema; a backup stands behind them; a newer database is refused."""

import asyncio
import random
import sqlite3
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, insert, select, text

from madang.db import migrations
from madang.db.backup import KEPT, back_up
from madang.db.database import Database
from madang.db.errors import DamagedDatabase, NewerDatabase, StoreError
from madang.db.installation import installation_name
from madang.db.schema import meta
from madang.db.tables import metadata
from tests.support.postgres import Cluster


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """A bare database: what makes the tables is what is tried here."""
    with postgres_cluster.database(has_tables=False) as url:
        yield url


@pytest.mark.parametrize("begins_empty", [True, False], ids=["made at once", "migrated"])
async def test_both_ways_to_the_tables_end_in_the_schema(database_url: str, begins_empty: bool) -> None:
    if not begins_empty:
        bare = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
        with bare.begin() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        bare.dispose()
    database = Database.open(database_url)
    await database.start()

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))

    async with database.read() as transaction:
        assert await transaction.run_sync(differences) == []
        assert (await transaction.execute(text("SELECT version_num FROM alembic_version"))).scalar() == migrations.HEAD
    await database.stop()


def test_the_known_revisions_are_the_files() -> None:
    folder = Path(migrations.__file__).parent
    files = [script.revision for script in ScriptDirectory(str(folder)).walk_revisions()]
    assert tuple(reversed(files)) == migrations.KNOWN


async def test_neither_a_first_start_nor_a_later_one_imports_alembic(database_url: str) -> None:
    program = (
        "import asyncio, sys; from madang.db.database import Database\n"
        "async def main():\n"
        "    database = Database.open(sys.argv[1]); await database.start(); await database.stop()\n"
        "asyncio.run(main()); sys.exit('alembic' in sys.modules)"
    )
    for _ in range(2):
        done = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", program, database_url], check=False)
        assert done.returncode == 0


async def test_a_newer_database_is_refused_and_not_touched(database_url: str) -> None:
    database = Database.open(database_url)
    await database.start()
    async with database.write() as transaction:
        await transaction.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.stop()
    path = Path(database_url.removeprefix("sqlite:///")) if database.is_sqlite else None
    before = path.read_bytes() if path else None
    later = Database.open(database_url)
    with pytest.raises(NewerDatabase) as caught:
        await later.start()
    assert caught.value.details == {"revision": "9999", "newest_known": migrations.HEAD}
    assert path is None or path.read_bytes() == before
    assert path is None or not (path.parent / "backups").exists()


async def test_two_processes_that_start_together_migrate_once_and_have_one_name(postgres_url: str) -> None:
    both = [Database.open(postgres_url), Database.open(postgres_url)]
    await asyncio.gather(*(database.start() for database in both))
    assert len(set(await asyncio.gather(*(installation_name(database) for database in both)))) == 1
    for database in both:
        await database.stop()


async def test_CRASH_10_a_failed_upgrade_leaves_the_old_schema_and_a_backup(
    tmp_path: Path,
) -> None:
    path = tmp_path / "madang.sqlite3"
    with sqlite3.connect(path) as old:
        # In the way of the table that the upgrade makes near its end.
        old.execute("CREATE TABLE turns (note TEXT)")
        old.execute("INSERT INTO turns VALUES ('precious')")
    old.close()
    with pytest.raises(StoreError, match="turns already exists"):
        await Database.open(path).start()
    backup = next((tmp_path / "backups").iterdir())
    for file in (path, backup):
        with sqlite3.connect(file) as kept:
            tables = {name for (name,) in kept.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            assert tables == {"turns"}
            assert kept.execute("SELECT note FROM turns").fetchone() == ("precious",)
        kept.close()


async def test_backups_are_whole_private_and_the_newest_seven(tmp_path: Path) -> None:
    path = tmp_path / "madang.sqlite3"
    database = Database.open(path)
    await database.start()
    made = []
    for number in range(KEPT + 3):
        async with database.write() as transaction:
            await transaction.execute(insert(meta).values(key=f"{number}", value=number))
        made.append(await back_up(path, label="0001"))
    await database.stop()
    assert sorted((tmp_path / "backups").iterdir()) == made[-KEPT:]
    assert {oct(backup.stat().st_mode & 0o777) for backup in made[-KEPT:]} == {"0o600"}
    restored = Database.open(made[-1])
    await restored.start()
    async with restored.read() as transaction:
        assert len((await transaction.execute(select(meta))).all()) == KEPT + 3
    await restored.stop()


async def test_CRASH_06_a_backup_made_after_the_clock_was_set_back_stays(tmp_path: Path) -> None:
    path = tmp_path / "madang.sqlite3"
    sqlite3.connect(path).close()
    (tmp_path / "backups").mkdir()
    later = [tmp_path / "backups" / f"madang-{2090 + number}0101T000000.000000Z-0001.sqlite3" for number in range(KEPT)]
    for backup in later:
        backup.touch()
    made = await back_up(path, label="0001")
    assert sorted((tmp_path / "backups").iterdir()) == sorted([made, *later[1:]])


async def test_CRASH_09_a_backup_of_a_damaged_file_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "madang.sqlite3"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises((DamagedDatabase, sqlite3.DatabaseError)):
        await back_up(path, label="0001")
    assert list((tmp_path / "backups").iterdir()) == []


STARTER = """
import asyncio, sys
from alembic import command
from madang.db.database import Database
print("ready", flush=True)
asyncio.run(Database.open(sys.argv[1]).start())
"""


async def test_CRASH_10_a_first_start_killed_at_any_moment_is_simply_made_again(
    tmp_path: Path, chance: random.Random
) -> None:
    path = tmp_path / "madang.sqlite3"
    for _ in range(6):
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", STARTER, str(path), stdout=PIPE)
        assert process.stdout is not None
        await process.stdout.readline()
        await asyncio.sleep(chance.uniform(0, 0.15))
        process.kill()
        await process.wait()
        tables = known_tables(path)
        assert tables in (set(), {*metadata.tables, "alembic_version"})
        if tables:
            break
    database = Database.open(path)
    await database.start()
    await database.stop()
    assert known_tables(path) == {*metadata.tables, "alembic_version"}


def known_tables(path: Path) -> set[str]:
    if not path.exists():
        return set()
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
