"""The weekly check of the SQLite file: when it runs, and what it leaves behind."""

import sqlite3
import stat
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from madang.clock import FixedClock
from madang.db.database import Database
from madang.db.weekly import NOTE, WeeklyCheck, last_look


async def test_a_sound_file_is_checked_once_a_week(tmp_path: Path) -> None:
    database, clock = Database.open(tmp_path / "madang.sqlite3"), FixedClock()
    await database.start()
    first = clock.now()
    for days, expected in ((0, first), (6, first), (1, first + timedelta(days=7))):
        clock.advance(days=days)
        await WeeklyCheck(database, tmp_path, clock).look()
        look = last_look(tmp_path)
        assert look is not None
        assert (look.checked_at, look.is_sound) == (expected, True)
    assert stat.S_IMODE((tmp_path / NOTE).stat().st_mode) == 0o600
    await database.stop()


async def test_an_index_that_lost_a_row_is_found_and_noted(tmp_path: Path) -> None:
    path = tmp_path / "madang.sqlite3"
    database = Database.open(path)
    await database.start()
    await database.stop()
    with closing(sqlite3.connect(path, isolation_level=None)) as hand:
        hand.execute("INSERT INTO calls (id, created_at, day, feature, actor, provider, model, cache, status, attempts)"
                     " VALUES ('1', 0, 'd', 'chat', 'a', 'p', 'm', 'off', 'done', 1)")  # fmt: skip
        hand.execute("PRAGMA writable_schema=ON")
        hand.execute("UPDATE sqlite_master SET sql = replace(sql, '(day)', '(model)') WHERE name = 'ix_calls_day'")
    await database.start()
    check = WeeklyCheck(database, tmp_path, FixedClock())
    await check.look()
    assert check.last == last_look(tmp_path)
    assert check.last is not None
    assert not check.last.is_sound
    await database.stop()


async def test_a_note_that_cannot_be_read_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / NOTE).write_text("{")
    assert last_look(tmp_path) is None
