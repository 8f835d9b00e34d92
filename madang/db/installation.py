"""The installation's own random name, so that two of them on one machine keep their cookies apart."""

import secrets

from sqlalchemy import insert, select

from madang.db.database import Database
from madang.db.schema import meta

_KEY = "installation"


async def installation_name(database: Database) -> str:
    """Return eight characters of 0-9 and a-f, made at the first call and kept."""
    async with database.write() as tx:
        found = (await tx.execute(select(meta.c.value).where(meta.c.key == _KEY))).scalar_one_or_none()
        if isinstance(found, str):
            return found
        made = secrets.token_hex(4)
        await tx.execute(insert(meta).values(key=_KEY, value=made))
        return made
