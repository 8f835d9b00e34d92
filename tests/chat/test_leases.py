"""Two chats on one PostgreSQL: the living are left alone, the dead are taken over, those who only slept are fenced."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import delete

from madang.chat.answer import GATHER_SECONDS
from madang.db.schema import processes
from tests.chat.conftest import House, opened
from tests.chat.scripted import Gate, saying
from tests.chat.test_recovery import half_answered, until_text_is_stored

SOON, NEVER = 0.05, 3600.0
HALF = "반쯤 온 😀 답"


@asynccontextmanager
async def two(url: str, folder: Path, renew_seconds: float) -> AsyncIterator[tuple[House, House]]:
    """Open one that renews its lease at this pace, and one that looks after the dead at once."""
    async with (
        opened(url, folder / "a", renew_seconds=renew_seconds) as here,
        opened(url, folder / "b", renew_seconds=SOON) as there,
    ):
        yield here, there


async def bury(house: House, process: str | None) -> None:
    """Take a process's place away, as whoever finds its lease run out does."""
    async with house.database.write() as tx:
        await tx.execute(delete(processes).where(processes.c.id == process))


async def test_a_start_leaves_alone_what_a_living_process_answers(postgres_url: str, tmp_path: Path):
    async with opened(postgres_url, tmp_path / "a") as here:
        gate = Gate()
        here.door.say([*saying("반쯤 ")[:2], gate, *saying("온 답")[1:]])
        turn = (await here.ask("one")).turn
        queued = (await here.ask("two", conversation_id=turn.conversation_id)).turn
        async with opened(postgres_url, tmp_path / "b") as there:
            assert (await there.chat.turns.find(turn.id)).status == "streaming"
            gate.opened.set()
            assert (await there.chat.turns.wait(turn.id)).answer == "반쯤 온 답"
            assert (await there.chat.turns.wait(queued.id)).answer == "ok"
    assert len(here.door.requests) == 2


async def test_CRASH_04_the_turn_of_a_dead_process_is_interrupted_and_can_go_on(postgres_url: str, tmp_path: Path):
    async with two(postgres_url, tmp_path, NEVER) as (here, there):
        turn, queued = await half_answered(here)
        await until_text_is_stored(here, turn.id, turn.conversation_id, HALF)
        await bury(there, here.lease.id)
        ended = await there.chat.turns.wait(turn.id)
        assert (ended.status, ended.answer) == ("interrupted", HALF)
        assert (await there.chat.turns.find(queued.id)).held
        assert there.door.lost_calls == [("fake/one", turn.id)]
        there.door.say(saying(" 끝"))
        await there.chat.turns.go_on(turn.id)
        assert (await there.chat.turns.wait(turn.id)).answer == f"{HALF} 끝"
        await there.chat.turns.start(queued.id)
        assert (await there.chat.turns.wait(queued.id)).status == "done"


async def test_CRASH_04_a_process_that_slept_does_nothing_more_to_a_turn_that_was_taken_over(
    postgres_url: str, tmp_path: Path
):
    async with two(postgres_url, tmp_path, NEVER) as (here, there):
        gate, later = Gate(), Gate()
        here.door.say([*saying(HALF)[:2], gate, *saying(" and more")[1:2], later])
        turn = (await here.ask("one")).turn
        await until_text_is_stored(here, turn.id, turn.conversation_id, HALF)
        await bury(there, here.lease.id)
        ended = await there.chat.turns.wait(turn.id)
        told = await there.events(turn.conversation_id)
        gate.opened.set()
        await later.reached.wait()
        # Words are gathered for a moment, and these have had theirs when the others are stored.
        for number in range(10):
            await asyncio.sleep(GATHER_SECONDS / 5)
            await here.journal.append("other", "tick", {"number": number})
        await here.chat.stop()
        assert here.door.closed == 1
        assert await there.chat.turns.find(turn.id) == ended
        assert await there.events(turn.conversation_id) == told
        assert ended.answer == HALF


async def test_a_process_that_was_taken_for_dead_drops_its_answers_and_begins_anew(postgres_url: str, tmp_path: Path):
    async with two(postgres_url, tmp_path, SOON) as (here, there):
        turn, _queued = await half_answered(here)
        before = here.lease.id
        await bury(there, before)
        assert (await there.chat.turns.wait(turn.id)).status == "interrupted"
        async for event in here.journal.follow(f"conversation:{turn.conversation_id}", 0):
            if event.kind == "turn.finished":
                break
        while here.lease.id == before:
            await there.answered("passing the time")
        assert here.door.closed == 1
        again = await here.answered("다시")
        assert (again.status, again.process) == ("done", here.lease.id)


async def test_a_restart_takes_over_at_once_what_its_last_process_left(postgres_url: str, tmp_path: Path):
    async with opened(postgres_url, tmp_path / "a", renew_seconds=NEVER) as here:
        turn, _queued = await half_answered(here)
        await here.crash()
        assert (await here.chat.turns.find(turn.id)).status == "interrupted"


async def test_stop_reaches_a_turn_wherever_it_runs(postgres_url: str, tmp_path: Path):
    async with two(postgres_url, tmp_path, SOON) as (here, there):
        turn, queued = await half_answered(here)
        stopped = await there.chat.turns.stop(turn.id)
        assert (stopped.status, stopped.answer) == ("cancelled", HALF)
        assert (await there.chat.turns.stop(queued.id)).held
        assert here.door.closed == 1
