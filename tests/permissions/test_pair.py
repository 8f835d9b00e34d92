"""Two processes on one PostgreSQL: what one decides, the other cannot decide as well."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madang.permissions.approvals.types import Answer
from madang.permissions.errors import AlreadyDecided
from tests.permissions.walls import Walls, run, walls

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def pair(tmp_path: Path, postgres_url: str) -> AsyncIterator[tuple[Walls, Walls]]:
    async with walls(tmp_path, postgres_url) as a, walls(tmp_path, postgres_url, a.clock, name="other") as b:
        yield a, b


async def test_PERM_03_two_processes_carry_an_answer_out_once(pair: tuple[Walls, Walls]) -> None:
    id = await pair[0].ask(pair[0].write())
    answer = Answer((await pair[1].room.parking.find(id)).digest, True, "once", "session")
    tries = [house.room.broker.decide(id, answer) for house in pair for _ in range(10)]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert [await house.settled(id) for house in pair] == ["done", "done"]
    refused = [one for one in ended if isinstance(one, BaseException)]
    assert (len(refused), {type(one) for one in refused}) == (19, {AlreadyDecided})
    assert (await pair[0].audit()).count("intent") == 1


async def test_what_is_allowed_and_taken_back_at_one_process_counts_at_the_other_at_once(
    pair: tuple[Walls, Walls],
) -> None:
    a, b = pair
    before = b.room.policies.current
    rule = await a.room.changes.add_rule("allow fs.write(ws:**)", "session")
    b.room.policies.current = before  # as if it had not been told yet
    await b.do(b.write())
    await a.room.changes.remove_rule(rule.id, "session")
    await b.ask(b.write("b.txt"), run("2"))
    assert not (b.place / "b.txt").exists()
    assert await a.is_sound()
    assert await b.is_sound()
