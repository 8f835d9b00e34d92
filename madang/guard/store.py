"""The rows of sessions, tokens, and passes that several processes share."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select, update

from madang.db.database import Database
from madang.db.schema import passes, sessions, tokens
from madang.db.types import server_now
from madang.guard.types import Pass, PassKind, Session, Token, named_scopes
from madang.principal import Principal

SESSIONS, TOKENS = "sessions", "tokens"
"""What other processes are told about."""


async def clear_sessions(db: Database, now: datetime) -> None:
    """Forget the sessions that have run out."""
    async with db.write() as tx:
        await tx.execute(delete(sessions).where(sessions.c.expires_at <= now))


async def all_sessions(db: Database) -> list[Session]:
    """Return every session, the oldest first."""
    async with db.read() as tx:
        rows = await tx.execute(select(sessions).order_by(sessions.c.id))
        return [Session(**row) for row in rows.mappings()]


async def find_session(db: Database, cookie_hash: str) -> Session | None:
    """Return the session of a cookie."""
    async with db.read() as tx:
        rows = await tx.execute(select(sessions).where(sessions.c.cookie_hash == cookie_hash))
        row = rows.mappings().one_or_none()
        return Session(**row) if row else None


async def add_session(db: Database, session: Session) -> None:
    """Keep a session that has begun."""
    async with db.write() as tx:
        await tx.execute(insert(sessions).values(**_columns(session)))
        await tx.tell_others(SESSIONS)


async def delete_sessions(db: Database, ids: list[str]) -> None:
    """Forget these sessions."""
    async with db.write() as tx:
        await tx.execute(delete(sessions).where(sessions.c.id.in_(ids)))
        await tx.tell_others(SESSIONS)


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


async def find_token(db: Database, token_hash: str) -> Token | None:
    """Return the token with this hash, unless it has been revoked."""
    wanted = select(tokens).where(tokens.c.token_hash == token_hash, tokens.c.revoked_at.is_(None))
    async with db.read() as tx:
        row = (await tx.execute(wanted)).mappings().one_or_none()
        return _token(row) if row else None


async def add_token(db: Database, token: Token) -> None:
    """Keep a token."""
    models = None if token.models is None else sorted(token.models)
    row = _columns(token) | {"scopes": sorted(token.scopes), "models": models}
    async with db.write() as tx:
        await tx.execute(insert(tokens).values(**row))
        await tx.tell_others(TOKENS)


async def revoke_token(db: Database, id: str, now: datetime) -> None:
    """Mark a token as revoked; the row stays, so that the ledger's `actor` keeps its name."""
    async with db.write() as tx:
        await tx.execute(update(tokens).where(tokens.c.id == id).values(revoked_at=now))
        await tx.tell_others(TOKENS)


async def note_used(db: Database, used: Mapping[str, datetime]) -> None:
    """Write when each token was last used."""
    async with db.write(durable=False) as tx:
        for id, at in used.items():
            await tx.execute(update(tokens).where(tokens.c.id == id).values(last_used_at=at))


async def add_pass(db: Database, hash: str, kept: Pass, lifetime: timedelta, most: int) -> None:
    """Keep a pass for `lifetime` by the server's clock; of each kind the `most` that end last stay."""
    holder = kept.holder
    row = {"kind": holder.kind, "id": holder.id, "scopes": sorted(holder.scopes)} if holder else None
    others = select(passes.c.hash).where(passes.c.kind == kept.kind).order_by(passes.c.ends_at.desc())
    async with db.write(durable=False) as tx:
        await tx.execute(delete(passes).where(passes.c.ends_at <= server_now()))
        await tx.execute(delete(passes).where(passes.c.hash.in_(others.offset(most - 1))))
        values = {"hash": hash, "kind": kept.kind, "holder": row, "ends_at": server_now(lifetime)}
        await tx.execute(insert(passes).values(values))


async def take_pass(db: Database, kind: PassKind, hash: str) -> Pass | None:
    """Take a pass away and return it, unless it is used or has run out."""
    wanted = delete(passes).where(passes.c.hash == hash, passes.c.kind == kind, passes.c.ends_at > server_now())
    async with db.write() as tx:
        row = (await tx.execute(wanted.returning(passes.c.holder))).one_or_none()
    if row is None:
        return None
    return Pass(kind, _principal(row.holder) if row.holder else None)


def _columns(record: Session | Token) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def _token(row: RowMapping) -> Token:
    fields = {name: row[name] for name in Token.__slots__}
    models = None if row["models"] is None else frozenset(row["models"])
    return Token(**fields | {"scopes": named_scopes(row["scopes"]), "models": models})


def _principal(holder: dict[str, Any]) -> Principal:
    return Principal(holder["kind"], holder["id"], named_scopes(holder["scopes"]))
