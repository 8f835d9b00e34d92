"""What was spent while nobody was at the page is told once, to whoever comes back first."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from madang.clock import FixedClock
from madang.db.schema import tokens
from madang.principal import ALL_SCOPES, Principal
from madang.usage.api import router
from madang.usage.away import LEAST_AWAY, Visits
from madang.usage.types import Away, AwayPart
from tests.gateway.rooms import open_room
from tests.support.rooms import visited
from tests.usage.make import NOON, call, store

PERSON = Principal("person", "p", ALL_SCOPES)
PROGRAM = Principal("token", "t", ALL_SCOPES)
MINUTE = timedelta(minutes=1)


async def test_an_absence_is_told_once_with_who_spent_what(tmp_path: Path, database_url: str):
    clock = FixedClock(NOON)
    async with open_room(tmp_path, database_url) as here:
        visits = Visits(here.database, clock)
        async with here.database.write() as tx:
            about = {"token_hash": "x", "last4": "abcd", "scopes": [], "keeps_answers": True, "created_at": NOON}
            await tx.execute(insert(tokens).values(id="t1", name="VS Code", **about))
        await store(
            here.database,
            call(NOON - MINUTE, cost_microusd=9_000),
            call(NOON + MINUTE, cost_microusd=100),
            call(NOON + 2 * MINUTE, cost_microusd=0),
            call(NOON + 3 * MINUTE, cost_microusd=50, feature="api", token_id="t1"),
            call(NOON + 4 * MINUTE, cost_microusd=70, feature="api", token_id="t1"),
            call(NOON + 5 * MINUTE, cost_microusd=None, feature="title"),
            call(NOON + 60 * MINUTE, cost_microusd=9_000),
        )
        assert await visits.visit() is None
        clock.advance(minutes=30)
        told = await asyncio.gather(*(visits.visit() for _ in range(3)))
        parts = [
            AwayPart("api", "VS Code", 2, 120, 0),
            AwayPart("chat", None, 1, 100, 0),
            AwayPart("title", None, 1, 0, 1),
        ]
        away = Away(NOON, NOON + 30 * MINUTE, 4, 220, 1, parts)
        assert [one for one in told if one] == [away]
        assert await Visits(here.database, clock).last() == away


async def test_nothing_is_said_where_nothing_was_spent_or_somebody_was_there(tmp_path: Path):
    clock = FixedClock(NOON)
    async with open_room(tmp_path) as here:
        visits = Visits(here.database, clock)
        free = [call(NOON + number * MINUTE, cost_microusd=0) for number in range(30)]
        await store(here.database, *free, call(NOON + 31 * MINUTE))
        assert await visits.visit() is None
        clock.advance(minutes=30)
        assert await visits.visit() is None
        for _ in range(3):
            clock.advance(seconds=LEAST_AWAY.total_seconds() - 1)
            assert await visits.visit() is None
        assert await visits.last() is None


async def test_only_a_person_comes_back_and_programs_may_read_what_was(tmp_path: Path):
    async with open_room(tmp_path) as here:
        clock = FixedClock(datetime(2026, 11, 22, 12, tzinfo=UTC))
        services = {Visits: Visits(here.database, clock)}
        async with visited([router], services, PROGRAM) as program:
            assert (await program.post("/api/usage/visit")).status_code == 403
            assert (await program.get("/api/usage/away")).json() is None
        async with visited([router], services, PERSON) as person:
            assert (await person.post("/api/usage/visit")).json() is None
            await store(here.database, call(NOON + MINUTE))
            clock.advance(hours=1)
            away = (await person.post("/api/usage/visit")).json()
            assert (away["calls"], away["cost_microusd"]) == (1, 300)
        async with visited([router], services, PROGRAM) as program:
            assert (await program.get("/api/usage/away")).json() == away


async def test_a_clock_that_was_set_back_hides_no_absence(tmp_path: Path):
    async with open_room(tmp_path) as here:
        ahead, right = FixedClock(NOON + timedelta(days=300)), FixedClock(NOON)
        await Visits(here.database, ahead).visit()
        assert await Visits(here.database, right).visit() is None
        await store(here.database, call(NOON + MINUTE))
        right.advance(hours=1)
        away = await Visits(here.database, right).visit()
        assert away and away.calls == 1
