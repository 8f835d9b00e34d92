"""The rows of effects. Each changes once, from its intent to its outcome."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from madang.db.rows import reading
from madang.db.schema import processes
from madang.db.transaction import Transaction
from madang.db.walls import effects
from madang.permissions.effects.types import Effect, EffectState, Verdict
from madang.system.types import Actor


async def add(tx: Transaction, effect: Effect) -> bool:
    """Store an effect; say whether its key was free."""
    values = {name: getattr(effect, name) for name in Effect.__slots__ if name not in {"actor", "verdict", "taint"}}
    values |= {"actor_kind": effect.actor.kind, "actor_id": effect.actor.id, "taint": list(effect.taint)}
    values |= {"verdict": asdict(effect.verdict)}
    statement = tx.insert(effects).values(values).on_conflict_do_nothing(index_elements=["key"])
    return bool((await tx.execute(statement)).rowcount)


async def end(tx: Transaction, id: str, state: EffectState, at: datetime, **outcome: Any) -> bool:
    """Store what came of an effect that has begun; say whether it had no outcome yet."""
    ended = update(effects).where(effects.c.id == id, effects.c.state == "intent")
    return bool((await tx.execute(ended.values(state=state, ended_at=at, **outcome))).rowcount)


async def by_key(tx: Transaction, key: str) -> Effect | None:
    return await _one(tx, effects.c.key == key)


async def find(tx: Transaction, id: str) -> Effect | None:
    return await _one(tx, effects.c.id == id)


async def left_behind(tx: Transaction) -> list[tuple[str, str | None]]:
    """Return id and question of the effects whose process has ended. On SQLite that is any: ask before the first."""
    wanted = select(effects.c.id, effects.c.approval).where(effects.c.state == "intent")
    if not tx.is_sqlite:
        wanted = wanted.where(effects.c.process.not_in(select(processes.c.id)))
    return [(row.id, row.approval) for row in await tx.execute(wanted)]


async def recent(tx: Transaction, limit: int) -> list[tuple[datetime, str, Mapping[str, Any], EffectState]]:
    """Return moment, id, action and state of the newest that no question came before."""
    wanted = (
        select(effects.c.began_at, effects.c.id, effects.c.action, effects.c.state)
        .where(effects.c.approval.is_(None))
        .order_by(effects.c.id.desc())
        .limit(limit)
    )
    return [(row.began_at, row.id, row.action, row.state) for row in await tx.execute(wanted)]


async def forget_bodies(tx: Transaction, before: datetime) -> None:
    """Let go of what old effects read; that they happened stays."""
    await tx.execute(update(effects).where(effects.c.ended_at < before, effects.c.body.is_not(None)).values(body=None))


async def _one(tx: Transaction, condition: Any) -> Effect | None:
    row = (await tx.execute(select(effects).where(condition))).one_or_none()
    return None if row is None else _effect(row)


def _effect(row: Row[Any]) -> Effect:
    with reading("an effect", id=row.id):
        values = {name: getattr(row, name) for name in Effect.__slots__ if name not in {"actor", "verdict", "taint"}}
        actor = Actor(row.actor_kind, row.actor_id)
        return Effect(actor=actor, verdict=Verdict(**row.verdict), taint=tuple(row.taint), **values)
