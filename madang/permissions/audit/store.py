"""The rows of the audit: only ever added to."""

from typing import Any

from sqlalchemy import Row, func, select

from madang.db.database import Database
from madang.db.rows import reading
from madang.db.transaction import Transaction
from madang.db.walls import audit, effects
from madang.permissions.audit.types import Entry, Head

LOCK = "permissions.audit"


async def head(tx: Transaction, chain: str) -> Head:
    """Return how far a chain has come."""
    last = select(audit.c.number, audit.c.mac).where(audit.c.chain == chain).order_by(audit.c.number.desc()).limit(1)
    row = (await tx.execute(last)).one_or_none()
    return Head(row.number, row.mac) if row else Head()


async def add(tx: Transaction, entry: Entry) -> None:
    await tx.execute(tx.insert(audit).values({name: getattr(entry, name) for name in Entry.__slots__}))


async def newest(database: Database, before: str | None, limit: int) -> list[Entry]:
    """Return entries of all chains, the newest first, from before the one with the id `before`."""
    wanted = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(audit.c.id < before)
    async with database.read() as tx:
        return [_entry(row) for row in await tx.execute(wanted)]


async def after(tx: Transaction, chain: str, number: int, limit: int) -> list[Entry]:
    """Return the next entries of a chain, in order."""
    wanted = select(audit).where(audit.c.chain == chain, audit.c.number > number).order_by(audit.c.number).limit(limit)
    return [_entry(row) for row in await tx.execute(wanted)]


async def count_others(tx: Transaction, chain: str) -> int:
    """Count the entries of other chains."""
    return int((await tx.execute(select(func.count()).where(audit.c.chain != chain))).scalar_one())


async def effects_after(tx: Transaction, id: str, limit: int) -> list[tuple[str, str, str]]:
    """Return id, digest and state of the next effects, in the order of their ids."""
    wanted = (
        select(effects.c.id, effects.c.digest, effects.c.state)
        .where(effects.c.id > id)
        .order_by(effects.c.id)
        .limit(limit)
    )
    return [(row.id, row.digest, row.state) for row in await tx.execute(wanted)]


def _entry(row: Row[Any]) -> Entry:
    with reading("an entry of the audit", id=row.id):
        return Entry(row.id, row.chain, row.number, row.at, row.kind, row.about, row.entry, row.mac)
