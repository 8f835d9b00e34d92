"""Caps of every scope and window: the strictest decides, the refusal names it, and programs may only lower it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from madang.clock import FixedClock
from madang.db.schema import calls, spending
from madang.gateway.caps.types import Cap, CapScope, CapWindow, Standing, expected_microusd, resets_at
from madang.gateway.fake_upstream import FakeUpstream, Say
from madang.gateway.types import Caller
from tests.gateway.rooms import Place, open_room
from tests.gateway.test_api import TOKEN, browse
from tests.gateway.test_budget import USAGE, add

MINE = Caller("chat", "token:t", "conversation-1", "turn-1", "t")
OTHER = Caller("title", "person:p", "conversation-2", "turn-2")
# One call may cost at most 16 + 6 bytes of prompt + 78 tokens = 100 micro-dollars, and costs 30.
MOST = 78


async def refusal(here: Place, model: str, caller: Caller) -> dict[str, Any] | None:
    heard = await here.ask(model=model, caller=caller, max_tokens=MOST, cache="off")
    assert heard.code in {None, "gateway.budget_reached"}
    return heard.error.details if heard.error else None


@pytest.mark.parametrize("scope", ["conversation", "token", "model", "feature"])
async def test_a_cap_stops_its_own_subject_and_nobody_else(tmp_path: Path, database_url: str, scope: CapScope):
    async with FakeUpstream(Say("ok", usage=USAGE)) as fake, open_room(tmp_path, database_url) as here:
        model = await add(here, fake)
        other = model + "-2"
        subject = {"conversation": "conversation-1", "token": "t", "model": model, "feature": "chat"}[scope]
        cap = await here.room.caps.add(scope, subject, "day", 129)
        assert await refusal(here, model, MINE) is None
        refused = await refusal(here, model, MINE)
        assert refused is not None
        assert {name: refused[name] for name in ("cap_id", "scope", "subject", "window", "cap_microusd")} == {
            "cap_id": cap.cap.id, "scope": scope, "subject": subject, "window": "day", "cap_microusd": 129,
        }  # fmt: skip
        assert (refused["spent_microusd"], refused["reserved_microusd"]) == (30, 0)
        assert await refusal(here, other if scope == "model" else model, OTHER) is None
        assert await here.reserved() == []
        await sums_agree(here)


async def test_of_several_caps_the_strictest_decides(tmp_path: Path, database_url: str):
    async with (
        FakeUpstream(Say("ok", usage=USAGE)) as fake,
        open_room(tmp_path, database_url, daily_cap_usd=0.001) as here,
    ):
        model = await add(here, fake)
        await here.room.caps.add("all", "", "day", 900)
        await here.room.caps.add("conversation", "conversation-1", "total", 110)
        await here.room.caps.add("token", "t", "month", 500)
        assert await refusal(here, model, MINE) is None
        refused = await refusal(here, model, MINE)
        assert refused is not None and (refused["scope"], refused["window"]) == ("conversation", "total")
        assert refused["resets_at"] is None
        assert await refusal(here, model, OTHER) is None
        assert [standing.spent_microusd for standing in await here.room.caps.all()] == [60, 60, 30, 30]


@pytest.mark.parametrize(("window", "days", "begins_anew"), [("day", 1, True), ("month", 1, False), ("month", 31, True),
                                                             ("total", 400, False)])  # fmt: skip
async def test_a_window_begins_anew_when_it_has_ended(
    tmp_path: Path, window: CapWindow, days: int, begins_anew: bool
):  # fmt: skip
    clock = FixedClock(datetime(2026, 3, 3, 12, tzinfo=UTC))
    async with FakeUpstream(Say("ok", usage=USAGE)) as fake, open_room(tmp_path, clock=clock) as here:
        model = await add(here, fake)
        await here.room.caps.add("all", "", window, 129)
        assert await refusal(here, model, MINE) is None
        clock.advance(days=days)
        assert (await refusal(here, model, MINE) is None) == begins_anew


async def test_the_next_call_may_have_what_the_last_one_left(tmp_path: Path, database_url: str):
    # 100 are reserved and 30 spent each time: a call that looked at what the last one reserved would be refused.
    async with FakeUpstream(Say("ok", usage=USAGE)) as fake, open_room(tmp_path, database_url) as here:
        model = await add(here, fake)
        await here.room.caps.add("all", "", "day", 1000)
        for _ in range(31):
            assert await refusal(here, model, MINE) is None
        assert await refusal(here, model, MINE) is not None
        assert [standing.spent_microusd for standing in await here.room.caps.all()] == [930]


async def test_a_cap_that_is_set_later_knows_what_was_spent_before(tmp_path: Path, database_url: str):
    async with FakeUpstream(Say("ok", usage=USAGE)) as fake, open_room(tmp_path, database_url) as here:
        model = await add(here, fake)
        assert await refusal(here, model, MINE) is None
        await here.rows()
        standing = await here.room.caps.add("token", "t", "month", 100)
        assert (standing.spent_microusd, standing.available_microusd) == (30, 70)
        assert await refusal(here, model, MINE) is not None


async def test_a_cap_that_was_raised_elsewhere_holds_for_the_next_call(tmp_path: Path, postgres_url: str):
    async with (
        FakeUpstream(Say("ok", usage=USAGE)) as fake,
        open_room(tmp_path / "a", postgres_url) as one,
        open_room(tmp_path / "b", postgres_url) as two,
    ):
        model = await add(one, fake)
        await two.room.directory.refresh()
        cap = (await one.room.caps.add("all", "", "day", 0)).cap.id
        await two.room.caps.refresh()
        async with browse(one) as client:
            for limit, is_refused in ((100, False), (99, True), (130, False)):
                await client.patch(f"/api/settings/caps/{cap}", json={"limit_microusd": limit})
                assert (await refusal(two, model, MINE) is not None) == is_refused


async def test_a_program_lowers_caps_and_a_person_raises_and_removes_them(tmp_path: Path):
    async with open_room(tmp_path, daily_cap_usd=3) as here:
        async with browse(here, TOKEN) as program:
            new = {"scope": "all", "window": "month", "limit_microusd": 500}
            made = (await program.post("/api/settings/caps", json=new)).json()
            one = f"/api/settings/caps/{made['id']}"
            assert (await program.post("/api/settings/caps", json=new)).text == "gateway.cap_exists"
            assert (await program.patch(one, json={"limit_microusd": 400})).json()["limit_microusd"] == 400
            assert (await program.patch(one, json={"limit_microusd": 401})).text == "not_allowed"
            assert (await program.delete(one)).text == "not_allowed"
        async with browse(here) as person:
            assert (await person.patch(one, json={"limit_microusd": 900})).json()["limit_microusd"] == 900
            listed = (await person.get("/api/settings/caps")).json()
            assert [(cap["is_fixed"], cap["limit_microusd"]) for cap in listed] == [(True, 3_000_000), (False, 900)]
            assert (await person.delete("/api/settings/caps/environment")).text == "gateway.unknown_cap"
            assert (await person.delete(one)).status_code == 204
            assert (await person.patch(one, json={"limit_microusd": 1})).text == "gateway.unknown_cap"
            assert len((await person.get("/api/settings/caps")).json()) == 1
    assert [kind for kind, _ in here.said].count("caps.changed") == 4


@pytest.mark.parametrize(
    ("scope", "subject"), [("all", "x"), ("token", ""), ("conversation", ""), ("model", "m"), ("feature", "x")]
)
async def test_a_cap_needs_a_subject_of_its_scope(tmp_path: Path, scope: str, subject: str):
    async with open_room(tmp_path) as here, browse(here) as person:
        body = {"scope": scope, "subject": subject, "window": "day", "limit_microusd": 1}
        assert (await person.post("/api/settings/caps", json=body)).text == "gateway.bad_cap"
        assert await here.room.caps.all() == []


async def sums_agree(here: Place) -> None:
    """The sums that caps read are those of the ledger."""
    await here.room.ledger.settled()
    async with here.database.read() as tx:
        cost = func.coalesce(func.sum(calls.c.cost_microusd), 0)
        spent = (await tx.execute(select(cost))).scalar_one()
        summed = await tx.execute(select(spending.c.scope, func.sum(spending.c.cost_microusd)).group_by("scope"))
        sums = {scope: int(total) for scope, total in summed.all()}
    assert sums["all"] == sums["model"] == sums["feature"] == int(spent)


@pytest.mark.parametrize(
    ("window", "now", "expected"),
    [
        ("month", datetime(2026, 11, 11), 300),
        ("month", datetime(2026, 11, 16), 200),
        ("month", datetime(2026, 12, 1), 100),
        ("month", datetime(2026, 11, 1, 23), None),
        ("day", datetime(2026, 11, 11), None),
        ("total", datetime(2026, 11, 11), None),
    ],
)
def test_a_month_is_projected_by_its_days_once_one_has_passed(window: CapWindow, now: datetime, expected: int | None):
    at = now.astimezone()
    # At the end of a month's last day nothing more can come.
    day = "2026-11-30" if now.month == 12 else now.date().isoformat()
    standing = Standing(Cap("c", "all", "", window, 1000), 100, 0, 0, resets_at(window, day))
    if now.month == 12:
        at -= timedelta(microseconds=1)
    assert expected_microusd(standing, at) == expected
