"""The table of conversations."""

import unicodedata
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, literal, select, tuple_, update

from madang.chat.types import Conversation, Gauge, Options
from madang.db.schema import conversations, drafts
from madang.db.transaction import Transaction

Place = tuple[datetime, str]
"""Where a conversation stands in the list: the newest first, the id where two share a moment."""

_ADD = insert(conversations)
_SAVE = update(conversations).where(conversations.c.id == bindparam("of_id"))
_FIND = select(conversations).where(conversations.c.id == bindparam("of_id"))
_FIND_AND_HOLD = _FIND.with_for_update()


async def add(tx: Transaction, conversation: Conversation) -> None:
    """Store a conversation that is not there yet."""
    await tx.execute(_ADD, _values(conversation))


async def find(tx: Transaction, conversation_id: str) -> Conversation | None:
    """Return the conversation, also a deleted one."""
    row = (await tx.execute(_FIND, {"of_id": conversation_id})).one_or_none()
    return _read(row) if row else None


async def find_and_hold(tx: Transaction, conversation_id: str) -> Conversation | None:
    """Return the conversation and keep other writers from it until the commit."""
    row = (await tx.execute(_FIND_AND_HOLD, {"of_id": conversation_id})).one_or_none()
    return _read(row) if row else None


async def save(tx: Transaction, conversation: Conversation) -> None:
    """Store every value of a conversation that is there."""
    await tx.execute(_SAVE, {**_values(conversation), "of_id": conversation.id})


async def page(
    tx: Transaction, *, query: str = "", archived: bool = False, before: Place | None = None, limit: int
) -> list[Conversation]:
    """Return up to `limit` conversations whose title contains `query`, the one changed last first."""
    table = conversations.c
    statement = select(conversations).where(table.deleted_at.is_(None))
    statement = statement.where(table.archived_at.is_not(None) if archived else table.archived_at.is_(None))
    if query:
        statement = statement.where(table.title_folded.contains(fold(query), autoescape=True))
    if before:
        statement = statement.where(tuple_(table.updated_at, table.id) < tuple_(*_bound(before)))
    rows = await tx.execute(statement.order_by(table.updated_at.desc(), table.id.desc()).limit(limit))
    return [_read(row) for row in rows]


async def purge(tx: Transaction, deleted_before: datetime) -> list[str]:
    """Remove for good what was deleted before then, with its turns, files and drafts; return the ids."""
    old = (await tx.execute(select(conversations.c.id).where(conversations.c.deleted_at < deleted_before))).scalars()
    ids = list(old)
    if ids:
        await tx.execute(delete(drafts).where(drafts.c.conversation_id.in_(ids)))
        await tx.execute(delete(conversations).where(conversations.c.id.in_(ids)))
    return ids


def fold(text: str) -> str:
    """Return the form in which titles are compared: NFC, without case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _bound(place: Place) -> tuple[Any, Any]:
    return literal(place[0], conversations.c.updated_at.type), literal(place[1])


def _values(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": conversation.id,
        "title": conversation.title,
        "title_folded": fold(conversation.title),
        "title_source": conversation.title_source,
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
        "archived_at": conversation.archived_at,
        "deleted_at": conversation.deleted_at,
        "options": asdict(conversation.options),
        "active_turn_id": conversation.active_turn_id,
        "context": asdict(conversation.context) if conversation.context else None,
    }


def _read(row: Row[Any]) -> Conversation:
    return Conversation(
        id=row.id,
        title=row.title,
        title_source=row.title_source,
        created_at=row.created_at,
        updated_at=row.updated_at,
        archived_at=row.archived_at,
        deleted_at=row.deleted_at,
        options=Options.read(row.options),
        active_turn_id=row.active_turn_id,
        context=Gauge(**row.context) if row.context else None,
    )
