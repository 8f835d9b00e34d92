"""Is the SQLite file sound? A damaged one is copied aside and refused, so that nothing makes it worse."""

import shutil
import sqlite3
from contextlib import suppress
from pathlib import Path

from loguru import logger
from sqlalchemy import Connection

from madang.db.errors import DamagedDatabase
from madang.db.folder import private_file

# Up to this size the check is quick enough to wait for; a larger file is checked while Madang works.
WAIT_LIMIT_BYTES = 64 * 2**20
SOUND = "ok"
_PARTS = ("", "-wal")


def quick_check(connection: Connection) -> None:
    """Read the file through and raise `DamagedDatabase` with SQLite's first complaint."""
    found = _first_complaint(connection, "quick_check")
    if found != SOUND:
        raise DamagedDatabase("the database file is damaged", found=found)


def integrity_check(connection: Connection) -> str:
    """Read the file through and compare its indexes with its tables; return SQLite's first complaint, or "ok"."""
    try:
        return _first_complaint(connection, "integrity_check")
    except sqlite3.DatabaseError as error:
        # So damaged that it cannot even be read to its end.
        return str(error)


def _first_complaint(connection: Connection, pragma: str) -> str:
    cursor = connection.connection.cursor()
    try:
        cursor.execute(f"PRAGMA {pragma}(1)")
        row = cursor.fetchone()
    finally:
        cursor.close()
    return str(row[0]) if row else "no answer"


def refused(path: Path, error: DamagedDatabase) -> DamagedDatabase:
    """Keep a copy of the damaged file and return the error in words that say where it is."""
    copy = _keep_copy(path)
    backups = sorted(str(backup) for backup in (path.parent / "backups").glob(f"{path.stem}-*{path.suffix}"))
    logger.error("db: {} is damaged, a copy is kept at {}", path, copy)
    return DamagedDatabase(
        f"{path} is damaged and was not opened; a copy is kept at {copy}",
        **error.details | {"path": str(path), "copy": str(copy), "newest_backup": backups[-1] if backups else None},
    )


def _keep_copy(path: Path) -> Path:
    # Named by when the file was last written: starting again and again makes no further copies.
    copy = path.with_name(f"{path.stem}-damaged-{path.stat().st_mtime_ns}{path.suffix}")
    if not copy.exists():
        for part in _PARTS:
            with suppress(FileNotFoundError):
                source, target = Path(f"{path}{part}"), Path(f"{copy}{part}")
                with source.open("rb") as origin:
                    private_file(target)
                    with target.open("wb") as kept:
                        shutil.copyfileobj(origin, kept)
    return copy
