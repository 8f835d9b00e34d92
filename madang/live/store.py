"""The journal's tables."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, or_, select, text, update

from madang.db.rows import reading, sound
from madang.db.schema import events, streams
from madang.db.transaction import Transaction
from madang.live.types import Event, Note, Past, Position

_ADD = insert(events)
_COUNT_UP = text(
    "INSERT INTO streams (name, last_number, kept_after) VALUES (:stream, :steps, 0) ON CONFLICT (name) "
    "DO UPDATE SET last_number = streams.last_number + excluded.last_number RETURNING last_number"
)
_POSITION = select(streams).where(streams.c.name == bindparam("of_stream"))
_AFTER = (
    select(events)
    .where(events.c.stream == bindparam("of_stream"), events.c.number > bindparam("after"))
    .order_by(events.c.number)
    .limit(bindparam("most"))
)


async def add(transaction: Transaction, notes: Sequence[Note]) -> list[Event]:
    """Number the notes of each stream in the order given, store them, and return them in that order.

    Counting up holds the stream's row until the commit, so numbers follow the order of commits and a rolled back
    transaction leaves no gap. Streams are taken in descending order of their names, so two writers never wait for
    each other.
    """
    numbers = await _count_up(transaction, Counter(note.stream for note in notes))
    added = [Event(note.stream, next(numbers[note.stream]), note.kind, note.data, note.at) for note in notes]
    await transaction.execute(_ADD, [_row(event) for event in added])
    return added


async def position(transaction: Transaction, stream: str) -> Position:
    """Return how far `stream` goes; a stream nobody wrote to is at 0."""
    row = (await transaction.execute(_POSITION, {"of_stream": stream})).one_or_none()
    return Position(row.last_number, row.kept_after) if row else Position(0, 0)


async def after(transaction: Transaction, stream: str, number: int, limit: int) -> list[Event]:
    """Return up to `limit` events that follow `number`, in order. Raises `DamagedRow`."""
    rows = await transaction.execute(_AFTER, {"of_stream": stream, "after": number, "most": limit})
    with reading("an event", stream=stream):
        return [sound(Event(row.stream, row.number, row.kind, row.data, row.at)) for row in rows]


async def past(transaction: Transaction, details_before: datetime, all_before: datetime) -> list[Past]:
    """Return what is old, by stream.

    A `.delta` is when it is older than `details_before` and something `.finished` came after it, because the finished
    thing holds the whole text; a `.changed` from before then is, because the thing itself says how it is, and a draft
    would otherwise be kept at every stage. Everything is that is older than `all_before`.
    """
    finished = (
        select(events.c.stream, func.max(events.c.number).label("number"))
        .where(events.c.kind.like("%.finished"))
        .group_by(events.c.stream)
        .subquery()
    )
    last_finished = func.coalesce(finished.c.number, 0)
    rows = await transaction.execute(
        select(events.c.stream, func.max(last_finished).label("finished"))
        .outerjoin(finished, finished.c.stream == events.c.stream)
        .where(_is_past(last_finished, details_before, all_before))
        .group_by(events.c.stream)
    )
    return [Past(row.stream, row.finished, details_before, all_before) for row in rows]


async def clear(transaction: Transaction, old: Past, most: int) -> int:
    """Delete up to `most` old events of a stream, raise `kept_after` past them, and return how many went."""
    is_old = and_(events.c.stream == old.stream, _is_past(old.finished, old.details_before, old.all_before))
    oldest = select(events.c.number).where(is_old).order_by(events.c.number).limit(most).subquery()
    last = (await transaction.execute(select(func.max(oldest.c.number)))).scalar_one()
    if last is None:
        return 0
    behind = update(streams).where(streams.c.name == old.stream, streams.c.kept_after < last)
    await transaction.execute(behind.values(kept_after=last))
    return (await transaction.execute(delete(events).where(is_old, events.c.number <= last))).rowcount


def _is_past(finished: Any, details_before: datetime, all_before: datetime) -> ColumnElement[bool]:
    is_told = and_(events.c.kind.like("%.delta"), events.c.number < finished)
    is_detail = or_(is_told, events.c.kind.like("%.changed"))
    return or_(and_(events.c.at < details_before, is_detail), events.c.at < all_before)


async def _count_up(transaction: Transaction, steps: Mapping[str, int]) -> dict[str, Iterator[int]]:
    """Return the numbers that come next in each stream, as many as it needs."""
    following = {}
    for stream in sorted(steps, reverse=True):
        last: int = (await transaction.execute(_COUNT_UP, {"stream": stream, "steps": steps[stream]})).scalar_one()
        following[stream] = iter(range(last - steps[stream] + 1, last + 1))
    return following


def _row(event: Event) -> dict[str, Any]:
    return {"stream": event.stream, "number": event.number, "kind": event.kind, "data": event.data, "at": event.at}
