"""Sums, percentiles and counts over the ledger, the same on both databases."""

import math
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, func, literal_column, select, type_coerce

from madang.db.schema import calls, similar_hits, tokens
from madang.db.transaction import Transaction
from madang.usage.store.which import SENT, rows_of
from madang.usage.types import ErrorCount, Filter, Spread, Sums, TokenCount

QUARTER = timedelta(minutes=15)
"""Every zone's days and hours begin at one, whatever its offset."""

# Written out: PostgreSQL takes an expression with a parameter for another one each time.
_QUARTER_OF = type_coerce(calls.c.created_at, BigInteger) // literal_column("900000000", BigInteger)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PERCENT = (50, 95, 99)


async def by_quarter(tx: Transaction, wanted: Filter) -> list[tuple[datetime, Sums]]:
    """Return the sums of each quarter of an hour in which there was a call, by its beginning, in UTC."""
    rows = await _grouped(tx, wanted, [_QUARTER_OF])
    return [(_EPOCH + row[0] * QUARTER, _sums(row)) for row in rows]


async def by_model(tx: Transaction, wanted: Filter) -> list[tuple[str | None, Sums]]:
    """Return the sums of each model as `provider/name`."""
    rows = await _grouped(tx, wanted, [calls.c.provider, calls.c.model])
    return [(f"{row[0]}/{row[1]}", _sums(row)) for row in rows]


async def by_feature(tx: Transaction, wanted: Filter) -> list[tuple[str | None, Sums]]:
    """Return the sums of each feature."""
    return [(row[0], _sums(row)) for row in await _grouped(tx, wanted, [calls.c.feature])]


async def by_token(tx: Transaction, wanted: Filter) -> list[tuple[str | None, Sums]]:
    """Return the sums of each token by its id, None for calls without one."""
    return [(row[0], _sums(row)) for row in await _grouped(tx, wanted, [calls.c.token_id])]


async def token_names(tx: Transaction) -> dict[str, str]:
    """Return what the person called each token, revoked ones as well."""
    return {row.id: row.name for row in await tx.execute(select(tokens.c.id, tokens.c.name))}


async def in_all(tx: Transaction, wanted: Filter) -> Sums:
    """Return the sums of all calls."""
    return _sums((await tx.execute(select(*_columns()).where(*rows_of(wanted)))).one())


async def error_counts(tx: Transaction, wanted: Filter) -> list[ErrorCount]:
    """Return the error codes that calls ended with, the most frequent first."""
    count = func.count().label("calls")
    statement = select(calls.c.error_code, count).where(*rows_of(wanted), calls.c.error_code.is_not(None))
    rows = await tx.execute(statement.group_by(calls.c.error_code).order_by(count.desc(), calls.c.error_code))
    return [ErrorCount(row.error_code, row.calls) for row in rows]


async def ttft_spread(tx: Transaction, wanted: Filter) -> Spread:
    """Return how long the first word took, over calls that were sent and ended well."""
    return await _spread(tx, wanted, calls.c.ttft_ms)


async def latency_spread(tx: Transaction, wanted: Filter) -> Spread:
    """Return how long the whole answer took, over the same calls."""
    return await _spread(tx, wanted, calls.c.latency_ms)


async def token_counts(tx: Transaction, wanted: Filter) -> list[TokenCount]:
    """Return the calls that were sent, those with the same counts of tokens together."""
    counted = (calls.c.prompt_tokens, calls.c.cached_tokens, calls.c.completion_tokens)
    cost = calls.c.cost_microusd
    costs = func.coalesce(func.sum(cost), 0).label("cost")
    columns = (*counted, func.count().label("calls"), costs, (func.count() - func.count(cost)).label("unknown"))
    rows = await tx.execute(select(*columns).where(*rows_of(wanted), SENT).group_by(*counted))
    return [_token_count(row) for row in rows]


async def _grouped(tx: Transaction, wanted: Filter, by: Sequence[ColumnElement[Any]]) -> Sequence[Any]:
    statement = select(*by, *_columns()).where(*rows_of(wanted)).group_by(*by).order_by(*by)
    return (await tx.execute(statement)).all()


async def _spread(tx: Transaction, wanted: Filter, column: ColumnElement[int]) -> Spread:
    measured = (*rows_of(wanted), SENT, calls.c.status == "done", column.is_not(None))
    count = (await tx.execute(select(func.count()).where(*measured))).scalar_one()
    if not count:
        return Spread(0)
    place = func.row_number().over(order_by=column).label("place")
    ordered = select(column.label("value"), place).where(*measured).subquery()
    places = [math.ceil(count * percent / 100) for percent in _PERCENT]
    rows = await tx.execute(select(ordered.c.place, ordered.c.value).where(ordered.c.place.in_(places)))
    values = {row.place: row.value for row in rows}
    return Spread(count, *(values[one] for one in places))


def _token_count(row: Any) -> TokenCount:
    return TokenCount(
        calls=row.calls,
        prompt_tokens=row.prompt_tokens,
        cached_tokens=row.cached_tokens,
        completion_tokens=row.completion_tokens,
        cost_microusd=int(row.cost),
        unknown_cost_calls=row.unknown,
    )


def _columns() -> list[ColumnElement[Any]]:
    """What `Sums` holds, each under its name."""
    done, prompt = calls.c.status == "done", calls.c.prompt_tokens
    is_counted = and_(prompt.is_not(None), calls.c.completion_tokens.is_not(None))
    has_prefix = and_(SENT, prompt.is_not(None), calls.c.cached_tokens.is_not(None))
    wrong = select(similar_hits.c.call_id).where(similar_hits.c.wrong_at.is_not(None))
    made: dict[str, ColumnElement[Any]] = {
        "calls": func.count(),
        "failed_calls": _count(calls.c.status.in_(("error", "incomplete", "lost"))),
        "cancelled_calls": _count(calls.c.status == "cancelled"),
        "rescued_calls": _count(and_(done, calls.c.attempts > 1)),
        "hits": _count(~SENT),
        "similar_hits": _count(calls.c.cache == "similar"),
        "wrong_hits": _count(calls.c.id.in_(wrong)),
        "asked_cache_calls": _count(calls.c.cache != "off"),
        "uncounted_calls": _count(and_(SENT, ~is_counted)),
        "unknown_cost_calls": func.count() - func.count(calls.c.cost_microusd),
        "prompt_tokens": _sum(SENT, prompt),
        "prefix_tokens": _sum(has_prefix, prompt),
        "cached_tokens": _sum(has_prefix, calls.c.cached_tokens),
        "completion_tokens": _sum(SENT, calls.c.completion_tokens),
        "reasoning_tokens": _sum(SENT, calls.c.reasoning_tokens),
        "cost_microusd": func.coalesce(func.sum(calls.c.cost_microusd), 0),
        "saved_microusd": func.coalesce(func.sum(calls.c.saved_microusd), 0),
    }
    return [made[one.name].label(f"sum_{one.name}") for one in fields(Sums)]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def _sum(condition: ColumnElement[bool], column: ColumnElement[int]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, column))), 0)


def _sums(row: Any) -> Sums:
    # PostgreSQL gives sums of large integers as decimals.
    return Sums(*(int(getattr(row, f"sum_{one.name}")) for one in fields(Sums)))
