"""Kept answers are read only if this installation wrote them, and never stand in a request's way."""

import os
import pickle
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from diskcache import Cache, JSONDisk

from madang.gateway.cache.exact import ExactCache
from madang.gateway.cache.kept import Kept
from madang.gateway.types import Usage

KEY, OTHER = "a" * 64, "b" * 64
MEGABYTE = 2**20


class Sentinel:
    """Unpickled, it makes a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self._path),)


def kept(key: str = KEY, text: str = "안녕") -> Kept:
    return Kept(key, text, "", Usage(3, 0, 2), 5, datetime.now(UTC))


@contextmanager
def rows_of(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(folder / "cache.db", isolation_level=None)) as connection:
        yield connection


async def test_what_is_kept_is_found_until_it_is_cleared(tmp_path: Path):
    cache = ExactCache(tmp_path / "cache", MEGABYTE)
    one = kept()
    cache.keep(one, 60, MEGABYTE)
    assert await cache.find(KEY) == one
    assert await cache.find(OTHER) is None
    assert (await cache.fill()).entries == 1
    assert await cache.clear() == 1
    assert await cache.find(KEY) is None
    await cache.stop()
    assert (tmp_path / "cache.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "cache" / "cache.db").stat().st_mode & 0o777 == 0o600


async def test_CACHE_01_control_a_plain_json_disk_runs_what_a_row_holds(tmp_path: Path):
    sentinel = tmp_path / "sentinel"
    with Cache(str(tmp_path / "cache"), disk=JSONDisk) as cache:
        cache["k"] = "v"
        with rows_of(tmp_path / "cache") as rows:
            rows.execute("UPDATE Cache SET mode = 4, value = ?", (pickle.dumps(Sentinel(sentinel)),))
        with pytest.raises((TypeError, zlib.error)):
            cache["k"]
    assert sentinel.exists()


FORGERIES = {
    "a pickle": "UPDATE Cache SET mode = 4, value = :pickle",
    "a pickle in raw mode": "UPDATE Cache SET value = :pickle",
    "a pickled key": "UPDATE Cache SET raw = 0, key = :pickle",
    "a key that is no text": "UPDATE Cache SET raw = 0",
    "a wrong seal": "UPDATE Cache SET value = zeroblob(32) || substr(value, 33)",
    "other words under the seal": (
        "UPDATE Cache SET value = CAST(substr(value, 1, 40) || x'00' || substr(value, 42) AS BLOB)"
    ),
    "a text that is none": "UPDATE Cache SET value = CAST(value AS TEXT)",
    "too short": "UPDATE Cache SET value = x'00'",
    "a text": "UPDATE Cache SET value = 'text'",
    "a number": "UPDATE Cache SET value = 7",
    "nothing": "UPDATE Cache SET value = NULL",
    "a file to read": "UPDATE Cache SET mode = 2, filename = '../outside'",
    "a file in raw mode": "UPDATE Cache SET filename = '../../outside'",
    "a file to unpickle": "UPDATE Cache SET mode = 4, value = NULL, filename = '../outside'",
}


@pytest.mark.parametrize("when", ["open", "closed"])
@pytest.mark.parametrize("forgery", FORGERIES)
async def test_CACHE_01_a_forged_row_is_a_miss_is_deleted_and_runs_nothing(tmp_path: Path, forgery: str, when: str):
    statement = FORGERIES[forgery]
    sentinel, outside = tmp_path / "sentinel", tmp_path / "outside"
    outside.write_text("stays")
    cache = ExactCache(tmp_path / "cache", MEGABYTE)
    cache.keep(kept(), 60, MEGABYTE)
    assert await cache.find(KEY)
    if when == "closed":
        await cache.stop()
    with rows_of(tmp_path / "cache") as rows:
        rows.execute(statement, {"pickle": pickle.dumps(Sentinel(sentinel))} if ":pickle" in statement else {})
    if when == "closed":
        cache = ExactCache(tmp_path / "cache", MEGABYTE)
    assert await cache.find(KEY) is None
    await cache.stop()
    with rows_of(tmp_path / "cache") as rows:
        assert rows.execute("SELECT count(*) FROM Cache").fetchone() == (0,)
    assert not sentinel.exists()
    assert outside.read_text() == "stays"


async def test_CACHE_01_a_row_under_another_key_is_a_miss(tmp_path: Path):
    cache = ExactCache(tmp_path / "cache", MEGABYTE)
    cache.keep(kept(), 60, MEGABYTE)
    assert await cache.find(KEY)
    with rows_of(tmp_path / "cache") as rows:
        rows.execute("UPDATE Cache SET key = ?", (OTHER,))
    assert await cache.find(OTHER) is None
    assert (await cache.fill()).entries == 0
    await cache.stop()


async def test_CACHE_02_stored_settings_and_links_lead_nowhere(tmp_path: Path):
    cache = ExactCache(tmp_path / "cache", MEGABYTE)
    cache.keep(kept(), 60, MEGABYTE)
    await cache.stop()
    with rows_of(tmp_path / "cache") as rows:
        rows.execute("INSERT INTO Settings VALUES ('sqlite_writable_schema', 1), ('disk_evil', 1)")
        rows.execute("UPDATE Settings SET value = 'no such policy' WHERE key = 'eviction_policy'")
    cache = ExactCache(tmp_path / "cache", MEGABYTE)
    assert await cache.find(KEY)
    await cache.stop()
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "cache").rename(elsewhere)
    (tmp_path / "cache").symlink_to(elsewhere)
    cache = ExactCache(tmp_path / "cache", MEGABYTE)
    assert await cache.find(KEY) is None
    await cache.stop()
    assert (elsewhere / "cache.db").exists()


async def test_the_oldest_answers_make_room(tmp_path: Path):
    cache = ExactCache(tmp_path / "cache", MEGABYTE)
    for number in range(40):
        cache.keep(kept(f"{number:064}", os.urandom(50_000).hex()), 60, MEGABYTE)
    fill = await cache.fill()
    assert 0 < fill.entries < 40
    assert fill.size_bytes < 1.5 * MEGABYTE
    assert await cache.find(f"{39:064}")
    cache.keep(kept(OTHER, "x" * MEGABYTE), 60, MEGABYTE)
    assert await cache.find(OTHER) is None
    await cache.stop()
