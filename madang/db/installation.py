"""The installation's own random name, so that two of them on one machine keep their cookies apart."""

import secrets

from sqlalchemy import select

from madang.db.database import Database
from madang.db.schema import meta

_KEY = "installation"


async def installation_name(database: Database) -> str:
    """Return eight characters of 0-9 and a-f, made at the first call and kept."""
    async with database.write() as tx:
        wanted = select(meta.c.value).where(meta.c.key == _KEY)
        found = (await tx.execute(wanted)).scalar_one_or_none()
        if isinstance(found, str):
            return found
        # Of two processes that start together on an empty database one comes first.
        made = tx.insert(meta).values(key=_KEY, value=secrets.token_hex(4)).on_conflict_do_nothing()
        await tx.execute(made)
        return str((await tx.execute(wanted)).scalar_one())
