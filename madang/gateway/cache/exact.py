"""Answers kept for the very same question. It may break, fill up or vanish; a request never fails because of it."""

import asyncio
import os
import secrets
import shutil
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from loguru import logger

from madang.gateway.cache.files import database_file, key_file
from madang.gateway.cache.front import Front
from madang.gateway.cache.kept import Kept

if TYPE_CHECKING:
    from diskcache import Cache

T = TypeVar("T")
_LOCK_TIMEOUT_SECONDS = 0.5
_KEY_BYTES = 32
_MOST_OVER = 1.25


@dataclass(frozen=True, slots=True)
class CacheFill:
    """How full the cache is."""

    entries: int
    size_bytes: int


class ExactCache:
    """Works in one thread of its own, so that what is kept is found by whoever asks next.

    What was found lately is at hand without that thread, as long as the file it came from stands where it stood.
    """

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder = folder
        self._database = database_file(folder)
        self._limit_bytes = limit_bytes
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="kept-answers")
        self._cache: Cache | None = None
        self._opened_file: tuple[int, int] | None = None
        self._front = Front()
        self._front_file: tuple[int, int] | None = None
        self._has_complained = False

    async def stop(self) -> None:
        """Finish what is being kept, and close."""
        await self._run(self._close, None)
        self._thread.shutdown(wait=False)

    def at_hand(self, key: str) -> Kept | None:
        """Return what is kept under `key` where that was found lately; `None` says nothing about the disk."""
        kept = self._front.find(key, time.time())
        if kept and _identity(self._database) != self._front_file:
            # Somebody took the cache away, and with it what is remembered of it.
            self._front.clear()
            return None
        return kept

    async def find(self, key: str) -> Kept | None:
        """Return what is kept under `key`, or `None`. What somebody else wrote is deleted."""
        version = self._front.version
        found = await self._run(lambda: self._find(key), None)
        if found is None:
            # Whoever asks need not wait for this: the provider is asked meanwhile.
            self._thread.submit(self._guarded, self._sweep, None)
            return None
        kept, ends_at, file = found
        if file != self._front_file:
            self._front.clear()
            self._front_file = file
        else:
            self._front.hold(kept, ends_at, version)
        return kept

    def keep(self, kept: Kept, ttl_seconds: float, limit_bytes: int) -> None:
        """Keep an answer for `ttl_seconds`, soon; from `limit_bytes` on the oldest ones make room.

        One that would fill a quarter of the cache is not kept.
        """
        self._front.drop(kept.key)
        self._thread.submit(self._guarded, lambda: self._keep(kept, ttl_seconds, limit_bytes), None)

    async def forget(self, key: str) -> None:
        """Forget what is kept under `key`, if anything."""
        self._front.drop(key)
        await self._run(lambda: self._opened().delete(key, retry=True), False)

    async def clear(self) -> int:
        """Forget everything and return how many answers that were."""
        self._front.clear()
        return await self._run(lambda: int(self._opened().clear(retry=True)), 0)

    async def fill(self) -> CacheFill:
        """Return how full it is; nothing where it cannot be read."""
        return await self._run(self._fill, CacheFill(0, 0))

    async def _run(self, work: Callable[[], T], otherwise: T) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._guarded, work, otherwise)

    def _guarded(self, work: Callable[[], T], otherwise: T) -> T:
        """Do `work`; where the cache is broken, throw it away and go on without. The cause is logged once."""
        from diskcache import Timeout

        try:
            return work()
        except (OSError, Timeout, sqlite3.OperationalError) as error:
            # Locked, full or read-only now, and perhaps not the next time; a table that is gone stays away.
            self._complain(error)
            if "no such" in str(error) and isinstance(error, sqlite3.Error):
                self._throw_away()
        except (sqlite3.Error, ValueError, TypeError, KeyError, AssertionError) as error:
            self._complain(error)
            self._throw_away()
        return otherwise

    def _complain(self, error: Exception) -> None:
        if not self._has_complained:
            self._has_complained = True
            logger.warning("kept answers cannot be used at the moment: {}: {}", type(error).__name__, error)

    def _opened(self) -> "Cache":
        """Return the cache, opened at its first use. DiskCache is loaded here, in the cache's own thread."""
        from madang.gateway.cache.sealed import open_sealed

        database = self._database
        if self._cache is not None and _identity(database) != self._opened_file:
            # It was taken away, or another one stands in its place.
            self._close()
        if self._cache is None:
            _make_key(key_file(self._folder))
            self._cache, foreign = open_sealed(self._folder, self._limit_bytes, _LOCK_TIMEOUT_SECONDS)
            self._opened_file = _identity(database)
            _tell_of_foreign(foreign)
        return self._cache

    def _sweep(self) -> None:
        from madang.gateway.cache.sealed import sweep

        self._opened()
        _tell_of_foreign(sweep(self._folder, _LOCK_TIMEOUT_SECONDS))

    def _find(self, key: str) -> tuple[Kept, float, tuple[int, int] | None] | None:
        """Return what is kept, until when (in seconds since 1970), and the file it was read from."""
        from madang.gateway.cache.sealed import Forged

        cache = self._opened()
        try:
            content, ends_at = cache.get(key, expire_time=True)
            kept = None if content is None else Kept.from_json(content)
            if kept and kept.key != key:
                raise Forged("a row stands under another key")
        except (Forged, ValueError, KeyError, TypeError, sqlite3.OperationalError) as error:
            if isinstance(error, sqlite3.OperationalError) and "decode" not in str(error):
                raise
            logger.warning("a kept answer was not written by Madang and is deleted: {}", type(error).__name__)
            cache.delete(key)
            return None
        # Whoever edits a row can write anything there.
        until = ends_at if isinstance(ends_at, float) else 0.0
        return (kept, until, self._opened_file) if kept else None

    def _keep(self, kept: Kept, ttl_seconds: float, limit_bytes: int) -> None:
        content = kept.to_json()
        if limit_bytes != self._limit_bytes:
            self._opened().reset("size_limit", limit_bytes)
            self._limit_bytes = limit_bytes
        if len(content) < limit_bytes / 4:
            cache = self._opened()
            cache.set(kept.key, content, expire=ttl_seconds)
            if cache.volume() > limit_bytes * _MOST_OVER:
                cache.cull()

    def _fill(self) -> CacheFill:
        cache = self._opened()
        cache.expire()
        return CacheFill(len(cache), int(cache.volume()))

    def _close(self) -> None:
        if self._cache is not None:
            self._cache.close()
            self._cache = None

    def _throw_away(self) -> None:
        """Delete the cache; it is made again when it is next needed."""
        with suppress(sqlite3.Error):
            self._close()
        self._cache = None
        with suppress(OSError):
            is_folder = self._folder.is_dir() and not self._folder.is_symlink()
            shutil.rmtree(self._folder) if is_folder else self._folder.unlink()


def _identity(path: Path) -> tuple[int, int] | None:
    """Return which file stands there; a link counts as itself."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _tell_of_foreign(rows: int) -> None:
    if rows:
        logger.warning("{} kept answers were not written by Madang and are deleted", rows)


def _make_key(path: Path) -> None:
    """Make the seal's key where there is none, readable by its owner only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_file() and not path.is_symlink() and path.stat().st_size == _KEY_BYTES:
        return
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_KEY_BYTES))
