"""CRASH-06: the clock is set a year back or ten years on, in the middle of everything."""

import asyncio
from pathlib import Path

import pytest

from madang.clock import FixedClock
from madang.config import Settings
from madang.db.database import Database
from madang.gateway.fake_upstream import FakeUpstream
from madang.guard.brake import Brake
from madang.guard.once import SignInCodes, Tickets
from madang.guard.sessions import Sessions
from madang.web import ALL_SCOPES, Principal
from tests.chat.conftest import House
from tests.chat.scripted import Gate, saying
from tests.gateway.rooms import open_room

SOMEONE = Principal("person", "s1", ALL_SCOPES)
BOTH_WAYS = pytest.mark.parametrize("days", [-365, 3650])


@BOTH_WAYS
async def test_CRASH_06_tickets_codes_and_the_brake_go_by_durations(days: int) -> None:
    clock = FixedClock()
    codes, tickets, brake = SignInCodes(clock), Tickets(clock), Brake(clock)
    good, late, ticket = codes.first(), codes.first(), await tickets.issue(SOMEONE)
    for _ in range(20):
        brake.failed("192.0.2.1")
    waits = brake.wait_of("192.0.2.1")
    clock.jump(days=days)
    assert brake.wait_of("192.0.2.1") == waits > 0
    assert await codes.take(good)
    assert await tickets.take(ticket) == SOMEONE
    clock.advance(seconds=61)
    assert not await codes.take(late)
    assert brake.wait_of("192.0.2.1") == 0


async def test_CRASH_06_a_session_ends_by_the_calendar_and_never_because_the_clock_went_back(tmp_path: Path) -> None:
    clock, database = FixedClock(), Database.open(tmp_path / "madang.sqlite3")
    await database.start()
    sessions = Sessions(database, clock, lambda _kind, _data: None)
    opened = await sessions.open("Firefox · Linux")
    clock.jump(days=-365)
    assert sessions.is_live(opened.session.id)
    clock.jump(days=3650)
    assert not sessions.is_live(opened.session.id)
    await database.stop()


@BOTH_WAYS
async def test_CRASH_06_a_kept_answer_has_no_age_below_nothing_and_none_beyond_its_time(
    tmp_path: Path, days: int
) -> None:
    clock = FixedClock()
    async with FakeUpstream("ok") as fake, open_room(tmp_path, clock=clock) as here:
        provider = await here.room.directory.add("Near", fake.base_url, {})
        first = await here.ask(model=f"{provider.id}/m")
        clock.jump(days=days)
        again = await here.ask(model=f"{provider.id}/m")
        rows = await here.rows()
    assert (first.text, again.text) == ("ok", "ok")
    assert again.receipt is not None
    assert again.receipt.cache_age_seconds == (0 if days < 0 else None)
    assert len(fake.requests) == (1 if days < 0 else 2)
    assert all(row["latency_ms"] >= 0 for row in rows)


@BOTH_WAYS
async def test_CRASH_06_an_answer_goes_on_and_the_queue_keeps_its_order(tmp_path: Path, days: int) -> None:
    clock = FixedClock()
    (tmp_path / "data").mkdir()
    settings = Settings(data_dir=tmp_path / "data", _env_file=None)
    house = House(f"sqlite:///{tmp_path / 'madang.db'}", settings, clock=clock)
    await house.start()
    gate = Gate()
    house.door.say([*saying("하나 ", "둘")[:2], gate, *saying("둘")[1:]], saying("셋"))
    first = (await house.ask("one")).turn
    await gate.reached.wait()
    clock.jump(days=days)
    second = (await house.ask("two", conversation_id=first.conversation_id)).turn
    await house.journal.prune()
    gate.opened.set()
    async with asyncio.timeout(60):
        turns = [await house.chat.turns.wait(turn.id) for turn in (first, second)]
    assert [(turn.status, turn.answer) for turn in turns] == [("done", "하나 둘"), ("done", "셋")]
    numbers = [event.number for event in await house.events(first.conversation_id)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    await house.crash()
    assert [(await house.chat.turns.find(turn.id)).status for turn in turns] == ["done", "done"]
    await house.stop()
