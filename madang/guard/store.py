"""The rows of sessions and tokens."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select, update

from madang.db.database import Database
from madang.db.schema import sessions, tokens
from madang.guard.types import Session, Token, named_scopes


async def live_sessions(db: Database, now: datetime) -> list[Session]:
    """Return the sessions that have not run out, and clear the others away."""
    async with db.write() as tx:
        await tx.execute(delete(sessions).where(sessions.c.expires_at <= now))
        rows = await tx.execute(select(sessions).order_by(sessions.c.id))
        return [Session(**row) for row in rows.mappings()]


async def add_session(db: Database, session: Session) -> None:
    """Keep a session that has begun."""
    async with db.write() as tx:
        await tx.execute(insert(sessions).values(**_columns(session)))


async def delete_sessions(db: Database, ids: list[str]) -> None:
    """Forget these sessions."""
    async with db.write() as tx:
        await tx.execute(delete(sessions).where(sessions.c.id.in_(ids)))


async def note_seen(db: Database, seen: Mapping[str, datetime]) -> None:
    """Write when each session was last seen."""
    async with db.write(durable=False) as tx:
        for id, at in seen.items():
            await tx.execute(update(sessions).where(sessions.c.id == id).values(last_seen_at=at))


async def live_tokens(db: Database) -> list[Token]:
    """Return the tokens that have not been revoked, the oldest first."""
    async with db.read() as tx:
        rows = await tx.execute(select(tokens).where(tokens.c.revoked_at.is_(None)).order_by(tokens.c.id))
        return [_token(row) for row in rows.mappings()]


async def add_token(db: Database, token: Token) -> None:
    """Keep a token."""
    row = _columns(token) | {"scopes": sorted(token.scopes)}
    async with db.write() as tx:
        await tx.execute(insert(tokens).values(**row))


async def revoke_token(db: Database, id: str, now: datetime) -> None:
    """Mark a token as revoked; the row stays, so that the ledger's `actor` keeps its name."""
    async with db.write() as tx:
        await tx.execute(update(tokens).where(tokens.c.id == id).values(revoked_at=now))


async def note_used(db: Database, used: Mapping[str, datetime]) -> None:
    """Write when each token was last used."""
    async with db.write(durable=False) as tx:
        for id, at in used.items():
            await tx.execute(update(tokens).where(tokens.c.id == id).values(last_used_at=at))


def _columns(record: Session | Token) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def _token(row: RowMapping) -> Token:
    fields = {name: row[name] for name in Token.__slots__}
    return Token(**fields | {"scopes": named_scopes(row["scopes"])})
