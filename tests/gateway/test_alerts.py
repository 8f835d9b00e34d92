"""A person is told once when a cap is half used, nearly used and used up, whatever restarts or runs beside."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from madang.clock import FixedClock
from madang.gateway.alerts.types import reached
from madang.gateway.caps.types import Cap, Standing
from madang.gateway.fake_upstream import FakeUpstream, Say
from tests.gateway.rooms import Place, open_room
from tests.gateway.test_api import browse
from tests.gateway.test_budget import USAGE, add


def told(here: Place) -> list[tuple[int, int, int]]:
    alerts: list[dict[str, Any]] = [data["alert"] for kind, data in here.said if kind == "caps.alert"]
    return [(alert["step"], alert["spent_microusd"], alert["limit_microusd"]) for alert in alerts]


async def spend(here: Place, model: str, times: int = 1) -> None:
    """Each time spends 30 and reserves 36 before; then look, instead of the room itself, which would at any moment."""
    await here.room.alerts.stop()
    for _ in range(times):
        await here.ask(model=model, max_tokens=14, cache="off")
    await here.rows()
    await here.room.alerts.look()


@pytest.mark.parametrize(
    ("limit", "spent", "steps"),
    [(100, 49, ()), (100, 50, (50,)), (100, 80, (50, 80)), (100, 100, (50, 80, 100)), (100, 130, (50, 80, 100)),
     (3, 1, ()), (3, 2, (50,)), (0, 0, ()), (0, 5, ())],
)  # fmt: skip
def test_a_step_is_reached_when_its_share_is_spent(limit: int, spent: int, steps: tuple[int, ...]):
    assert reached(Standing(Cap("c", "all", "", "day", limit), spent, 900, 0, None)) == steps


def test_a_cap_that_stops_a_call_is_used_up_when_it_nearly_was():
    cap = Cap("c", "all", "", "day", 100)
    assert reached(Standing(cap, 80, 0, 0, None), {"c"}) == (50, 80, 100)
    assert reached(Standing(cap, 80, 0, 0, None), {"d"}) == (50, 80)
    assert reached(Standing(cap, 79, 0, 0, None), {"c"}) == (50,)


async def test_each_step_is_told_once_and_the_last_one_when_a_call_is_stopped(tmp_path: Path, database_url: str):
    async with FakeUpstream(Say("ok", usage=USAGE)) as fake, open_room(tmp_path, database_url) as here:
        model = await add(here, fake)
        cap = (await here.room.caps.add("all", "", "day", 100)).cap
        await spend(here, model)
        assert told(here) == []
        await spend(here, model)
        await here.room.alerts.look()
        assert told(here) == [(50, 60, 100)]
        await spend(here, model)
        assert told(here) == [(50, 60, 100), (80, 90, 100)]
        await spend(here, model, 2)
        assert told(here)[2:] == [(100, 90, 100)]
        async with browse(here) as person:
            listed = (await person.get("/api/settings/caps/alerts")).json()
        assert [(alert["cap_id"], alert["step"]) for alert in listed] == [(cap.id, 100), (cap.id, 80), (cap.id, 50)]
        assert all(alert["resets_at"] for alert in listed)


async def test_a_restart_tells_nothing_twice(tmp_path: Path, database_url: str):
    async with FakeUpstream(Say("ok", usage=USAGE)) as fake:
        async with open_room(tmp_path, database_url) as here:
            model = await add(here, fake)
            await here.room.caps.add("all", "", "total", 100)
            await spend(here, model, 2)
            assert [step for step, *_ in told(here)] == [50]
        async with open_room(tmp_path, database_url) as here:
            await here.room.alerts.look()
            assert told(here) == []
            await spend(here, model)
            assert [step for step, *_ in told(here)] == [80]


async def test_of_two_processes_one_tells(tmp_path: Path, postgres_url: str):
    async with (
        FakeUpstream(Say("ok", usage=USAGE)) as fake,
        open_room(tmp_path / "a", postgres_url) as one,
        open_room(tmp_path / "b", postgres_url) as two,
    ):
        model = await add(one, fake)
        await one.room.caps.add("all", "", "day", 100)
        await two.room.caps.refresh()
        await two.room.alerts.stop()
        await spend(one, model, 2)
        await two.room.alerts.look()
        assert told(one) + told(two) == [(50, 60, 100)]


async def test_a_raised_limit_is_told_anew_when_it_is_reached(tmp_path: Path, database_url: str):
    async with FakeUpstream(Say("ok", usage=USAGE)) as fake, open_room(tmp_path, database_url) as here:
        model = await add(here, fake)
        cap = (await here.room.caps.add("all", "", "day", 100)).cap.id
        await spend(here, model, 3)
        assert told(here) == [(80, 90, 100)]
        async with browse(here) as person:
            for limit in (110, 200, 100, 200):
                await person.patch(f"/api/settings/caps/{cap}", json={"limit_microusd": limit})
                await here.room.alerts.look()
        assert told(here)[1:] == [(80, 90, 100)]
        await spend(here, model)
        assert told(here)[2:] == [(50, 120, 200)]


async def test_the_next_day_is_told_anew(tmp_path: Path):
    clock = FixedClock(datetime(2026, 3, 3, 12, tzinfo=UTC))
    async with FakeUpstream(Say("ok", usage=USAGE)) as fake, open_room(tmp_path, clock=clock) as here:
        model = await add(here, fake)
        await here.room.caps.add("all", "", "day", 60)
        for _ in range(2):
            await spend(here, model)
            clock.advance(days=1)
        assert told(here) == [(50, 30, 60)] * 2


async def test_the_room_looks_by_itself_after_a_paid_call(tmp_path: Path):
    async with FakeUpstream(Say("ok", usage=USAGE)) as fake, open_room(tmp_path) as here:
        model = await add(here, fake)
        await here.room.caps.add("all", "", "day", 60)
        await here.ask(model=model, max_tokens=14, cache="off")
        async with asyncio.timeout(30):
            while not told(here):
                await asyncio.sleep(0.02)
        assert told(here) == [(50, 30, 60)]
