"""The record of what happened: it comes before the effect, and no later change of it goes unseen."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from sqlalchemy import delete, select, text, update

from madang.db.walls import audit, effects
from madang.permissions.audit.types import Problem
from madang.permissions.errors import UnknownOutcome
from madang.system.executor import Asking, Outcome, Watch
from madang.system.requests import ReadFile, Request
from madang.system.types import Action
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


class Dying:
    """An executor that stops in the middle: it has begun, and its process is gone before anything is stored."""

    def __init__(self, house: Walls) -> None:
        self._house = house
        self.begun = asyncio.Event()

    async def prepare(self, request: Request, asking: Asking) -> "_Prepared":
        prepared = await self._house.executor.prepare(request, asking)
        return _Prepared(prepared.action, self)


class _Prepared:
    preview: Mapping[str, object] = MappingProxyType({})

    def __init__(self, action: Action, executor: Dying) -> None:
        self.action = action
        self._executor = executor

    async def perform(self, watch: Watch) -> Outcome:
        self._executor.begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def __aenter__(self) -> "_Prepared":
        return self

    async def __aexit__(self, *given: object) -> None:
        return None


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
