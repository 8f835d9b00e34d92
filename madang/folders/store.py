"""The rows of opened folders."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, delete, select, update

from madang.db.database import Database
from madang.db.walls import opened_folders
from madang.folders.types import FolderAccess, OpenedFolder

FOLDERS = "folders"
"""What other processes are told about."""
Accepted = Mapping[str, str]
"""SHA-256 by path of the files the person looked at."""

_IS = opened_folders.c
_NUMBERS = 1 << 64


async def all_folders(db: Database) -> list[tuple[OpenedFolder, Accepted]]:
    """Return every opened folder, oldest first, with what was accepted in it."""
    async with db.read() as tx:
        rows = await tx.execute(select(opened_folders).order_by(_IS.opened_at, _IS.id))
        return [(_folder(row), row.accepted) for row in rows]


async def add_folder(db: Database, folder: OpenedFolder, accepted: Accepted) -> bool:
    """Store it unless its path is open; say whether it was stored."""
    async with db.write() as tx:
        numbers = {"dev": _signed(folder.dev), "ino": _signed(folder.ino)}
        row = asdict(folder) | numbers | {"accepted": dict(accepted)}
        done = await tx.execute(tx.insert(opened_folders).values(**row).on_conflict_do_nothing())
        await tx.tell_others(FOLDERS)
        return bool(done.rowcount)


async def set_access(db: Database, folder_id: str, access: FolderAccess) -> bool:
    """Change how far it goes; say whether it is there."""
    return await _change(db, folder_id, access=access)


async def set_accepted(db: Database, folder_id: str, accepted: Accepted) -> bool:
    """Store what was looked at; say whether the folder is there."""
    return await _change(db, folder_id, accepted=dict(accepted))


async def remove_folder(db: Database, folder_id: str) -> bool:
    """Forget it; say whether it was there."""
    async with db.write() as tx:
        done = await tx.execute(delete(opened_folders).where(_IS.id == folder_id))
        await tx.tell_others(FOLDERS)
        return bool(done.rowcount)


async def _change(db: Database, folder_id: str, **values: Any) -> bool:
    async with db.write() as tx:
        done = await tx.execute(update(opened_folders).where(_IS.id == folder_id).values(**values))
        await tx.tell_others(FOLDERS)
        return bool(done.rowcount)


def _folder(row: Row[Any]) -> OpenedFolder:
    dev, ino = row.dev % _NUMBERS, row.ino % _NUMBERS
    return OpenedFolder(row.id, row.path, row.name, row.access, dev, ino, row.opened_at)


def _signed(number: int) -> int:
    """Systems number things up to 64 bits, and databases keep 63 and a sign."""
    return number - _NUMBERS if number >= _NUMBERS // 2 else number
