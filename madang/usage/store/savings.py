"""What each way of saving saved, summed over the ledger, the same on both databases."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select

from madang.db.schema import calls
from madang.db.transaction import Transaction
from madang.gateway.types import CacheOutcome
from madang.usage.store.which import SENT, rows_of
from madang.usage.types import Filter, RuleSavings, Savings


async def in_all(tx: Transaction, wanted: Filter) -> Savings:
    """Return what was saved by each way."""
    kept, similar, shared = _answered("hit"), _answered("similar"), _answered("shared")
    has_prefix = and_(SENT, calls.c.prompt_tokens.is_not(None), calls.c.cached_tokens.is_not(None))
    columns = (
        _count(kept).label("kept_calls"),
        _sum(kept, calls.c.saved_microusd).label("kept_microusd"),
        _count(similar).label("similar_calls"),
        _sum(similar, calls.c.saved_microusd).label("similar_microusd"),
        _count(shared).label("shared_calls"),
        _sum(shared, calls.c.saved_microusd).label("shared_microusd"),
        _sum(has_prefix, calls.c.prompt_tokens).label("prefix_tokens"),
        _sum(has_prefix, calls.c.cached_tokens).label("cached_tokens"),
        func.coalesce(func.sum(calls.c.prefix_saved_microusd), 0).label("prefix_microusd"),
        _count(and_(calls.c.tier == "flex", calls.c.status == "done")).label("tier_calls"),
        func.coalesce(func.sum(calls.c.tier_saved_microusd), 0).label("tier_microusd"),
        func.count(calls.c.trimmed_tokens).label("trimmed_calls"),
        func.coalesce(func.sum(calls.c.trimmed_tokens), 0).label("trimmed_tokens"),
        _count(and_(SENT, calls.c.finish_reason == "length")).label("cut_calls"),
    )
    row: Any = (await tx.execute(select(*columns).where(*rows_of(wanted)))).one()
    # PostgreSQL gives sums of large integers as decimals.
    return Savings(**{name: int(value) for name, value in row._mapping.items()}, rules=await _by_rule(tx, wanted))


async def _by_rule(tx: Transaction, wanted: Filter) -> list[RuleSavings]:
    saved = calls.c.route_saved_microusd
    columns = (
        calls.c.route_id,
        func.count().label("calls"),
        func.count(saved).label("priced"),
        func.coalesce(func.sum(saved), 0).label("saved"),
    )
    was_routed = (*rows_of(wanted), SENT, calls.c.status == "done", calls.c.route_id.is_not(None))
    rows = await tx.execute(select(*columns).where(*was_routed).group_by(calls.c.route_id).order_by(calls.c.route_id))
    return [RuleSavings(row.route_id, row.calls, row.priced, int(row.saved)) for row in rows]


def _answered(outcome: CacheOutcome) -> ColumnElement[bool]:
    return and_(calls.c.cache == outcome, calls.c.status == "done")


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def _sum(condition: ColumnElement[bool], column: ColumnElement[int]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, column))), 0)
