"""The calls themselves, a page at a time, the newest first."""

from sqlalchemy import select

from madang.db.schema import calls
from madang.db.transaction import Transaction
from madang.usage.store.which import rows_of
from madang.usage.types import Call, Filter

_SAME = (
    "id",
    "created_at",
    "feature",
    "conversation_id",
    "turn_id",
    "token_id",
    "cache",
    "status",
    "error_code",
    "attempts",
    "prompt_tokens",
    "cached_tokens",
    "completion_tokens",
    "reasoning_tokens",
    "cost_microusd",
    "price_date",
    "saved_microusd",
    "ttft_ms",
    "latency_ms",
    "finish_reason",
)


async def page(tx: Transaction, wanted: Filter, before: str | None, limit: int) -> list[Call]:
    """Return at most `limit` calls older than the one with the id `before`."""
    statement = select(calls).where(*rows_of(wanted)).order_by(calls.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(calls.c.id < before)
    rows = (await tx.execute(statement)).mappings()
    return [Call(model=f"{row['provider']}/{row['model']}", **{name: row[name] for name in _SAME}) for row in rows]
