"""The rows of grants."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update

from madang.db.rows import reading
from madang.db.transaction import Transaction
from madang.db.walls import grants
from madang.permissions.grants.types import StoredGrant


async def all_grants(tx: Transaction) -> list[StoredGrant]:
    """Return every grant, the oldest first."""
    return [_grant(row) for row in await tx.execute(select(grants).order_by(grants.c.id))]


async def add(tx: Transaction, grant: StoredGrant) -> None:
    values = {name: getattr(grant, name) for name in StoredGrant.__slots__}
    await tx.execute(tx.insert(grants).values(values | {"taint": list(grant.taint)}))


async def remove(tx: Transaction, id: str) -> bool:
    return bool((await tx.execute(delete(grants).where(grants.c.id == id))).rowcount)


async def used(tx: Transaction, id: str, now: datetime) -> None:
    await tx.execute(update(grants).where(grants.c.id == id).values(uses=grants.c.uses + 1, used_at=now))


def _grant(row: Row[Any]) -> StoredGrant:
    with reading("a grant", id=row.id):
        values = {name: getattr(row, name) for name in StoredGrant.__slots__}
        return StoredGrant(**values | {"taint": tuple(row.taint)})
