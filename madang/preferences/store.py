"""The rows of what was chosen: one for each choice that is not the default."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from madang.db.database import Database
from madang.db.schema import preferences

PREFERENCES = "preferences"
"""What other processes are told about."""


async def chosen(db: Database) -> dict[str, Any]:
    """Return every stored choice by its name."""
    async with db.read() as tx:
        rows = await tx.execute(select(preferences.c.key, preferences.c.value))
        return {row.key: row.value for row in rows}


async def choose(db: Database, choices: Mapping[str, Any], now: datetime) -> None:
    """Store these choices, all or none."""
    async with db.write() as tx:
        for key, value in choices.items():
            row = {"key": key, "value": value, "updated_at": now}
            statement = tx.insert(preferences).values(**row)
            await tx.execute(statement.on_conflict_do_update(index_elements=["key"], set_=row))
        await tx.tell_others(PREFERENCES)
