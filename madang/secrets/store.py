"""The rows that remember which keys are stored where."""

from sqlalchemy import delete, func, select

from madang.db.database import Database
from madang.db.schema import key_notes, processes
from madang.secrets.types import Note

KEYS = "keys"
"""What other processes are told about."""


async def all_notes(db: Database) -> list[Note]:
    """Return what is known about every stored key, by name."""
    async with db.read() as tx:
        rows = await tx.execute(select(key_notes).order_by(key_notes.c.name))
        return [Note(**row) for row in rows.mappings()]


async def others_work(db: Database) -> bool:
    """Say whether other processes work on this database."""
    if db.is_sqlite:
        return False
    async with db.read() as tx:
        return int((await tx.execute(select(func.count()).select_from(processes))).scalar_one()) > 1


async def keep_note(db: Database, note: Note) -> None:
    """Remember a key, in place of what was known about it."""
    row = {name: getattr(note, name) for name in note.__slots__}
    async with db.write() as tx:
        statement = tx.insert(key_notes).values(**row)
        await tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_=row))
        await tx.tell_others(KEYS)


async def drop_note(db: Database, name: str) -> None:
    """Forget a key."""
    async with db.write() as tx:
        await tx.execute(delete(key_notes).where(key_notes.c.name == name))
        await tx.tell_others(KEYS)
