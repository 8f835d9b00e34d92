"""Rows of the ledger for tests, by chance and by hand."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from madang.db.database import Database
from madang.db.schema import calls, similar_hits
from madang.ids import new_id

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MODELS = (("openai", "gpt-4o-mini"), ("openai", "gpt-4o"), ("builtin", "tiny"), ("mine", "a/b"))


def call(at: datetime = NOON, **values: Any) -> dict[str, Any]:
    """One row; what is not named is that of a plain call of 0.0003 dollars."""
    plain = {
        "id": new_id(), "created_at": at, "day": at.date().isoformat(), "feature": "chat", "actor": "person:p",
        "conversation_id": None, "turn_id": None, "token_id": None, "provider": "openai", "model": "gpt-4o-mini",
        "cache": "miss", "cache_key": None, "status": "done", "error_code": None, "attempts": 1, "prompt_tokens": 100,
        "cached_tokens": 0, "completion_tokens": 50, "reasoning_tokens": 0, "cost_microusd": 300,
        "price_date": "2026-01-01", "saved_microusd": None, "ttft_ms": 400, "latency_ms": 900, "finish_reason": "stop",
        "trimmed_tokens": None,
        "tier": None, "tier_saved_microusd": None,
        "route_id": None, "route_instead_of": None, "route_saved_microusd": None, "prefix_saved_microusd": None,
    }  # fmt: skip
    return plain | values


def some_call(chance: random.Random, since: datetime, until: datetime) -> dict[str, Any]:
    """One row of any kind between two moments."""
    provider, model = chance.choice(MODELS)
    prompt = chance.choice([None, chance.randrange(20_000)])
    status = chance.choice(["done", "done", "done", "error", "incomplete", "cancelled", "lost"])
    return call(
        since + timedelta(microseconds=chance.randrange((until - since) // timedelta(microseconds=1))),
        provider=provider,
        model=model,
        feature=chance.choice(["chat", "title"]),
        token_id=chance.choice([None, "t1", "t2"]),
        cache=chance.choice(["hit", "similar", "shared", "miss", "off"]),
        status=status,
        error_code=chance.choice(["gateway.timed_out", "gateway.overloaded"]) if status == "error" else None,
        attempts=chance.randrange(1, 4),
        prompt_tokens=prompt,
        cached_tokens=chance.choice([None, prompt and prompt // 2]),
        completion_tokens=chance.choice([None, chance.randrange(4000)]),
        reasoning_tokens=chance.choice([None, chance.randrange(400)]),
        cost_microusd=chance.choice([None, 0, chance.randrange(10**6), 10**15]),
        saved_microusd=chance.choice([None, chance.randrange(10**6)]),
        tier=chance.choice([None, "default", "flex"]),
        tier_saved_microusd=chance.choice([None, chance.randrange(10**6)]),
        finish_reason=chance.choice(["stop", "length", None]),
        trimmed_tokens=chance.choice([None, chance.randrange(10**5)]),
        route_id=chance.choice([None, "r1", "r2"]),
        route_saved_microusd=chance.choice([None, chance.randrange(-(10**5), 10**6)]),
        prefix_saved_microusd=chance.choice([None, chance.randrange(10**6)]),
        ttft_ms=chance.choice([None, chance.randrange(3000)]),
        latency_ms=chance.choice([None, chance.randrange(9000)]),
    )


async def store(database: Database, *rows: dict[str, Any]) -> None:
    """Put rows into the ledger; of answers to similar questions, those of calls that took one attempt were wrong."""
    hits = [_hit(row) for row in rows if row["cache"] == "similar"]
    async with database.write() as tx:
        await tx.execute(insert(calls), list(rows))
        if hits:
            await tx.execute(insert(similar_hits), hits)


def _hit(row: dict[str, Any]) -> dict[str, Any]:
    wrong_at = row["created_at"] if row["attempts"] == 1 else None
    pair = {"asked_key": "asked", "kept_key": "kept", "embedder": "e", "score": 0.97}
    return {"call_id": row["id"], **pair, "created_at": row["created_at"], "wrong_at": wrong_at}
