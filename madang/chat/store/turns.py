"""The table of turns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, exists, insert, select, true, update
from sqlalchemy.exc import IntegrityError

from madang.chat.types import Attachment, Options, Turn, TurnMark
from madang.db.errors import DamagedRow
from madang.db.rows import reading, sound
from madang.db.schema import processes, turns
from madang.db.transaction import Transaction
from madang.gateway.types import Likeness, Receipt

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
    """Return the turn. Raises `DamagedRow`, as all that reads turns does."""
    found = _read_all(await tx.execute(_FIND, {"of_id": turn_id}), turn_id=turn_id)
    return found[0] if found else None


async def find_by_client_id(tx: Transaction, client_id: str) -> Turn | None:
    """Return the turn that came with this client id."""
    found = _read_all(await tx.execute(_FIND_BY_CLIENT_ID, {"of_client_id": client_id}))
    return found[0] if found else None


async def path_to(tx: Transaction, leaf_id: str) -> list[Turn]:
    """Return the branch that ends at `leaf_id`, oldest first."""
    leaf = select(turns.c.id, turns.c.parent_id).where(turns.c.id == leaf_id).cte("path", recursive=True)
    path = leaf.union(select(turns.c.id, turns.c.parent_id).where(turns.c.id == leaf.c.parent_id))
    rows = await tx.execute(select(turns).join(path, path.c.id == turns.c.id))
    found = {turn.id: turn for turn in _read_all(rows, leaf_id=leaf_id)}
    branch: list[Turn] = []
    following: str | None = leaf_id
    # Each is taken out, so that no ring of parents holds this up for ever.
    while following is not None and (turn := found.pop(following, None)):
        branch.append(turn)
        following = turn.parent_id
    return branch[::-1]


async def in_conversation(tx: Transaction, conversation_id: str) -> list[Turn]:
    """Return all turns of all branches, oldest first."""
    statement = select(turns).where(turns.c.conversation_id == conversation_id).order_by(turns.c.id)
    found = _read_all(await tx.execute(statement), conversation_id=conversation_id)
    _check_tree({turn.id: turn.parent_id for turn in found}, conversation_id)
    return found


async def newest(tx: Transaction, conversation_id: str, count: int) -> list[Turn]:
    """Return the `count` newest turns of all branches, oldest first, and before them those that stream or wait."""
    mine = turns.c.conversation_id == conversation_id
    last = select(turns.c.id).where(mine).order_by(turns.c.id.desc()).limit(count)
    statement = select(turns).where(mine, turns.c.id.in_(last) | turns.c.status.in_(("queued", "streaming")))
    return _read_all(await tx.execute(statement.order_by(turns.c.id)), conversation_id=conversation_id)


async def some(tx: Transaction, conversation_id: str, ids: Sequence[str]) -> list[Turn]:
    """Return the turns of a conversation that have these ids, oldest first."""
    statement = select(turns).where(turns.c.conversation_id == conversation_id, turns.c.id.in_(ids))
    return _read_all(await tx.execute(statement.order_by(turns.c.id)), conversation_id=conversation_id)


async def marks(tx: Transaction, conversation_id: str) -> list[TurnMark]:
    """Return all turns of all branches without their words, oldest first."""
    columns = (turns.c.id, turns.c.parent_id, turns.c.client_id, turns.c.status)
    statement = select(*columns).where(turns.c.conversation_id == conversation_id).order_by(turns.c.id)
    rows = await tx.execute(statement)
    with reading("a turn", conversation_id=conversation_id):
        found = [sound(TurnMark(row.id, row.parent_id, row.client_id, row.status)) for row in rows]
    _check_tree({mark.id: mark.parent_id for mark in found}, conversation_id)
    return found


async def unfinished(tx: Transaction, conversation_id: str) -> list[Turn]:
    """Return the turns of a conversation that stream or wait, oldest first."""
    rows = await tx.execute(_UNFINISHED, {"of_conversation_id": conversation_id})
    return _read_all(rows, conversation_id=conversation_id)


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


async def stranded(tx: Transaction) -> list[str]:
    """Return the turns that wait for no person and behind nothing that is being answered, oldest first."""
    other = turns.alias()
    is_busy = exists().where(other.c.conversation_id == turns.c.conversation_id, other.c.status == "streaming")
    waiting = select(turns.c.id).where(turns.c.status == "queued", turns.c.held.is_(False), ~is_busy)
    return list((await tx.execute(waiting.order_by(turns.c.id))).scalars())


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
    return same | {"attachments": [one.as_json() for one in turn.attachments], "options": turn.asked.as_json()}


def _read_all(rows: Iterable[Row[Any]], **where: str) -> list[Turn]:
    with reading("a turn", **where):
        return [_read(row) for row in rows]


def _read(row: Row[Any]) -> Turn:
    same = {name: getattr(row, name) for name in _SAME}
    attachments = tuple(sound(Attachment(**one)) for one in row.attachments)
    _check_json(row.error, row.receipt)
    return sound(Turn(**same, attachments=attachments, asked=sound(Options.read(row.options))))


def _check_json(error: Any, receipt: Any) -> None:
    if receipt is not None:
        similar = receipt.get("similar")
        likeness = None if similar is None else sound(Likeness(**similar))
        sound(Receipt(**{**receipt, "similar": likeness}))
    if error is not None and not (isinstance(error["code"], str) and isinstance(error["message"], str)):
        raise TypeError("an error is of a wrong kind")


def _check_tree(parents: Mapping[str, str | None], conversation_id: str) -> None:
    """Raise `DamagedRow` where a turn is its own ancestor."""
    ends = set[str]()
    for turn_id in parents:
        path, at = set[str](), turn_id
        while at not in ends and (parent := parents.get(at)) is not None:
            if at in path:
                raise DamagedRow("a turn follows itself", conversation_id=conversation_id)
            path.add(at)
            at = parent
        ends |= path
