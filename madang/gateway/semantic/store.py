"""The questions whose answers are kept, with their vectors, and what the person said about hits."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, type_coerce, update

from madang.db.database import Database
from madang.db.schema import similar_hits, similar_questions
from madang.db.types import Moment
from madang.gateway.semantic.types import Pair, Question, Vector

_PAIR = (similar_hits.c.asked_key, similar_hits.c.kept_key, similar_hits.c.embedder, similar_hits.c.score)


@dataclass(frozen=True, slots=True)
class Row:
    """A question that was asked before."""

    key: str
    question: str
    vector: bytes


@dataclass(frozen=True, slots=True)
class Tally:
    """How many calls were answered with a similar question's answer, and of how many the person said it was wrong."""

    hits: int
    wrong: int


async def list_bucket(database: Database, bucket: str, embedder: str, since: datetime, most: int) -> list[Row]:
    """Return the questions of a bucket that were asked since then, `most` of them where there are more.

    In no order: sorting ten thousand vectors takes five times as long as reading them.
    """
    questions = similar_questions.c
    wanted = (questions.bucket == bucket, questions.embedder == embedder, questions.created_at >= since)
    found = select(questions.key, questions.question, questions.vector).where(*wanted).limit(most)
    async with database.read() as tx:
        rows: Sequence[Any] = (await tx.execute(found)).all()
    return [Row(row[0], row[1], row[2]) for row in rows]


async def add_question(database: Database, question: Question, vector: Vector, now: datetime, since: datetime) -> None:
    """Add a question, or make it new; those from before `since` have no kept answer any more and go."""
    key = {"bucket": question.bucket, "embedder": vector.embedder, "key": question.key}
    values = {"question": question.text, "vector": vector.data, "created_at": now}
    async with database.write(durable=False) as tx:
        added = tx.insert(similar_questions).values(**key, **values)
        await tx.execute(added.on_conflict_do_update(index_elements=list(key), set_=values))
        await tx.execute(delete(similar_questions).where(similar_questions.c.created_at < since))


async def forget(database: Database, keys: Sequence[str]) -> None:
    """Forget the questions with these keys."""
    async with database.write(durable=False) as tx:
        await tx.execute(delete(similar_questions).where(similar_questions.c.key.in_(keys)))


async def clear(database: Database) -> None:
    """Forget every question; what was said about hits stays."""
    async with database.write(durable=False) as tx:
        await tx.execute(delete(similar_questions))


async def count(database: Database, since: datetime) -> int:
    """Return how many questions there are from `since` on."""
    found = select(func.count()).where(similar_questions.c.created_at >= since)
    async with database.read() as tx:
        return int((await tx.execute(found)).scalar_one())


async def add_hit(database: Database, call_id: str, pair: Pair, now: datetime) -> None:
    """Add a call that is answered with what was kept for a similar question."""
    values = {"call_id": call_id, **asdict(pair), "created_at": now}
    async with database.write(durable=False) as tx:
        await tx.execute(insert(similar_hits).values(values))


async def find_hit(database: Database, call_id: str) -> Pair | None:
    """Return the two questions of such a call."""
    async with database.read() as tx:
        row = (await tx.execute(select(*_PAIR).where(similar_hits.c.call_id == call_id))).first()
    return _pair(row) if row else None


async def mark_wrong(database: Database, call_id: str, now: datetime) -> bool:
    """Say of such a call that its answer was wrong, once; return whether there is such a call."""
    hits = similar_hits.c
    first = func.coalesce(hits.wrong_at, type_coerce(now, Moment))
    async with database.write() as tx:
        marked = await tx.execute(update(similar_hits).where(hits.call_id == call_id).values(wrong_at=first))
        return bool(marked.rowcount)


async def list_wrong(database: Database, keys: Sequence[str]) -> list[Pair]:
    """Return the pairs with one of these keys of which the person said that the answer was wrong."""
    hits = similar_hits.c
    concerned = or_(hits.kept_key.in_(keys), hits.asked_key.in_(keys))
    async with database.read() as tx:
        return [_pair(row) for row in await tx.execute(select(*_PAIR).where(concerned, hits.wrong_at.is_not(None)))]


async def tally(database: Database, since: datetime) -> Tally:
    """Return how often similar questions were answered from `since` on, and how often that was wrong."""
    hits = similar_hits.c
    async with database.read() as tx:
        found = select(func.count().label("hits"), func.count(hits.wrong_at).label("wrong"))
        row = (await tx.execute(found.where(hits.created_at >= since))).one()
    return Tally(row.hits, row.wrong)


def _pair(row: Any) -> Pair:
    return Pair(row.asked_key, row.kept_key, row.embedder, row.score)
