"""The table of turns."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, exists, insert, select, true, update
from sqlalchemy.exc import IntegrityError

from madang.chat.types import Attachment, Options, Turn
from madang.db.schema import processes, turns
from madang.db.transaction import Transaction

_SAME = (
    "id",
    "conversation_id",
    "parent_id",
    "client_id",
    "body_hash",
    "actor",
    "content",
    "answer",
    "reasoning",
    "status",
    "held",
    "error",
    "finish_reason",
    "model",
    "receipt",
    "cache_asked",
    "live_from",
    "process",
    "created_at",
    "started_at",
    "finished_at",
)

# Statements of the hot way are made once: SQLAlchemy then knows them again without looking through them.
_ADD = insert(turns)
_SAVE = update(turns).where(turns.c.id == bindparam("of_id"))
_FIND = select(turns).where(turns.c.id == bindparam("of_id"))
_FIND_BY_CLIENT_ID = select(turns).where(turns.c.client_id == bindparam("of_client_id"))
_UNFINISHED = (
    select(turns)
    .where(turns.c.conversation_id == bindparam("of_conversation_id"), turns.c.status.in_(("queued", "streaming")))
    .order_by(turns.c.id)
)


class ClientIdTaken(Exception):
    """Another turn has this client id; the transaction is of no more use."""


async def add(tx: Transaction, turn: Turn) -> None:
    """Store a turn that is not there yet. Raises `ClientIdTaken`."""
    try:
        await tx.execute(_ADD, _values(turn))
    except IntegrityError as error:
        if turn.client_id is None:
            raise
        raise ClientIdTaken(turn.client_id) from error


async def save(tx: Transaction, turn: Turn) -> None:
    """Store every value of a turn that is there."""
    await tx.execute(_SAVE, {**_values(turn), "of_id": turn.id})


async def find(tx: Transaction, turn_id: str) -> Turn | None:
    """Return the turn."""
    row = (await tx.execute(_FIND, {"of_id": turn_id})).one_or_none()
    return _read(row) if row else None


async def find_by_client_id(tx: Transaction, client_id: str) -> Turn | None:
    """Return the turn that came with this client id."""
    row = (await tx.execute(_FIND_BY_CLIENT_ID, {"of_client_id": client_id})).one_or_none()
    return _read(row) if row else None


async def path_to(tx: Transaction, leaf_id: str) -> list[Turn]:
    """Return the branch that ends at `leaf_id`, oldest first."""
    leaf = select(turns.c.id, turns.c.parent_id).where(turns.c.id == leaf_id).cte("path", recursive=True)
    path = leaf.union(select(turns.c.id, turns.c.parent_id).where(turns.c.id == leaf.c.parent_id))
    found = {row.id: _read(row) for row in await tx.execute(select(turns).join(path, path.c.id == turns.c.id))}
    branch: list[Turn] = []
    following: str | None = leaf_id
    while following is not None and (turn := found.get(following)):
        branch.append(turn)
        following = turn.parent_id
    return branch[::-1]


async def in_conversation(tx: Transaction, conversation_id: str) -> list[Turn]:
    """Return all turns of all branches, oldest first."""
    statement = select(turns).where(turns.c.conversation_id == conversation_id).order_by(turns.c.id)
    return [_read(row) for row in await tx.execute(statement)]


async def unfinished(tx: Transaction, conversation_id: str) -> list[Turn]:
    """Return the turns of a conversation that stream or wait, oldest first."""
    return [_read(row) for row in await tx.execute(_UNFINISHED, {"of_conversation_id": conversation_id})]


async def orphans(tx: Transaction) -> list[str]:
    """Return the turns that stream although the process that answered them is not at work, oldest first."""
    left = select(turns.c.id).where(turns.c.status == "streaming")
    return list((await tx.execute(left.where(_is_left_alone(tx)).order_by(turns.c.id))).scalars())


async def is_orphan(tx: Transaction, turn_id: str) -> bool:
    """Say whether the turn streams although the process that answered it is not at work."""
    left = select(turns.c.id).where(turns.c.id == turn_id, turns.c.status == "streaming", _is_left_alone(tx))
    return (await tx.execute(left)).first() is not None


async def is_answered_by(tx: Transaction, turn_id: str, process: str) -> bool:
    """Say whether the turn streams and `process` is the one that answers it."""
    mine = select(turns.c.id).where(turns.c.id == turn_id, turns.c.status == "streaming", turns.c.process == process)
    return (await tx.execute(mine)).first() is not None


async def stranded(tx: Transaction) -> list[Turn]:
    """Return the turns that wait for no person and behind nothing that is being answered, oldest first."""
    other = turns.alias()
    is_busy = exists().where(other.c.conversation_id == turns.c.conversation_id, other.c.status == "streaming")
    waiting = select(turns).where(turns.c.status == "queued", turns.c.held.is_(False), ~is_busy)
    return [_read(row) for row in await tx.execute(waiting.order_by(turns.c.id))]


async def remove(tx: Transaction, turn: Turn) -> None:
    """Take a turn out of its branch; what followed it follows its parent."""
    await tx.execute(update(turns).where(turns.c.parent_id == turn.id).values(parent_id=turn.parent_id))
    await tx.execute(delete(turns).where(turns.c.id == turn.id))


def _is_left_alone(tx: Transaction) -> ColumnElement[bool]:
    # On SQLite whoever asks is the only process, and asks before it answers anything.
    if tx.is_sqlite:
        return true()
    return turns.c.process.is_(None) | turns.c.process.not_in(select(processes.c.id))


def _values(turn: Turn) -> dict[str, Any]:
    same = {name: getattr(turn, name) for name in _SAME}
    return same | {"attachments": [one.as_json() for one in turn.attachments], "options": asdict(turn.asked)}


def _read(row: Row[Any]) -> Turn:
    same = {name: getattr(row, name) for name in _SAME}
    attachments = tuple(Attachment(**one) for one in row.attachments)
    return Turn(**same, attachments=attachments, asked=Options.read(row.options))
