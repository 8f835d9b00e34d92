"""The rows of runs and of chosen modes."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from madang.db.rows import reading
from madang.db.transaction import Transaction
from madang.db.walls import permission_modes, permission_runs
from madang.permissions.runs.types import MOST_LISTED, PauseReason, RunState
from madang.permissions.types import Mode


async def begin(tx: Transaction, run: str, conversation: str, mode: Mode, now: datetime) -> RunState:
    """Return how a run stands; it begins with this mode where it has not begun."""
    values = {"id": run, "conversation": conversation, "mode": mode, "taint": [], "asks": 0, "denials": 0}
    statement = tx.insert(permission_runs).values(**values, began_at=now).on_conflict_do_nothing()
    await tx.execute(statement)
    found = await find(tx, run)
    if found is None:
        raise LookupError(run)
    return found


async def find(tx: Transaction, run: str) -> RunState | None:
    row = (await tx.execute(select(permission_runs).where(permission_runs.c.id == run))).one_or_none()
    return None if row is None else _state(row)


async def change(tx: Transaction, run: str, **values: Any) -> None:
    await tx.execute(update(permission_runs).where(permission_runs.c.id == run).values(**values))


async def pause(tx: Transaction, run: str, reason: PauseReason) -> None:
    await change(tx, run, paused=reason)


async def paused(tx: Transaction) -> list[RunState]:
    """Return the runs that wait for a person, the newest first."""
    wanted = select(permission_runs).where(permission_runs.c.paused.is_not(None))
    order = (permission_runs.c.began_at.desc(), permission_runs.c.id)
    return [_state(row) for row in await tx.execute(wanted.order_by(*order).limit(MOST_LISTED))]


async def resume(tx: Transaction, run: str) -> bool:
    """Let a run go on and count anew; say whether it was paused."""
    is_paused = (permission_runs.c.id == run, permission_runs.c.paused.is_not(None))
    anew = update(permission_runs).where(*is_paused).values(paused=None, asks=0, denials=0)
    return bool((await tx.execute(anew)).rowcount)


async def modes(tx: Transaction) -> dict[str, Mode]:
    """Return the chosen modes by conversation; the empty one is all others'."""
    rows = await tx.execute(select(permission_modes.c.conversation, permission_modes.c.mode))
    return {row.conversation: row.mode for row in rows}


async def set_mode(tx: Transaction, conversation: str, mode: Mode, by: str, now: datetime) -> None:
    values = {"conversation": conversation, "mode": mode, "set_by": by, "set_at": now}
    statement = tx.insert(permission_modes).values(**values)
    await tx.execute(statement.on_conflict_do_update(index_elements=["conversation"], set_=values))


def _state(row: Row[Any]) -> RunState:
    with reading("a run's permissions", id=row.id):
        return RunState(row.id, row.conversation, row.mode, frozenset(row.taint), row.asks, row.denials, row.paused)
