"""The gateway's questions to the database: the ledger, the reservations, the providers that were added."""

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, true, union_all, update

from madang.db.database import Database
from madang.db.schema import calls, never_kept, processes, providers, reservations
from madang.db.transaction import Transaction
from madang.gateway.caps.store import BUDGET_LOCK, add_spending
from madang.gateway.entries import Cause, Entry
from madang.gateway.types import (
    Provider,
)

PROVIDERS, KEPT_ANSWERS, NEVER_KEPT = "providers", "kept_answers", "never_kept"
"""What other processes are told about."""

_OF_CAUSE = ("id", "feature", "actor", "conversation_id", "turn_id", "token_id", "provider", "model")


async def add_calls(database: Database, entries: Sequence[Entry], durable: bool) -> None:
    """Add ledger rows and end the reservations they settle, in one commit."""
    settled = [entry.reservation_id for entry in entries if entry.reservation_id]

    async def add(tx: Transaction) -> None:
        await _enter(tx, [_call_row(entry) for entry in entries])
        if settled:
            await tx.execute(delete(reservations).where(reservations.c.id.in_(settled)))

    await database.run_write(add, durable=durable)


async def has_call(database: Database, turn_id: str | None, since: datetime) -> bool:
    """Say whether the ledger has a call for this turn that began at `since` or later, or will have it.

    A reservation becomes an entry when it is settled, at the latest once its process is known to be dead.
    """
    found = [select(of.c.id).where(of.c.turn_id == turn_id, of.c.created_at >= since) for of in (calls, reservations)]
    async with database.read() as tx:
        return (await tx.execute(union_all(*found).limit(1))).first() is not None


async def has_lost(database: Database) -> bool:
    """Say whether there are reservations of processes that are not at work."""
    async with database.read() as tx:
        return (await tx.execute(select(reservations.c.id).where(_is_lost(tx)).limit(1))).first() is not None


async def settle_lost(database: Database) -> int:
    """Turn reservations of dead processes into ledger rows at their full amount; return how many there were.

    Each died with the call under way, so what the provider charged is at most that.
    """
    async with database.write() as tx:
        await tx.lock(BUDGET_LOCK)
        lost = (await tx.execute(select(reservations).where(_is_lost(tx)))).mappings().all()
        if lost:
            await _enter(tx, [_lost_row(row) for row in lost])
            await tx.execute(delete(reservations).where(reservations.c.id.in_([row["id"] for row in lost])))
    return len(lost)


async def list_providers(database: Database) -> list[Provider]:
    """Return the providers that were added, oldest first."""
    async with database.read() as tx:
        rows = (await tx.execute(select(providers).order_by(providers.c.id))).mappings().all()
    return [_provider(row) for row in rows]


async def put_provider(database: Database, provider: Provider, now: datetime) -> None:
    """Add a provider, or change the one with its id."""
    values = {
        "name": provider.name,
        "base_url": provider.base_url,
        "kind": provider.kind,
        "enabled": provider.enabled,
        "price_input_microusd_per_mtok": provider.price_input_microusd_per_mtok,
        "price_output_microusd_per_mtok": provider.price_output_microusd_per_mtok,
        "updated_at": now,
    }
    async with database.write() as tx:
        changed = await tx.execute(update(providers).where(providers.c.id == provider.id).values(values))
        if not changed.rowcount:
            await tx.execute(insert(providers).values(values | {"id": provider.id, "created_at": now}))
        await tx.tell_others(PROVIDERS)


async def delete_provider(database: Database, provider_id: str) -> bool:
    """Delete a provider and say whether it was there."""
    async with database.write() as tx:
        await tx.tell_others(PROVIDERS)
        return bool((await tx.execute(delete(providers).where(providers.c.id == provider_id))).rowcount)


async def tell_cleared(database: Database) -> None:
    """Tell the other processes that a person wants the kept answers forgotten."""
    if not database.is_sqlite:
        async with database.write(durable=False) as tx:
            await tx.tell_others(KEPT_ANSWERS, "cleared")


async def find_key(database: Database, call_id: str) -> str | None:
    """Return the key under which the answer of a call is kept; `None` where there is no such call."""
    async with database.read() as tx:
        found: str | None = (await tx.execute(select(calls.c.cache_key).where(calls.c.id == call_id))).scalar()
    return found


async def list_never(database: Database) -> frozenset[str]:
    """Return the keys of the questions whose answers are never kept."""
    async with database.read() as tx:
        return frozenset((await tx.execute(select(never_kept.c.key))).scalars())


async def add_never(database: Database, keys: Sequence[str], now: datetime) -> None:
    """Add keys to those; one that is there stays."""
    async with database.write() as tx:
        rows = [{"key": key, "created_at": now} for key in keys]
        await tx.execute(tx.insert(never_kept).values(rows).on_conflict_do_nothing())
        await tx.tell_others(NEVER_KEPT)


async def clear_never(database: Database) -> None:
    """Forget those keys."""
    async with database.write() as tx:
        await tx.execute(delete(never_kept))
        await tx.tell_others(NEVER_KEPT)


async def _enter(tx: Transaction, rows: list[dict[str, Any]]) -> None:
    """Add rows to the ledger, and their cost to the sums, each once.

    A row may be there: a commit whose answer was lost is written again, and a process that was only asleep enters a
    call that others took for lost. In one order, so that no two processes wait for each other.
    """
    rows = sorted(rows, key=itemgetter("id"))
    added = await tx.execute(tx.insert(calls).on_conflict_do_nothing().returning(calls.c.id), rows)
    ids = set(added.scalars())
    await add_spending(tx, [row for row in rows if row["id"] in ids])


def _is_lost(tx: Transaction) -> ColumnElement[bool]:
    # On SQLite whoever asks is the only process, and asks before it reserves anything.
    return true() if tx.is_sqlite else reservations.c.owner.not_in(select(processes.c.id))


def _call_row(entry: Entry) -> dict[str, Any]:
    return {
        **cause_row(Cause(entry.id, entry.caller, entry.provider, entry.model)),
        "created_at": entry.created_at,
        "day": entry.day,
        "cache": entry.cache,
        "cache_key": entry.cache_key,
        "status": entry.status,
        "error_code": entry.error_code,
        "attempts": entry.attempts,
        "prompt_tokens": entry.usage.prompt_tokens,
        "cached_tokens": entry.usage.cached_tokens,
        "completion_tokens": entry.usage.completion_tokens,
        "reasoning_tokens": entry.usage.reasoning_tokens,
        "cost_microusd": entry.cost_microusd,
        "price_date": entry.price_date,
        "saved_microusd": entry.saved_microusd,
        "ttft_ms": entry.ttft_ms,
        "latency_ms": entry.latency_ms,
        "finish_reason": entry.finish_reason,
        "tier": entry.tier,
        "tier_saved_microusd": entry.thrift.tier_microusd,
        "trimmed_tokens": entry.thrift.trimmed_tokens,
        "route_id": entry.route.id if entry.route else None,
        "route_instead_of": entry.route.instead_of.id if entry.route else None,
        "route_saved_microusd": entry.thrift.route_microusd,
        "prefix_saved_microusd": entry.thrift.prefix_microusd,
    }


def cause_row(cause: Cause) -> dict[str, Any]:
    """Return what a reservation says of its call, and the ledger after it."""
    caller = cause.caller
    values = (cause.id, caller.feature, caller.actor, caller.conversation_id, caller.turn_id, caller.token_id)
    return dict(zip(_OF_CAUSE, (*values, cause.provider, cause.model), strict=True))


def _lost_row(row: Any) -> dict[str, Any]:
    return {
        **{name: row[name] for name in (*_OF_CAUSE, "created_at", "day")},
        "cache": "off",
        "status": "lost",
        "attempts": 1,
        "cost_microusd": row["amount_microusd"],
    }


def _provider(row: Any) -> Provider:
    return Provider(
        id=row["id"],
        name=row["name"],
        base_url=row["base_url"],
        kind=row["kind"],
        source="settings",
        enabled=row["enabled"],
        price_input_microusd_per_mtok=row["price_input_microusd_per_mtok"],
        price_output_microusd_per_mtok=row["price_output_microusd_per_mtok"],
    )
