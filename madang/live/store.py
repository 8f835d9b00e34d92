"""The journal's tables."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import and_, delete, func, insert, or_, select, update

from madang.db.schema import events, streams
from madang.db.transaction import Transaction
from madang.live.types import Event, Note, Position


async def add(transaction: Transaction, notes: Sequence[Note]) -> list[Event]:
    """Number the notes of each stream in the order given, and store them.

    Counting up holds the stream's row until the commit, so numbers follow the order of commits and a rolled back
    transaction leaves no gap. Streams are taken in descending order of their names, so two writers never wait for
    each other.
    """
    added: list[Event] = []
    for stream, group in groupby(sorted(notes, key=lambda note: note.stream, reverse=True), lambda note: note.stream):
        mine = list(group)
        last = await _count_up(transaction, stream, len(mine))
        first = last - len(mine) + 1
        added += [Event(stream, number, note.kind, note.data, note.at) for number, note in enumerate(mine, first)]
    await transaction.execute(insert(events), [_row(event) for event in added])
    return added


async def position(transaction: Transaction, stream: str) -> Position:
    """Return how far `stream` goes; a stream nobody wrote to is at 0."""
    row = (await transaction.execute(select(streams).where(streams.c.name == stream))).one_or_none()
    return Position(row.last_number, row.kept_after) if row else Position(0, 0)


async def after(transaction: Transaction, stream: str, number: int, limit: int) -> list[Event]:
    """Return up to `limit` events that follow `number`, in order."""
    rows = await transaction.execute(
        select(events).where(events.c.stream == stream, events.c.number > number).order_by(events.c.number).limit(limit)
    )
    return [Event(row.stream, row.number, row.kind, row.data, row.at) for row in rows]


async def clear(transaction: Transaction, deltas_before: datetime, all_before: datetime) -> int:
    """Delete old events, raise `kept_after` past them, and return how many went.

    A `.delta` goes when it is older than `deltas_before` and something `.finished` after it, because the finished
    thing holds the whole text. Everything goes that is older than `all_before`.
    """
    finished = (
        select(events.c.stream, func.max(events.c.number).label("number"))
        .where(events.c.kind.like("%.finished"))
        .group_by(events.c.stream)
        .subquery()
    )
    told = and_(events.c.kind.like("%.delta"), events.c.at < deltas_before, events.c.number < finished.c.number)
    rows = await transaction.execute(
        select(events.c.stream, func.max(events.c.number).label("number"))
        .outerjoin(finished, finished.c.stream == events.c.stream)
        .where(or_(told, events.c.at < all_before))
        .group_by(events.c.stream)
    )
    return sum([await _clear_stream(transaction, row.stream, row.number, all_before) for row in rows])


async def _clear_stream(transaction: Transaction, stream: str, number: int, all_before: datetime) -> int:
    await transaction.execute(update(streams).where(streams.c.name == stream).values(kept_after=number))
    gone = await transaction.execute(
        delete(events)
        .where(events.c.stream == stream, events.c.number <= number)
        .where(or_(events.c.kind.like("%.delta"), events.c.at < all_before))
    )
    return gone.rowcount


async def _count_up(transaction: Transaction, stream: str, steps: int) -> int:
    statement = transaction.insert(streams).values(name=stream, last_number=steps, kept_after=0)
    counted = statement.on_conflict_do_update(
        index_elements=[streams.c.name], set_={"last_number": streams.c.last_number + steps}
    ).returning(streams.c.last_number)
    return int((await transaction.execute(counted)).scalar_one())


def _row(event: Event) -> dict[str, Any]:
    return {"stream": event.stream, "number": event.number, "kind": event.kind, "data": event.data, "at": event.at}
