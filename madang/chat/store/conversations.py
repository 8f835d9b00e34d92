"""The table of conversations."""

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Column, Row, bindparam, delete, insert, literal, select, tuple_, update

from madang.chat.types import Conversation, Gauge, Options
from madang.db.errors import DamagedRow
from madang.db.rows import reading, sound
from madang.db.schema import conversations, drafts
from madang.db.transaction import Transaction

T = TypeVar("T")

Place = tuple[datetime, str]
"""Where a conversation stands in the list: the newest first, the id where two share a moment."""

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_ADD = insert(conversations)
_SAVE = update(conversations).where(conversations.c.id == bindparam("of_id"))
_FIND = select(conversations).where(conversations.c.id == bindparam("of_id"))
_FIND_AND_HOLD = _FIND.with_for_update()


async def add(tx: Transaction, conversation: Conversation) -> None:
    """Store a conversation that is not there yet."""
    await tx.execute(_ADD, _values(conversation))


async def find(tx: Transaction, conversation_id: str) -> Conversation | None:
    """Return the conversation, also a deleted one. Raises `DamagedRow`."""
    found = _read_all(await tx.execute(_FIND, {"of_id": conversation_id}), conversation_id=conversation_id)
    return found[0] if found else None


async def find_and_hold(tx: Transaction, conversation_id: str) -> Conversation | None:
    """Return the conversation and keep other writers from it until the commit. Raises `DamagedRow`."""
    found = _read_all(await tx.execute(_FIND_AND_HOLD, {"of_id": conversation_id}), conversation_id=conversation_id)
    return found[0] if found else None


async def save(tx: Transaction, conversation: Conversation) -> None:
    """Store every value of a conversation that is there."""
    await tx.execute(_SAVE, {**_values(conversation), "of_id": conversation.id})


async def page(
    tx: Transaction, *, query: str = "", archived: bool = False, before: Place | None = None, limit: int
) -> list[Conversation]:
    """Return up to `limit` conversations whose title contains `query`, the one changed last first.

    One whose row is damaged stands among them, marked as such, with what can be read of it.
    """
    table = conversations.c
    statement = select(conversations).where(table.deleted_at.is_(None))
    statement = statement.where(table.archived_at.is_not(None) if archived else table.archived_at.is_(None))
    if query:
        statement = statement.where(table.title_folded.contains(fold(query), autoescape=True))
    if before:
        statement = statement.where(tuple_(table.updated_at, table.id) < tuple_(*_bound(before)))
    statement = statement.order_by(table.updated_at.desc(), table.id.desc()).limit(limit)
    try:
        return _read_all(await tx.execute(statement))
    except DamagedRow:
        ids = list((await tx.execute(statement.with_only_columns(table.id))).scalars())
        return [await find_or_mark(tx, one) for one in ids]


async def find_or_mark(tx: Transaction, conversation_id: str) -> Conversation:
    """Return a conversation that is there; of a damaged one what can be read, marked as such."""
    try:
        found = await find(tx, conversation_id)
    except DamagedRow:
        found = None
    return found or Conversation(
        conversation_id,
        await _readable(tx, conversation_id, conversations.c.title, ""),
        "person",
        await _readable(tx, conversation_id, conversations.c.created_at, _LONG_AGO),
        await _readable(tx, conversation_id, conversations.c.updated_at, _LONG_AGO),
        is_damaged=True,
    )


async def mark_deleted(tx: Transaction, conversation_id: str, at: datetime) -> bool:
    """Delete a conversation without reading it, and say whether it was there."""
    is_it = (conversations.c.id == conversation_id) & conversations.c.deleted_at.is_(None)
    return bool((await tx.execute(update(conversations).where(is_it).values(deleted_at=at))).rowcount)


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
        "options": conversation.options.as_json(),
        "active_turn_id": conversation.active_turn_id,
        "context": conversation.context.as_json() if conversation.context else None,
    }


def _read_all(rows: Iterable[Row[Any]], **where: str) -> list[Conversation]:
    with reading("a conversation", **where):
        return [sound(_read(row)) for row in rows]


async def _readable(tx: Transaction, conversation_id: str, column: Column[T], otherwise: T) -> T:
    """Return one value of a damaged row, `otherwise` where that is what is damaged."""
    try:
        found = await tx.execute(select(column).where(conversations.c.id == conversation_id))
        with reading("a value"):
            value = found.scalar_one_or_none()
    except DamagedRow:
        return otherwise
    return value if isinstance(value, type(otherwise)) else otherwise


def _read(row: Row[Any]) -> Conversation:
    return Conversation(
        id=row.id,
        title=row.title,
        title_source=row.title_source,
        created_at=row.created_at,
        updated_at=row.updated_at,
        archived_at=row.archived_at,
        deleted_at=row.deleted_at,
        options=sound(Options.read(row.options)),
        active_turn_id=row.active_turn_id,
        context=sound(Gauge(**row.context)) if row.context else None,
    )
