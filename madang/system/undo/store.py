"""The rows of what can be undone."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from madang.db.schema import processes
from madang.db.transaction import Transaction
from madang.db.walls import undo_entries
from madang.system.undo.types import Kept, KeptState, packed, unpacked

_BRIEF = (
    undo_entries.c.id, undo_entries.c.effect, undo_entries.c.run, undo_entries.c.actor_kind, undo_entries.c.folder,
    undo_entries.c.state, undo_entries.c.at, undo_entries.c.changes, undo_entries.c.size_bytes,
)  # fmt: skip


async def add(tx: Transaction, kept: Kept, process: str | None) -> None:
    """Store that an action begins."""
    names = ("id", "effect", "run", "actor_kind", "folder", "state", "at", "size_bytes")
    values = {name: getattr(kept, name) for name in names}
    await tx.execute(undo_entries.insert().values(**values, process=process, changes=[]))


async def end(tx: Transaction, kept: Kept) -> None:
    """Store what it changed."""
    values = {"state": kept.state, "changes": packed(kept.changes), "size_bytes": kept.size_bytes}
    await tx.execute(update(undo_entries).where(undo_entries.c.id == kept.id).values(values))


async def remove(tx: Transaction, id: str) -> None:
    """Forget an action that changed nothing."""
    await tx.execute(undo_entries.delete().where(undo_entries.c.id == id))


async def set_state(tx: Transaction, ids: Collection[str], state: KeptState) -> None:
    """Give entries a state; those that are dropped lose what they held."""
    values: dict[str, Any] = {"state": state} | ({"changes": [], "size_bytes": 0} if state == "dropped" else {})
    await tx.execute(update(undo_entries).where(undo_entries.c.id.in_(ids)).values(values))


async def find(tx: Transaction, id: str) -> Kept | None:
    row = (await tx.execute(select(*_BRIEF).where(undo_entries.c.id == id))).one_or_none()
    return None if row is None else _kept(row)


async def page(tx: Transaction, folder: str, run: str | None, before: str | None, limit: int) -> list[Kept]:
    """Return entries of a folder, of one run or of any, the newest first."""
    wanted = select(*_BRIEF).where(undo_entries.c.folder == folder, undo_entries.c.state != "open")
    if run is not None:
        wanted = wanted.where(undo_entries.c.run == run)
    if before is not None:
        wanted = wanted.where(undo_entries.c.id < before)
    return [_kept(row) for row in await tx.execute(wanted.order_by(undo_entries.c.id.desc()).limit(limit))]


async def left_behind(tx: Transaction) -> list[str]:
    """Return what was being done by a process that has ended. On SQLite that is any: ask before the first."""
    wanted = select(undo_entries.c.id).where(undo_entries.c.state == "open")
    if not tx.is_sqlite:
        wanted = wanted.where(undo_entries.c.process.not_in(select(processes.c.id)))
    return list((await tx.execute(wanted)).scalars())


async def weights(tx: Transaction) -> list[tuple[str, datetime, int]]:
    """Return id, moment and bytes of all that is held, the newest first."""
    held = select(undo_entries.c.id, undo_entries.c.at, undo_entries.c.size_bytes).where(
        undo_entries.c.state.in_(("kept", "undone"))
    )
    return [(row.id, row.at, row.size_bytes) for row in await tx.execute(held.order_by(undo_entries.c.id.desc()))]


async def needed(tx: Transaction) -> set[str] | None:
    """Return the SHA-256 of every content that is held, or None while something is being done."""
    rows = list(await tx.execute(select(undo_entries.c.state, undo_entries.c.changes)))
    if any(row.state == "open" for row in rows):
        return None
    changes = [one for row in rows for one in unpacked(row.changes)]
    return {entry.sha for one in changes for entry in (one.before, one.after) if entry and entry.sha}


def _kept(row: Row[Any]) -> Kept:
    values = row._asdict()
    return Kept(**{**values, "changes": unpacked(values["changes"])})
