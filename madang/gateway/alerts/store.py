"""Which steps of which caps were told: kept, so that a restart or another process does not tell them again."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from madang.db.database import Database
from madang.db.schema import cap_alerts
from madang.db.transaction import Transaction
from madang.gateway.alerts.types import Alert, Step, period_of
from madang.gateway.caps.types import Standing, resets_at

_KEPT = timedelta(days=400)
_IS_OLD = cap_alerts.c.window != "total"  # a window without end is never told anew


async def tell(database: Database, found: Collection[tuple[Standing, Collection[Step]]], day: str, now: datetime) -> (
    list[Alert]
):  # fmt: skip
    """Keep which steps each cap has reached in the window that holds `day`, and return those nobody has told yet.

    What a raised limit has moved out of reach may be told again. It is no loss to tell after a power cut once more, so
    nothing waits for the disk.
    """

    async def keep(tx: Transaction) -> list[Alert]:
        await tx.execute(delete(cap_alerts).where(_IS_OLD, cap_alerts.c.at < now - _KEPT))
        rows = [row for standing, steps in found for row in await _keep(tx, standing, steps, day, now)]
        return [_alert(row) for row in rows]

    return await database.run_write(keep, durable=False)


async def newest(database: Database, most: int) -> list[Alert]:
    """Return what was told, the newest first."""
    wanted = select(cap_alerts).order_by(cap_alerts.c.at.desc(), cap_alerts.c.step.desc(), cap_alerts.c.cap_id)
    async with database.read() as tx:
        return [_alert(dict(row)) for row in (await tx.execute(wanted.limit(most))).mappings()]


async def _keep(
    tx: Transaction, standing: Standing, steps: Collection[Step], day: str, now: datetime
) -> list[dict[str, Any]]:
    cap, period = standing.cap, period_of(standing.cap, day)
    is_it = (cap_alerts.c.cap_id == cap.id, cap_alerts.c.period == period)
    is_away = (cap_alerts.c.limit_microusd < cap.limit_microusd, cap_alerts.c.step.not_in(steps))
    await tx.execute(delete(cap_alerts).where(*is_it, *is_away))
    about = {
        "cap_id": cap.id,
        "period": period,
        "scope": cap.scope,
        "subject": cap.subject,
        "window": cap.window,
        "limit_microusd": cap.limit_microusd,
        "spent_microusd": standing.spent_microusd,
        "at": now,
    }
    rows = [about | {"step": step} for step in steps]
    if not rows:
        return []
    adding = tx.insert(cap_alerts).on_conflict_do_nothing().returning(cap_alerts.c.step)
    added = set((await tx.execute(adding, rows)).scalars())
    return [row for row in rows if row["step"] in added]


def _alert(row: dict[str, Any]) -> Alert:
    names = ("cap_id", "scope", "subject", "window", "step", "limit_microusd", "spent_microusd", "at")
    return Alert(**{name: row[name] for name in names}, resets_at=resets_at(row["window"], row["period"]))
