"""The caps' questions to the database: what there is, what each has taken, and reservations as one step."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Executable,
    Row,
    ScalarSelect,
    Select,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)

from madang.db.database import Database
from madang.db.schema import caps, reservations, spending
from madang.db.transaction import Transaction
from madang.gateway.caps.types import Cap, CapScope, Standing, Subjects, bounds, resets_at

CAPS = "caps"
"""What other processes are told about."""

# Whoever reads the sums and adds a reservation holds this, so that two processes cannot both take the last cent.
BUDGET_LOCK = "gateway.budget"
_RESERVE = insert(reservations)
_HELD_BY: dict[CapScope, ColumnElement[str]] = {
    "all": literal(""),
    "conversation": reservations.c.conversation_id,
    "token": reservations.c.token_id,
    "model": reservations.c.provider + "/" + reservations.c.model,
    "feature": reservations.c.feature,
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A reservation to be made: for which call, against which day, and in whose name."""

    call: Mapping[str, Any]
    day: str
    owner: str
    created_at: datetime


def subjects_of(call: Mapping[str, Any]) -> Subjects:
    """Return whom a call counts against, from the columns that the ledger and a reservation share."""
    subjects = {
        "all": "",
        "conversation": call["conversation_id"],
        "token": call["token_id"],
        "model": f"{call['provider']}/{call['model']}",
        "feature": call["feature"],
    }
    return {scope: subject for scope, subject in subjects.items() if subject is not None}


async def all_caps(database: Database) -> list[Cap]:
    """Return every cap that was set, oldest first."""
    async with database.read() as tx:
        return await _caps(tx, select(caps))


async def put_cap(database: Database, cap: Cap, now: datetime) -> bool:
    """Set a cap unless its scope, subject and window have one; say whether it was set."""
    values = {name: value for name, value in asdict(cap).items() if name != "is_fixed"}
    async with database.write() as tx:
        await tx.lock(BUDGET_LOCK)
        adding = tx.insert(caps).on_conflict_do_nothing().values(values | {"created_at": now, "updated_at": now})
        await tx.tell_others(CAPS)
        return bool((await tx.execute(adding)).rowcount)


async def change_cap(
    database: Database, cap_id: str, limit_microusd: int, now: datetime, check: Callable[[Cap], None]
) -> bool:
    """Change a cap's limit unless `check` raises about the cap as it is; say whether it is there."""
    is_it = caps.c.id == cap_id
    async with database.write() as tx:
        await tx.lock(BUDGET_LOCK)
        found = await _caps(tx, select(caps).where(is_it))
        for cap in found:
            check(cap)
        await tx.execute(update(caps).where(is_it).values(limit_microusd=limit_microusd, updated_at=now))
        await tx.tell_others(CAPS)
        return bool(found)


async def delete_cap(database: Database, cap_id: str) -> bool:
    """Delete a cap and say whether it was there."""
    async with database.write() as tx:
        await tx.tell_others(CAPS)
        return bool((await tx.execute(delete(caps).where(caps.c.id == cap_id))).rowcount)


async def standings(database: Database, found: Sequence[Cap], day: str) -> list[Standing]:
    """Return what the window that holds `day` has taken of each cap."""
    return await database.run_read(lambda tx: _standings(tx, found, day))


async def reserve(
    database: Database, claim: Claim, fixed: Sequence[Cap], choose: Callable[[list[Standing]], int | None]
) -> None:
    """Reserve what `choose` makes of the caps that bind the call, as one step against all other callers.

    The caps are read here, since another process may just have changed them; `fixed` are further ones. What `choose`
    raises goes through, and then nothing is reserved; nor is it for `None`.
    """

    async def add(tx: Transaction) -> None:
        await tx.lock(BUDGET_LOCK)
        amount = choose(await _binding(tx, subjects_of(claim.call), fixed, claim.day))
        if amount is not None:
            row = {"day": claim.day, "amount_microusd": amount, "created_at": claim.created_at, "owner": claim.owner}
            await tx.execute(_RESERVE, row | dict(claim.call))

    await database.run_write(add)


async def reserve_more(
    database: Database,
    reservation_id: str,
    amount_microusd: int,
    fixed: Sequence[Cap],
    allows: Callable[[list[Standing]], bool],
) -> bool:
    """Raise a reservation if `allows` agrees to the caps that bind its call; say whether it was raised."""
    is_it = reservations.c.id == reservation_id
    async with database.write() as tx:
        await tx.lock(BUDGET_LOCK)
        row = (await tx.execute(select(reservations).where(is_it))).mappings().one_or_none()
        if row is None or not allows(await _binding(tx, subjects_of(dict(row)), fixed, row["day"])):
            return False
        more = reservations.c.amount_microusd + amount_microusd
        await tx.execute(update(reservations).where(is_it).values(amount_microusd=more))
        return True


async def add_spending(tx: Transaction, rows: Collection[Mapping[str, Any]]) -> None:
    """Add new rows of the ledger to the sums, in the transaction that adds the rows.

    Sums are written in one order everywhere, so that no two processes wait for each other.
    """
    sums: defaultdict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        if row["cost_microusd"] == 0:
            continue
        for scope, subject in subjects_of(row).items():
            found = sums[(scope, subject, row["day"])]
            found[0] += row["cost_microusd"] or 0
            found[1] += row["cost_microusd"] is None
    if sums:
        await tx.execute(_adding(tx), [_sum_row(key, *sums[key]) for key in sorted(sums)])


async def _binding(tx: Transaction, subjects: Subjects, fixed: Sequence[Cap], day: str) -> list[Standing]:
    """Return the caps that bind a call with these subjects, and what each has taken."""
    is_bound = [(caps.c.scope == scope) & (caps.c.subject == subject) for scope, subject in subjects.items()]
    return await _standings(tx, [*fixed, *await _caps(tx, select(caps).where(or_(*is_bound)))], day)


def _adding(tx: Transaction) -> Executable:
    adding = tx.insert(spending)
    more = {name: spending.c[name] + adding.excluded[name] for name in ("cost_microusd", "unknown_calls")}
    return adding.on_conflict_do_update(index_elements=["scope", "subject", "day"], set_=more)


def _sum_row(key: tuple[str, str, str], cost_microusd: int, unknown_calls: int) -> dict[str, Any]:
    named = dict(zip(("scope", "subject", "day"), key, strict=True))
    return named | {"cost_microusd": cost_microusd, "unknown_calls": unknown_calls}


async def _caps(tx: Transaction, wanted: Select[Any]) -> list[Cap]:
    rows = (await tx.execute(wanted.order_by(caps.c.id))).mappings().all()
    names = ("id", "scope", "subject", "window", "limit_microusd")
    return [Cap(**{name: row[name] for name in names}) for row in rows]


async def _standings(tx: Transaction, found: Sequence[Cap], day: str) -> list[Standing]:
    """Return what each cap has taken. It is one statement, hence one snapshot: a call that is settled between two
    would be in neither.
    """
    if not found:
        return []
    asked = union_all(*[_taken(number, cap, day) for number, cap in enumerate(found)])
    taken = {row.number: row for row in (await tx.execute(asked)).all()}
    return [_standing(cap, taken[number], day) for number, cap in enumerate(found)]


def _taken(number: int, cap: Cap, day: str) -> Select[int, int, int, int]:
    first, last = bounds(cap.window, day)
    is_spent = [spending.c.scope == cap.scope, spending.c.subject == cap.subject, spending.c.day.between(first, last)]
    is_held = [_HELD_BY[cap.scope] == cap.subject, reservations.c.day.between(first, last)]
    return select(
        literal(number).label("number"),
        _sum(spending.c.cost_microusd, is_spent).label("spent"),
        _sum(spending.c.unknown_calls, is_spent).label("unknown"),
        _sum(reservations.c.amount_microusd, is_held).label("held"),
    )


def _sum(column: Column[int], where: Sequence[ColumnElement[bool]]) -> ScalarSelect[int]:
    return select(func.coalesce(func.sum(column), 0)).where(*where).scalar_subquery()


def _standing(cap: Cap, taken: Row[Any], day: str) -> Standing:
    return Standing(cap, int(taken.spent), int(taken.held), int(taken.unknown), resets_at(cap.window, day))
