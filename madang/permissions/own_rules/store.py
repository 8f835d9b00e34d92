"""The rows of rules, and the counter that goes up with every change of what decides."""

from typing import Any

from sqlalchemy import Row, delete, func, select

from madang.db.rows import reading
from madang.db.schema import meta
from madang.db.transaction import Transaction
from madang.db.walls import permission_rules
from madang.permissions.own_rules.types import StoredRule

TOPIC = "permissions"
"""What other processes are told about."""
_VERSION = "permissions.version"


async def all_rules(tx: Transaction) -> list[StoredRule]:
    """Return every rule, the oldest first."""
    return [_rule(row) for row in await tx.execute(select(permission_rules).order_by(permission_rules.c.id))]


async def find_text(tx: Transaction, text: str) -> str | None:
    """Return the id of the rule with this text."""
    found = await tx.execute(select(permission_rules.c.id).where(permission_rules.c.text == text))
    return found.scalar_one_or_none()


async def count(tx: Transaction) -> int:
    return int((await tx.execute(select(func.count()).select_from(permission_rules))).scalar_one())


async def add(tx: Transaction, rule: StoredRule) -> None:
    await tx.execute(tx.insert(permission_rules).values({name: getattr(rule, name) for name in StoredRule.__slots__}))


async def remove(tx: Transaction, id: str) -> str | None:
    """Take a rule away and return its text."""
    gone = delete(permission_rules).where(permission_rules.c.id == id).returning(permission_rules.c.text)
    return (await tx.execute(gone)).scalar_one_or_none()


async def version(tx: Transaction) -> int:
    """Return how often what decides has changed."""
    found = (await tx.execute(select(meta.c.value).where(meta.c.key == _VERSION))).scalar_one_or_none()
    return found if isinstance(found, int) else 0


async def raise_version(tx: Transaction) -> int:
    """Count a change, and tell the other processes of it."""
    await tx.lock(_VERSION)
    raised = await version(tx) + 1
    values = {"key": _VERSION, "value": raised}
    await tx.execute(
        tx.insert(meta).values(**values).on_conflict_do_update(index_elements=["key"], set_={"value": raised})
    )
    await tx.tell_others(TOPIC)
    return raised


def _rule(row: Row[Any]) -> StoredRule:
    with reading("a rule", id=row.id):
        return StoredRule(row.id, row.text, row.created_by, row.created_at)
