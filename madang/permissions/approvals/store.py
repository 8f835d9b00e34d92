"""The rows of questions. A question is closed by whoever changes its state first."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from madang.db.rows import reading
from madang.db.transaction import Transaction
from madang.db.walls import approvals
from madang.permissions.approvals.types import Offer, Question, QuestionState
from madang.permissions.effects.types import Verdict
from madang.system.types import Actor

_SPECIAL = {"actor", "verdict", "offers", "steps", "taint"}


async def add(tx: Transaction, question: Question) -> None:
    values = {name: getattr(question, name) for name in Question.__slots__ if name not in _SPECIAL}
    values |= {"actor_kind": question.actor.kind, "actor_id": question.actor.id, "verdict": asdict(question.verdict)}
    values |= {
        "steps": list(question.steps),
        "taint": list(question.taint),
        "offers": list(map(asdict, question.offers)),
    }
    await tx.execute(tx.insert(approvals).values(values))


async def of_run(tx: Transaction, actor: Actor, run: str) -> list[Question]:
    """Return what this one asked in this run, the newest first; outside of runs only what still waits."""
    mine = (approvals.c.actor_kind == actor.kind, approvals.c.actor_id == actor.id, approvals.c.run == run)
    wanted = select(approvals).where(*mine).order_by(approvals.c.asked_at.desc(), approvals.c.id)
    if not run:
        wanted = wanted.where(approvals.c.state == "pending")
    return [_question(row) for row in await tx.execute(wanted)]


async def join(tx: Transaction, question: Question, step: str) -> None:
    """Let one more step wait for the answer."""
    steps = [*question.steps, step]
    await tx.execute(update(approvals).where(approvals.c.id == question.id).values(steps=steps))


async def find(tx: Transaction, id: str) -> Question | None:
    row = (await tx.execute(select(approvals).where(approvals.c.id == id))).one_or_none()
    return None if row is None else _question(row)


async def move(tx: Transaction, id: str, before: QuestionState, after: QuestionState, **values: Any) -> bool:
    """Take a question from one state to another; say whether it was still in the first. Closed, it has no request."""
    if after not in {"pending", "executing"}:
        values["request"] = None
    moved = update(approvals).where(approvals.c.id == id, approvals.c.state == before)
    return bool((await tx.execute(moved.values(state=after, **values))).rowcount)


async def overdue(tx: Transaction, now: datetime) -> list[str]:
    """Return the ids of those nobody answered in time."""
    wanted = select(approvals.c.id).where(approvals.c.state == "pending", approvals.c.expires_at <= now)
    return list((await tx.execute(wanted)).scalars())


async def count(tx: Transaction, actor: Actor | None = None) -> int:
    """Count the questions that wait, all of them or this one's."""
    wanted = select(func.count()).where(approvals.c.state == "pending")
    if actor is not None:
        wanted = wanted.where(approvals.c.actor_kind == actor.kind, approvals.c.actor_id == actor.id)
    return int((await tx.execute(wanted)).scalar_one())


async def page(
    tx: Transaction, states: Collection[QuestionState], before: tuple[datetime, str] | None, limit: int
) -> list[Question]:
    """Return questions in these states, the newest first, from before the one asked then with that id."""
    wanted = select(approvals).where(approvals.c.state.in_(states))
    if before is not None:
        at, id = before
        older, same = approvals.c.asked_at < at, approvals.c.asked_at == at
        wanted = wanted.where(older | (same & (approvals.c.id < id)))
    wanted = wanted.order_by(approvals.c.asked_at.desc(), approvals.c.id.desc()).limit(limit)
    return [_question(row) for row in await tx.execute(wanted)]


async def recent(tx: Transaction, limit: int) -> list[Question]:
    """Return the newest questions, whatever came of them."""
    wanted = select(approvals).order_by(approvals.c.asked_at.desc(), approvals.c.id.desc()).limit(limit)
    return [_question(row) for row in await tx.execute(wanted)]


def _question(row: Row[Any]) -> Question:
    with reading("a question", id=row.id):
        values = {name: getattr(row, name) for name in Question.__slots__ if name not in _SPECIAL}
        actor, verdict = Actor(row.actor_kind, row.actor_id), Verdict(**row.verdict)
        values |= {"steps": tuple(row.steps), "taint": tuple(row.taint)}
        return Question(actor=actor, verdict=verdict, offers=tuple(Offer(**one) for one in row.offers), **values)
