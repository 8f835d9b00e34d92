"""Backups are one point in time however much is written; upgrades that are killed leave the old or the new."""

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert

from madang.db.backup import back_up
from madang.db.database import Database
from madang.db.errors import DamagedDatabase
from madang.db.schema import meta
from tests.support.server import ROOT


async def write_pairs(database: Database, until: asyncio.Event) -> None:
    """Write two rows a transaction, so that a copy with an odd number of them is of no single moment."""
    number = 0
    while not until.is_set():
        async with database.write(durable=False) as transaction:
            for half in "ab":
                await transaction.execute(insert(meta).values(key=f"{number:06}{half}", value="가" * 500))
        number += 1


async def test_CRASH_09_a_backup_made_while_writing_is_whole_and_of_one_moment(tmp_path: Path) -> None:
    path, until = tmp_path / "madang.sqlite3", asyncio.Event()
    database = Database.open(path)
    await database.start()
    writing = asyncio.create_task(write_pairs(database, until))
    made = [await back_up(path, label=str(number)) for number in range(4)]
    until.set()
    await writing
    await database.stop()
    counts = [count_of(backup) for backup in made]
    assert counts == sorted(counts)
    assert counts[-1] > 0
    restored = tmp_path / "restored" / "madang.sqlite3"
    restored.parent.mkdir()
    restored.write_bytes(made[-1].read_bytes())
    again = Database.open(restored)
    await again.start()
    await again.stop()
    assert count_of(restored) == counts[-1]


def count_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        keys = [key for (key,) in copy.execute("SELECT key FROM meta ORDER BY key")]
    assert [key[-1] for key in keys] == ["a", "b"] * (len(keys) // 2)
    return len(keys)


@pytest.mark.parametrize("kept_bytes", [50, 3000, 20_000])
async def test_CRASH_09_a_truncated_file_is_refused_and_a_copy_kept(tmp_path: Path, kept_bytes: int) -> None:
    path = tmp_path / "madang.sqlite3"
    database = Database.open(path)
    await database.start()
    await database.stop()
    content = path.read_bytes()[:kept_bytes]
    path.write_bytes(content)
    with pytest.raises(DamagedDatabase) as caught:
        await Database.open(path).start()
    assert Path(caught.value.details["copy"]).read_bytes() == content == path.read_bytes()


async def test_what_a_killed_backup_left_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "madang.sqlite3"
    sqlite3.connect(path).close()
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "madang-20260101T000000.000000Z-0001.unfinished").write_bytes(b"half")
    made = await back_up(path, label="0001")
    assert list((tmp_path / "backups").iterdir()) == [made]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_CRASH_10_an_upgrade_killed_at_any_statement_leaves_the_old_or_the_new_schema(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    url = [] if kind == "sqlite" else [request.getfixturevalue("postgres_url")]
    command = [sys.executable, "-m", "tests.db.dying", str(tmp_path), *url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr[-5000:]
    assert "killed at each of" in done.stdout
