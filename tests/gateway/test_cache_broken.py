"""A cache that is broken, swapped, full or taken away leads nowhere, is made anew, and never fails a request."""

import asyncio
import os
import resource
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from madang.gateway.cache.exact import ExactCache
from madang.gateway.fake_upstream import FakeUpstream, Fault
from madang.gateway.fake_upstream.turns import chunk, event
from tests.gateway.rooms import Place, open_room
from tests.gateway.test_cache import KEY, MEGABYTE, OTHER, kept, rows_of

NOBODY = 65534
Breakage = Callable[[Path], None]


def _truncate(folder: Path) -> None:
    (folder / "cache.db").write_bytes(b"SQLite format 3\0" + b"\0" * 5000)


def _garble(folder: Path) -> None:
    (folder / "cache.db").write_bytes(os.urandom(20_000))


def _drop(folder: Path) -> None:
    with rows_of(folder) as rows:
        rows.execute("DROP TABLE Cache")


def _remove(folder: Path) -> None:
    """Remove it, also while the cache that runs puts a file back in between."""
    for _ in range(100):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
    raise AssertionError("the folder stays")


def _a_file_instead(folder: Path) -> None:
    _remove(folder)
    folder.write_text("not a folder")


def _a_link_to_nowhere(folder: Path) -> None:
    _remove(folder)
    folder.symlink_to(folder.parent / "nowhere")


def _without_key(folder: Path) -> None:
    folder.with_name("cache.key").write_bytes(b"short")


BREAKAGES = [_truncate, _garble, _drop, _a_file_instead, _a_link_to_nowhere, _without_key, _remove]


@pytest.mark.parametrize("breakage", BREAKAGES)
@pytest.mark.parametrize("when", ["running", "between"])
async def test_CACHE_06_a_broken_cache_fails_no_request_and_is_made_anew(tmp_path: Path, breakage: Breakage, when: str):
    async with FakeUpstream("answered") as fake:
        async with open_room(tmp_path, openai_base_url=fake.base_url) as here:
            await here.ask(model="env/m")
            if when == "running":
                breakage(tmp_path / "cache")
                await answers_and_keeps(here)
        if when == "between":
            breakage(tmp_path / "cache")
            async with open_room(tmp_path, openai_base_url=fake.base_url) as here:
                await answers_and_keeps(here)


async def answers_and_keeps(here: Place) -> None:
    for seed in range(3):
        assert (await here.ask(model="env/m", seed=seed)).text == "answered"
    assert (await here.ask(model="env/m", seed=2)).receipt.cache == "hit"


async def test_CACHE_06_a_locked_cache_fails_no_request(tmp_path: Path):
    async with FakeUpstream("answered") as fake, open_room(tmp_path, openai_base_url=fake.base_url) as here:
        await here.ask(model="env/m")
        with rows_of(tmp_path / "cache") as rows:
            rows.execute("BEGIN EXCLUSIVE")
            assert (await here.ask(model="env/m", seed=1)).text == "answered"
            rows.execute("ROLLBACK")
        await answers_and_keeps(here)


@contextmanager
def no_file_longer_than(size_bytes: int) -> Iterator[None]:
    """As on a full disk, writing beyond this fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_CACHE_06_a_full_disk_fails_no_request(tmp_path: Path):
    words = event(chunk({"content": "x" * 16_000}))
    long = Fault((words,) * 250 + (event(chunk({}, "stop")),))
    async with FakeUpstream(long, long, "short") as fake, open_room(tmp_path, openai_base_url=fake.base_url) as here:
        with no_file_longer_than(2 * MEGABYTE):
            for _ in range(2):
                heard = await here.ask(model="env/m")
                assert (len(heard.text), heard.code, heard.receipt.cache) == (4_000_000, None, "miss")
        await answers_with(here, "short")


async def answers_with(here: Place, text: str) -> None:
    assert (await here.ask(model="env/m", seed=7)).text == text
    assert (await here.ask(model="env/m", seed=7)).receipt.cache == "hit"


@contextmanager
def ordinary_user(folder: Path) -> Iterator[None]:
    """Be somebody to whom permissions apply, who owns `folder`."""
    if os.geteuid() != 0:
        yield
        return
    os.chown(folder, NOBODY, NOBODY)
    for path in folder.rglob("*"):
        os.chown(path, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


async def test_CACHE_06_a_cache_that_cannot_be_written_is_read_or_passed_over():
    place = Path(tempfile.mkdtemp(prefix="madang-cache-"))
    folder = place / "cache"
    try:
        cache = ExactCache(folder, MEGABYTE)
        one = kept()
        cache.keep(one, 60, MEGABYTE)
        await cache.stop()
        with ordinary_user(place):
            (folder / "cache.db").chmod(0o400)
            folder.chmod(0o500)
            place.chmod(0o500)
            cache = ExactCache(folder, MEGABYTE)
            assert await cache.find(KEY) in {None, one}
            cache.keep(kept(OTHER), 60, MEGABYTE)
            assert await cache.find(OTHER) is None
            assert (await cache.fill()).entries in {0, 1}
            await cache.stop()
    finally:
        shutil.rmtree(place)


async def test_CACHE_02_the_file_of_another_installation_is_worth_nothing(tmp_path: Path):
    theirs = ExactCache(tmp_path / "theirs", MEGABYTE)
    theirs.keep(kept(text="rm -rf"), 60, MEGABYTE)
    await theirs.stop()
    ours = ExactCache(tmp_path / "cache", MEGABYTE)
    assert await ours.find(KEY) is None
    (tmp_path / "theirs" / "cache.db").replace(tmp_path / "cache" / "cache.db")
    assert await ours.find(KEY) is None
    ours.keep(kept(), 60, MEGABYTE)
    assert (await ours.find(KEY)).text == "안녕"
    await ours.stop()


async def test_CACHE_02_no_file_a_row_names_is_read_or_deleted(tmp_path: Path):
    outside = tmp_path / "outside"
    outside.write_text("stays")
    cache = ExactCache(tmp_path / "cache", MEGABYTE)
    for number in range(3):
        cache.keep(kept(f"{number:064}"), 60, MEGABYTE)
    await cache.fill()
    with rows_of(tmp_path / "cache") as rows:
        rows.execute("UPDATE Cache SET filename = '../outside', size = 9")
        rows.execute("UPDATE Cache SET expire_time = 1 WHERE rowid = 1")
    assert (await cache.fill()).entries == 2
    assert await cache.find(f"{1:064}") is None
    await cache.clear()
    await cache.stop()
    assert outside.read_text() == "stays"


LINKED = ["cache.db", "cache.db-wal", "cache.db-shm", "aa"]


@pytest.mark.parametrize("name", LINKED)
async def test_CACHE_02_a_link_in_the_cache_leads_nowhere(tmp_path: Path, name: str):
    outside = tmp_path / "outside"
    with sqlite3.connect(outside) as database:
        database.execute("CREATE TABLE precious (x)")
    database.close()
    before = outside.read_bytes()
    cache = ExactCache(tmp_path / "cache", MEGABYTE)
    cache.keep(kept(), 60, MEGABYTE)
    await cache.stop()
    (tmp_path / "cache" / name).unlink(missing_ok=True)
    (tmp_path / "cache" / name).symlink_to(outside)
    cache = ExactCache(tmp_path / "cache", MEGABYTE)
    assert await cache.find(KEY) is None
    cache.keep(kept(), 60, MEGABYTE)
    assert await cache.find(KEY)
    await cache.stop()
    assert outside.read_bytes() == before
    assert not (tmp_path / "cache" / name).is_symlink()


async def test_CACHE_02_a_link_put_there_while_it_runs_is_not_followed(tmp_path: Path):
    outside = tmp_path / "outside"
    outside.write_bytes(b"")
    cache = ExactCache(tmp_path / "cache", MEGABYTE)
    cache.keep(kept(), 60, MEGABYTE)
    assert await cache.find(KEY)
    (tmp_path / "cache" / "cache.db").unlink()
    (tmp_path / "cache" / "cache.db").symlink_to(outside)
    for _ in range(2):
        assert await cache.find(KEY) is None
    cache.keep(kept(), 60, MEGABYTE)
    assert await cache.find(KEY)
    await cache.stop()
    assert outside.read_bytes() == b""


async def test_CACHE_02_a_key_that_is_a_link_is_not_taken(tmp_path: Path):
    known = tmp_path / "known"
    known.write_bytes(b"k" * 32)
    (tmp_path / "cache.key").symlink_to(known)
    cache = ExactCache(tmp_path / "cache", MEGABYTE)
    cache.keep(kept(), 60, MEGABYTE)
    assert await cache.find(KEY)
    await cache.stop()
    assert not (tmp_path / "cache.key").is_symlink()
    assert (tmp_path / "cache.key").read_bytes() != known.read_bytes() == b"k" * 32


async def test_CACHE_06_many_at_once_on_a_cache_that_vanishes_are_all_answered(tmp_path: Path):
    async with FakeUpstream("answered") as fake, open_room(tmp_path, openai_base_url=fake.base_url) as here:
        asked = [asyncio.create_task(here.ask(model="env/m", seed=seed)) for seed in range(30)]
        while not fake.requests:
            await asyncio.sleep(0)
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)
        assert {heard.text for heard in await asyncio.gather(*asked)} == {"answered"}
