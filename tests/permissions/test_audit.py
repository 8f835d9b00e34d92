"""The record of what happened: it comes before the effect, and no later change of it goes unseen."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update

from madang.db.walls import audit, effects
from madang.permissions.audit.types import Problem
from madang.permissions.errors import UnknownOutcome
from madang.system.requests import ReadFile
from tests.permissions.dying import Dying
from tests.permissions.walls import Walls, run, walls

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def house(tmp_path: Path, database_url: str) -> AsyncIterator[Walls]:
    async with walls(tmp_path, database_url) as found:
        (found.place / "a.txt").write_bytes(b"old")
        for step in range(4):
            await found.do(ReadFile(found.folder.id, "a.txt"), run(str(step)))
        yield found


async def findings(house: Walls) -> set[Problem]:
    return {one.problem for one in (await house.room.ground.audit.verify()).findings}


async def edit(house: Walls) -> None:
    async with house.database.write() as tx:
        await tx.execute(update(audit).where(audit.c.number == 3).values(about="another"))


async def take_out(house: Walls) -> None:
    async with house.database.write() as tx:
        await tx.execute(delete(audit).where(audit.c.number == 3))


async def close_ranks(house: Walls) -> None:
    """Take one out and count the others anew, so that no number is missing."""
    async with house.database.write() as tx:
        await tx.execute(delete(audit).where(audit.c.number == 3))
        for number in range(4, 9):
            await tx.execute(update(audit).where(audit.c.number == number).values(number=number - 1))


async def change_places(house: Walls) -> None:
    async with house.database.write() as tx:
        for before, after in ((3, 100), (5, 3), (100, 5)):
            await tx.execute(update(audit).where(audit.c.number == before).values(number=after))


async def cut_off(house: Walls) -> None:
    async with house.database.write() as tx:
        await tx.execute(delete(audit).where(audit.c.number > 6))


async def cut_all(house: Walls) -> None:
    async with house.database.write() as tx:
        await tx.execute(delete(audit))
        await tx.execute(delete(effects))


async def drop_effect(house: Walls) -> None:
    async with house.database.write() as tx:
        first = (await tx.execute(select(effects.c.id).limit(1))).scalar_one()
        await tx.execute(delete(effects).where(effects.c.id == first))


async def turn_effect(house: Walls) -> None:
    async with house.database.write() as tx:
        await tx.execute(update(effects).values(state="failed"))


async def lose_head(house: Walls) -> None:
    path = house.place.parent / "data" / "audit.head"
    path.write_bytes(path.read_bytes().replace(b"8 ", b"2 ", 1))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        (edit, "changed"), (take_out, "missing"), (close_ranks, "changed"), (change_places, "changed"),
        (cut_off, "cut_off"), (cut_all, "cut_off"), (drop_effect, "effect_missing"), (turn_effect, "effect_changed"),
        (lose_head, "head_unreadable"),
    ],
)  # fmt: skip
async def test_PERM_14_every_later_change_is_found(
    house: Walls, harm: Callable[[Walls], Awaitable[None]], problem: Problem
) -> None:
    assert await findings(house) == set()
    await harm(house)
    assert problem in await findings(house)


async def test_PERM_14_the_record_is_whole_after_many_at_once(house: Walls) -> None:
    await asyncio.gather(*(house.do(ReadFile(house.folder.id, "a.txt"), run(str(n), str(n))) for n in range(20)))
    assert await findings(house) == set()
    assert len(await house.audit()) == 48


async def test_PERM_14_what_was_interrupted_has_an_unknown_outcome_and_is_not_done_again(
    tmp_path: Path, database_url: str
) -> None:
    async with walls(tmp_path, database_url) as house:
        executor = Dying(house)
        house.room.broker.carries(executor, type(house.write()))
        await house.room.changes.add_rule("allow fs.write(ws:**)", "session")
        doing = asyncio.create_task(house.do(house.write()))
        await executor.begun.wait()
        async with house.database.read() as tx:
            assert (await tx.execute(select(effects.c.state))).scalars().all() == ["intent"]
        assert (await house.audit())[-1] == "intent"
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)
        assert (await house.audit())[-1] == "unknown"
        with pytest.raises(UnknownOutcome):
            await house.do(house.write())
        assert await findings(house) == set()


async def test_the_table_can_be_read_and_the_key_is_not_in_it(house: Walls) -> None:
    key = (house.place.parent / "data" / "audit.key").read_bytes()
    assert len(key) == 32
    async with house.database.read() as tx:
        rows = (await tx.execute(text("SELECT * FROM audit"))).all()
    assert key.hex() not in repr(rows)


async def test_PERM_14_killed_between_intent_and_outcome_it_is_unknown(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'madang.db'}"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.permissions.dying", str(tmp_path), url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"begun\n"
    finally:
        process.kill()
        await process.wait()
    async with walls(tmp_path, url) as house:
        assert (await house.audit())[-2:] == ["intent", "unknown"]
        with pytest.raises(UnknownOutcome):
            await house.do(house.write())
        assert not (house.place / "a.txt").exists()
        assert await findings(house) == set()
