"""What is asked for, found and held: the folder it lies in, the names to it, and what is there."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from madang.folders.beneath import HOLDING, Root
from madang.folders.types import OpenedFolder
from madang.system.executor import Outcome, Watch
from madang.system.files.place import Place, type_of
from madang.system.types import Action, PathUse, Touched

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spot:
    """A path with the object found there. `folder` is None outside all opened folders, `place` for a root itself."""

    root: Root
    folder: OpenedFolder | None
    names: tuple[str, ...]
    place: Place | None
    found: os.stat_result | None

    @property
    def relative(self) -> str:
        return "/".join(self.names)

    @property
    def folder_id(self) -> str:
        return self.folder.id if self.folder else ""

    def touched(self, use: PathUse, before: str | None = None, after: str | None = None) -> Touched:
        """Return what an action says of it."""
        found, path = self.found, "/".join((self.root.path.rstrip("/"), *self.names)) or "/"
        kind = type_of(found)
        if found is None:
            return Touched(use, self.folder_id, self.relative, path, self._real(path), kind, before=before, after=after)
        size = found.st_size if kind == "file" else None
        links = found.st_nlink if kind == "file" else None
        return Touched(
            use, self.folder_id, self.relative, path, self._real(path), kind, found.st_dev, found.st_ino, size, links,
            before, after,
        )  # fmt: skip

    def _real(self, path: str) -> str:
        """Ask the system where the object lies, in the spelling it is stored under; the path where it cannot say."""
        with suppress(OSError):
            if self.place is None:
                return real_path(self.root.fd) or path
            if self.found is None:
                parent = real_path(self.place.parent.fd)
                return f"{parent.rstrip('/')}/{self.place.name}" if parent else path
            descriptor = self.place.parent.open((self.place.name,), HOLDING)
            try:
                return real_path(descriptor) or path
            finally:
                os.close(descriptor)
        return path


def real_path(descriptor: int) -> str | None:
    """Return where an open object lies, or None where the system does not say (all but Linux)."""
    with suppress(OSError):
        return str(Path(f"/proc/self/fd/{descriptor}").readlink())
    return None


def modified_at(found: os.stat_result) -> str:
    """Return when it was last changed, as ISO 8601 in UTC; the beginning of time where the file says nonsense."""
    try:
        return datetime.fromtimestamp(found.st_mtime, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(0, UTC).isoformat()


async def _nothing() -> None:
    return None


@dataclass(slots=True)
class HeldAction:
    """An action on files with what it touches held. `do` blocks and runs in a thread; `noted` follows it."""

    action: Action
    preview: Mapping[str, Any]
    do: Callable[[], Outcome]
    held: ExitStack
    noted: Callable[[], Awaitable[None]] = field(default=_nothing)

    async def perform(self, watch: Watch) -> Outcome:
        """Do it, to the objects held. It is done or refused before this returns, whoever stops waiting."""
        outcome = await finished(self.do)
        await self.noted()
        return outcome

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.held.close()


async def finished(work: Callable[[], T], drop: Callable[[T], None] | None = None) -> T:
    """Run `work` in a thread and go on only when it has ended, cancelled or not: what it works on is held until then.

    Where this was cancelled, `drop` is given what came of it.
    """
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        if drop and not task.cancelled() and task.exception() is None:
            drop(task.result())
        raise
