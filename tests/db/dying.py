"""Upgrades that end at their n-th statement, and what has to hold afterwards; run as a program, once for all n.

Each upgrade is a forked process that kills itself right before a statement. The program ends with 0 once one got to
its end, and prints how many there were before it.
"""

import asyncio
import itertools
import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event, inspect, text

from madang.db.database import Database
from madang.db.tables import metadata

OLD = {"alembic_version", "precious"}
NEW = {*metadata.tables, *OLD}


def die_at(number: int) -> None:
    """Have this process kill itself before its statement of this number."""
    counted = itertools.count(1)

    @event.listens_for(Engine, "before_cursor_execute")
    def execute(*_: Any) -> None:
        if next(counted) == number:
            os.kill(os.getpid(), signal.SIGKILL)


def old_database(place: Path, url: str | None) -> str:
    """Make a database as it was before the first revision, with a row in it, and return its URL."""
    if url is None:
        mine = f"sqlite:///{place / 'madang.sqlite3'}"
    else:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'CREATE SCHEMA "{place.name}"')
        mine = f"{url}&options=-csearch_path%3D{place.name}"
    engine = create_engine(mine.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE precious (note TEXT)"))
        connection.execute(text("INSERT INTO precious VALUES ('kept')"))
    engine.dispose()
    return mine


def tables(url: str) -> set[str]:
    """Return the tables there are, and see that the row is among them."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT note FROM precious")).scalar_one() == "kept"
        found = set(inspect(connection).get_table_names())
    engine.dispose()
    return found


def check_backups(place: Path) -> None:
    """Every backup is a whole old database."""
    for backup in (place / "backups").glob("*.sqlite3"):
        with closing(sqlite3.connect(backup)) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert copy.execute("SELECT note FROM precious").fetchall() == [("kept",)]


async def upgrade(url: str) -> None:
    database = Database.open(url)
    await database.start()
    await database.stop()


def ends_early(url: str, number: int) -> bool:
    """Upgrade in a process of its own, and say whether it was killed."""
    if (pid := os.fork()) == 0:
        die_at(number)
        asyncio.run(upgrade(url))
        os._exit(0)
    return os.waitpid(pid, 0)[1] != 0


def main(folder: Path, url: str | None = None) -> int:
    """Have upgrade after upgrade end one statement later."""
    for number in range(1, 400):
        place = folder / f"upgrade_{number}"
        place.mkdir(mode=0o700)
        mine = old_database(place, url)
        was_killed = ends_early(mine, number)
        found = tables(mine)
        assert found in (OLD, NEW), found
        check_backups(place)
        if not was_killed:
            sys.stdout.write(f"killed at each of {number - 1} statements\n")
            return 0
        asyncio.run(upgrade(mine))
        assert tables(mine) == NEW
        check_backups(place)
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
