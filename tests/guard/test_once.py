"""Codes and tickets open one thing once, and not for long, in one process and in several on one database."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from madang.clock import FixedClock
from madang.db.database import Database
from madang.guard.once import SignInCodes, Tickets
from madang.web import ALL_SCOPES, Principal

SOMEONE = Principal("person", "s1", ALL_SCOPES)
PROGRAM = Principal("token", "t1", frozenset({"read"}))


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    database = Database.open(database_url)
    await database.start()
    yield database
    await database.stop()


async def codes_on(db: Database) -> SignInCodes:
    codes = SignInCodes(FixedClock())
    await codes.share(db)
    return codes


async def test_WEB_10_a_code_opens_once(db: Database) -> None:
    codes = await codes_on(db)
    code = await codes.issue()
    assert [await codes.take(code), await codes.take(code)] == [True, False]


async def test_a_code_from_before_the_database_was_open_is_good_afterwards(db: Database) -> None:
    codes = SignInCodes(FixedClock())
    code = codes.first()
    await codes.share(db)
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


async def test_unused_codes_do_not_pile_up(db: Database) -> None:
    codes = await codes_on(db)
    issued = [await codes.issue() for _ in range(40)]
    assert [await codes.take(code) for code in issued] == [False] * 24 + [True] * 16


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_WEB_10_what_one_process_gave_out_opens_once_at_any_of_them(db: Database) -> None:
    here, there = await codes_on(db), await codes_on(db)
    code = await here.issue()
    assert [await there.take(code), await here.take(code)] == [True, False]
    tickets = [Tickets(FixedClock()), Tickets(FixedClock())]
    for one in tickets:
        await one.share(db)
    for holder in (SOMEONE, PROGRAM):
        ticket = await tickets[0].issue(holder)
        assert not await there.take(ticket)
        assert [await tickets[1].take(ticket), await tickets[0].take(ticket)] == [holder, None]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_WEB_10_a_code_that_is_shared_runs_out_by_the_clock_of_the_server(db: Database) -> None:
    codes = await codes_on(db)
    early, late = await codes.issue(), await codes.issue()
    await make_older(db, seconds=50)
    assert await codes.take(early)
    await make_older(db, seconds=10)
    assert not await codes.take(late)


async def make_older(db: Database, seconds: int) -> None:
    async with db.write() as tx:
        await tx.execute(text("UPDATE passes SET ends_at = ends_at - :age"), {"age": seconds * 1_000_000})
