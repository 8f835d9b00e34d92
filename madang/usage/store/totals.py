"""What the whole ledger holds, for a program that watches it: counts by kind, sums, and how long calls took."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from madang.db.schema import calls
from madang.db.transaction import Transaction
from madang.usage.store import sums
from madang.usage.store.which import SENT
from madang.usage.types import Filter, Histogram, KindCount, Sums

_ALWAYS = Filter(datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))


async def in_all(tx: Transaction) -> Sums:
    """Return the sums of all calls there ever were."""
    return await sums.in_all(tx, _ALWAYS)


async def by_kind(tx: Transaction) -> list[KindCount]:
    """Return how many calls there were of each feature, end and cache outcome."""
    kinds = (calls.c.feature, calls.c.status, calls.c.cache)
    rows = await tx.execute(select(*kinds, func.count().label("calls")).group_by(*kinds).order_by(*kinds))
    return [KindCount(row.feature, row.status, row.cache, row.calls) for row in rows]


async def first_words(tx: Transaction, bounds_ms: Sequence[int]) -> Histogram:
    """Return how many first words came within each bound, over calls that were sent and ended well."""
    return await _histogram(tx, calls.c.ttft_ms, bounds_ms)


async def durations(tx: Transaction, bounds_ms: Sequence[int]) -> Histogram:
    """Return how many answers were whole within each bound, over the same calls."""
    return await _histogram(tx, calls.c.latency_ms, bounds_ms)


async def _histogram(tx: Transaction, column: ColumnElement[Any], bounds_ms: Sequence[int]) -> Histogram:
    within = [func.count(case((column <= bound, 1))) for bound in bounds_ms]
    statement = select(func.count(column), func.coalesce(func.sum(column), 0), *within)
    row: Any = (await tx.execute(statement.where(SENT, calls.c.status == "done"))).one()
    return Histogram(row[0], int(row[1]), tuple(zip(bounds_ms, row[2:], strict=True)))
