"""When somebody was last at a page, and what the ledger took on while nobody was."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from madang.db.database import Database
from madang.db.schema import calls, meta
from madang.db.transaction import Transaction
from madang.usage.store.sums import token_names
from madang.usage.store.which import rows_of
from madang.usage.types import Away, AwayPart, Filter

_SEEN, _AWAY = "usage.seen", "usage.away"


async def visit(database: Database, now: datetime, least_away: timedelta) -> Away | None:
    """Take note of a visit; after an absence return what was spent in it, unless that was nothing.

    After a power cut an absence may be told again, so nothing waits for the disk.
    """

    async def note(tx: Transaction) -> Away | None:
        await tx.lock(_SEEN)
        found = await _read(tx, _SEEN)
        seen = datetime.fromisoformat(found) if isinstance(found, str) else None
        # Also where the clock was set back: a visit in the future would hide every absence until then.
        await _write(tx, _SEEN, now.isoformat())
        if seen is None or now - seen < least_away:
            return None
        away = await _spent(tx, seen, now)
        if away:
            await _write(tx, _AWAY, asdict(away) | {"since": seen.isoformat(), "until": now.isoformat()})
        return away

    return await database.run_write(note, durable=False)


async def last(database: Database) -> Away | None:
    """Return what was spent in the last absence in which anything was."""
    async with database.read() as tx:
        found = await _read(tx, _AWAY)
    if not isinstance(found, dict):
        return None
    since, until = (datetime.fromisoformat(found[name]) for name in ("since", "until"))
    parts = [AwayPart(**part) for part in found["parts"]]
    return Away(since, until, found["calls"], found["cost_microusd"], found["unknown_cost_calls"], parts)


async def _spent(tx: Transaction, since: datetime, until: datetime) -> Away | None:
    cost, count = calls.c.cost_microusd, func.count()
    columns = (calls.c.feature, calls.c.token_id, count.label("calls"), (count - func.count(cost)).label("unknown"))
    is_paid = or_(cost > 0, cost.is_(None))
    total = func.coalesce(func.sum(cost), 0).label("cost")
    wanted = select(*columns, total).where(*rows_of(Filter(since, until)), is_paid)
    grouped = wanted.group_by(calls.c.feature, calls.c.token_id).order_by(total.desc(), calls.c.feature)
    rows = (await tx.execute(grouped)).all()
    if not rows:
        return None
    names = await token_names(tx)
    parts = [
        AwayPart(row.feature, names.get(row.token_id), row.calls, int(row.cost), row.unknown) for row in rows
    ]  # fmt: skip
    unknown = sum(part.unknown_cost_calls for part in parts)
    return Away(
        since, until, sum(part.calls for part in parts), sum(part.cost_microusd for part in parts), unknown, parts
    )


async def _read(tx: Transaction, key: str) -> Any:
    return (await tx.execute(select(meta.c.value).where(meta.c.key == key))).scalar_one_or_none()


async def _write(tx: Transaction, key: str, value: object) -> None:
    adding = tx.insert(meta).values(key=key, value=value)
    await tx.execute(adding.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
