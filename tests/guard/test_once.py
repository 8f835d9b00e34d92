"""Codes and tickets open one thing once, and not for long, in one process and in several on one database."""

import pytest
from sqlalchemy import text

from madang.clock import FixedClock
from madang.db.database import Database
from madang.guard.once import SignInCodes, Tickets
from madang.web import ALL_SCOPES, Principal

SOMEONE = Principal("person", "s1", ALL_SCOPES)
PROGRAM = Principal("token", "t1", frozenset({"read"}))


async def codes_on(database: Database) -> SignInCodes:
    codes = SignInCodes(FixedClock())
    await codes.share(database)
    return codes


async def test_WEB_10_a_code_opens_once(database: Database) -> None:
    codes = await codes_on(database)
    code = await codes.issue()
    assert [await codes.take(code), await codes.take(code)] == [True, False]


async def test_a_code_from_before_the_database_was_open_is_good_afterwards(database: Database) -> None:
    codes = SignInCodes(FixedClock())
    code = codes.first()
    await codes.share(database)
    assert [await codes.take(code), await codes.take(code)] == [True, False]


async def test_WEB_10_a_code_runs_out_after_a_minute() -> None:
    clock = FixedClock()
    codes = SignInCodes(clock)
    early, late = codes.first(), codes.first()
    clock.advance(seconds=59)
    assert await codes.take(early)
    clock.advance(seconds=1)
    assert not await codes.take(late)


async def test_WEB_08_a_ticket_runs_out_after_thirty_seconds() -> None:
    clock = FixedClock()
    tickets = Tickets(clock)
    early, late = await tickets.issue(SOMEONE), await tickets.issue(SOMEONE)
    clock.advance(seconds=29)
    assert await tickets.take(early) == SOMEONE
    clock.advance(seconds=1)
    assert await tickets.take(late) is None


async def test_unused_codes_do_not_pile_up(database: Database) -> None:
    codes = await codes_on(database)
    issued = [await codes.issue() for _ in range(40)]
    assert [await codes.take(code) for code in issued] == [False] * 24 + [True] * 16


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_WEB_10_what_one_process_gave_out_opens_once_at_any_of_them(database: Database) -> None:
    here, there = await codes_on(database), await codes_on(database)
    code = await here.issue()
    assert [await there.take(code), await here.take(code)] == [True, False]
    tickets = [Tickets(FixedClock()), Tickets(FixedClock())]
    for one in tickets:
        await one.share(database)
    for holder in (SOMEONE, PROGRAM):
        ticket = await tickets[0].issue(holder)
        assert not await there.take(ticket)
        assert [await tickets[1].take(ticket), await tickets[0].take(ticket)] == [holder, None]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_WEB_10_a_code_that_is_shared_runs_out_by_the_clock_of_the_server(database: Database) -> None:
    codes = await codes_on(database)
    early, late = await codes.issue(), await codes.issue()
    await make_older(database, seconds=50)
    assert await codes.take(early)
    await make_older(database, seconds=10)
    assert not await codes.take(late)


async def make_older(database: Database, seconds: int) -> None:
    async with database.write() as tx:
        await tx.execute(text("UPDATE passes SET ends_at = ends_at - :age"), {"age": seconds * 1_000_000})
