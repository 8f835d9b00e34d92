"""An attempt that may be charged is never silently free, however often a call is tried again."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from madang.gateway.fake_upstream import FakeUpstream, Fault, Say, Status, Turn
from madang.gateway.types import Started, Waiting
from tests.gateway.asking import SHORT, question
from tests.gateway.rooms import CALLER, open_room
from tests.gateway.test_budget import USAGE, add

# Under a cap one attempt may cost at most 16 + 6 bytes of prompt + 78 tokens; a whole answer costs 20 + 10.
MOST, WHOLE = 100, 30
LOST: dict[str, Turn] = {
    "a reset": Fault.reset_before_headers,
    "a gateway that gave up": Status(504),
    "an error inside a good answer": Fault((b'data: {"error": {"message": "sorry"}}\n\n',)),
}
REFUSED: dict[str, Turn] = {"too many": Status.rate_limited("0"), "too busy": Status(503), "failed": Status(500)}


@pytest.mark.parametrize("lost", LOST)
async def test_without_a_cap_a_lost_attempt_makes_the_cost_unknown(tmp_path: Path, lost: str):
    async with FakeUpstream(LOST[lost], Say("ok", usage=USAGE)) as fake, open_room(tmp_path) as here:
        heard = await here.ask(model=await add(here, fake))
        [row] = await here.rows()
    assert (heard.text, heard.receipt.cost_microusd, heard.receipt.completion_tokens) == ("ok", None, 10)
    assert (row["status"], row["attempts"], row["cost_microusd"]) == ("done", 2, None)


@pytest.mark.parametrize("refused", REFUSED)
async def test_what_was_refused_costs_nothing(tmp_path: Path, refused: str):
    async with FakeUpstream(REFUSED[refused], Say("ok", usage=USAGE)) as fake, open_room(tmp_path) as here:
        heard = await here.ask(model=await add(here, fake))
        [row] = await here.rows()
    assert (heard.receipt.cost_microusd, heard.receipt.is_at_most, row["attempts"]) == (WHOLE, False, 2)


async def test_under_a_cap_every_lost_attempt_is_reserved_and_counted_in_full(tmp_path: Path, database_url: str):
    turns = (Fault.reset_before_headers, Fault.reset_before_headers, Say("ok", usage=USAGE, first_delay=3600))
    async with FakeUpstream(*turns) as fake, open_room(tmp_path, database_url, daily_cap_usd=1) as here:
        asking = asyncio.create_task(here.ask(model=await add(here, fake), max_tokens=78))
        while len(fake.requests) < 3:
            await asyncio.sleep(0.01)
        # Should the process die here, its successor finds what all three may cost.
        [reservation] = await here.reserved()
        asking.cancel()
        await asyncio.wait([asking])
        [row] = await here.rows()
        assert await here.reserved() == []
    assert reservation["amount_microusd"] == 3 * MOST
    assert (row["status"], row["attempts"], row["cost_microusd"]) == ("cancelled", 3, 3 * MOST)


async def test_under_a_cap_lost_attempts_come_on_top_of_what_the_answer_cost(tmp_path: Path):
    async with (
        FakeUpstream(Fault.reset_before_headers, Say("ok", usage=USAGE)) as fake,
        open_room(tmp_path, daily_cap_usd=1) as here,
    ):
        heard = await here.ask(model=await add(here, fake), max_tokens=78)
        await here.rows()
        limits = await here.room.caps.taken_today()
    assert heard.receipt.cost_microusd == MOST + WHOLE == limits.spent_microusd
    assert heard.receipt.is_at_most
    assert limits.reserved_microusd == 0


async def test_a_cap_that_affords_one_attempt_allows_one(tmp_path: Path):
    async with FakeUpstream(Fault.reset_before_headers) as fake, open_room(tmp_path, daily_cap_usd=0.00015) as here:
        heard = await here.ask(model=await add(here, fake), max_tokens=78)
        [row] = await here.rows()
        limits = await here.room.caps.taken_today()
    assert (heard.code, len(fake.requests)) == ("upstream.unreachable", 1)
    assert (row["error_code"], row["attempts"], row["cost_microusd"]) == ("upstream.unreachable", 1, MOST)
    assert limits.spent_microusd == MOST <= 150


async def test_a_refused_attempt_needs_no_second_reservation(tmp_path: Path):
    turns = (Status.rate_limited("0"), Status(503), Say("ok", usage=USAGE))
    async with FakeUpstream(*turns) as fake, open_room(tmp_path, daily_cap_usd=0.0001) as here:
        heard = await here.ask(model=await add(here, fake), max_tokens=78)
    assert (heard.text, heard.receipt.cost_microusd, len(fake.requests)) == ("ok", WHOLE, 3)


async def test_UP_01_a_wait_that_is_stopped_costs_nothing(tmp_path: Path):
    patient = replace(SHORT, total=600)
    async with (
        FakeUpstream(Status.rate_limited("100")) as fake,
        open_room(tmp_path, limits=patient, daily_cap_usd=1) as here,
    ):
        asked = question(model=await add(here, fake), max_tokens=78)
        async with aclosing(here.room.gateway.stream(asked, CALLER)) as chunks:
            assert isinstance(await anext(chunks), Started)
            assert isinstance(await anext(chunks), Waiting)
        [row] = await here.rows()
        assert await here.reserved() == []
    assert (row["status"], row["cost_microusd"], len(fake.requests)) == ("cancelled", 0, 1)


async def test_UP_03_what_was_never_sent_costs_nothing(tmp_path: Path):
    async with open_room(tmp_path, daily_cap_usd=1) as here:
        async with FakeUpstream() as gone:
            model = await add(here, gone)
        heard = await here.ask(model=model, max_tokens=78)
        [row] = await here.rows()
    assert (heard.code, row["cost_microusd"], row["attempts"]) == ("upstream.unreachable", 0, 3)


async def test_a_limit_that_only_the_cap_set_is_in_the_receipt(tmp_path: Path):
    turn = Say("cut", finish_reason="length", usage=USAGE)
    async with FakeUpstream(turn) as fake, open_room(tmp_path, daily_cap_usd=0.0005) as here:
        model = await add(here, fake)
        capped = await here.ask(model=model)
        await here.rows()
        wished = await here.ask(model=model, max_tokens=78)
    assert fake.requests[0].json["max_tokens"] == capped.receipt.capped_at_tokens == 500 - 22
    assert (fake.requests[1].json["max_tokens"], wished.receipt.capped_at_tokens) == (78, None)
