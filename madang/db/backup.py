"""A verified copy of the database: taken while it works, checked, forced to disk, and only then given its name."""

import asyncio
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from madang.db.errors import DamagedDatabase
from madang.db.folder import private_file, sync_folder

KEPT = 7
FOLDER = "backups"


async def back_up(source: Path, label: str) -> Path:
    """Copy the SQLite database at `source` into `backups/` beside it and return the copy's path.

    `label` becomes part of the name. The newest seven copies are kept. Raises `DamagedDatabase` when the copy
    does not pass SQLite's integrity check; then no copy is left behind.
    """
    return await asyncio.to_thread(_back_up, source, label)


def _back_up(source: Path, label: str) -> Path:
    folder = source.parent / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    # One process holds the data folder, so these are of one that was killed.
    for left in folder.glob("*.unfinished"):
        left.unlink()
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    target = folder / f"{source.stem}-{stamp}-{label}{source.suffix}"
    unfinished = target.with_suffix(".unfinished")
    try:
        _copy(source, unfinished)
        _check(unfinished)
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(folder)
    _forget_oldest(target, source)
    return target


def _copy(source: Path, target: Path) -> None:
    private_file(target)
    with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(target)) as copy:
        # Closing the last connection would fold the log into the file; that is the writer's work.
        origin.execute("PRAGMA query_only=ON")
        origin.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def _check(path: Path) -> None:
    with closing(sqlite3.connect(path)) as copy:
        found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise DamagedDatabase(f"the copy of the database is not sound: {found}", path=str(path), found=found)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _forget_oldest(newest: Path, source: Path) -> None:
    # The names sort by time, but for the newest: the clock may have been set back.
    others = sorted(set(newest.parent.glob(f"{source.stem}-*{source.suffix}")) - {newest})
    for old in others[: 1 - KEPT]:
        old.unlink()
