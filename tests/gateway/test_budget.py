"""The daily cap holds: against many at once, against two processes, against a crash."""

import asyncio
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from madang.clock import FixedClock
from madang.gateway.budget import LONGEST_UNASKED, longest_prompt, quoted
from madang.gateway.caps import store
from madang.gateway.caps.store import Claim
from madang.gateway.days import day_of, zone_of
from madang.gateway.entries import Cause
from madang.gateway.fake_upstream import FakeUpstream, Fault, Say, Status
from madang.gateway.messages import ImagePart, Message, TextPart
from madang.gateway.prices import OwnTariff, cost_microusd, rounded_up
from madang.gateway.store import cause_row
from madang.gateway.types import Caller, Usage
from tests.gateway.asking import question
from tests.gateway.rooms import Place, open_room

PRICES = {"price_input_microusd_per_mtok": 1_000_000, "price_output_microusd_per_mtok": 1_000_000}
USAGE = {"prompt_tokens": 20, "completion_tokens": 10}


async def add(here: Place, fake: FakeUpstream) -> str:
    """Add the fake as a provider that takes one micro-dollar a token."""
    provider = await here.room.directory.add("Paid", fake.base_url, PRICES)
    return f"{provider.id}/m"


async def test_a_cap_of_nothing_sends_nothing(tmp_path: Path, database_url: str):
    async with FakeUpstream("never") as fake, open_room(tmp_path, database_url, daily_cap_usd=0) as here:
        for model in (await add(here, fake), "openai/gpt-4o-mini"):
            heard = await here.ask(model=model)
            assert (heard.code, heard.error.details["cap_microusd"]) == ("gateway.budget_reached", 0)
            assert heard.receipt.cost_microusd == 0
        assert fake.requests == []
        assert await here.reserved() == []
        assert [(row["status"], row["error_code"]) for row in await here.rows()] == [
            ("error", "gateway.budget_reached")
        ] * 2


async def test_without_a_cap_nothing_is_written_before_the_call(tmp_path: Path):
    async with FakeUpstream(Fault.stall_mid_stream) as fake, open_room(tmp_path) as here:
        asking = asyncio.create_task(here.ask(model=await add(here, fake)))
        while not fake.requests:
            await asyncio.sleep(0.01)
        assert await here.reserved() == []
        assert "max_tokens" not in fake.requests[0].json
        asking.cancel()
        await asyncio.wait([asking])


async def test_a_hundred_at_once_never_pass_the_cap(tmp_path: Path, database_url: str):
    # One call may cost at most 16 + 6 bytes of prompt + 78 tokens = 100 micro-dollars, and costs 30.
    async with (
        FakeUpstream(Say("ok", usage=USAGE, first_delay=0.02)) as fake,
        open_room(tmp_path, database_url, daily_cap_usd=0.001) as here,
    ):
        model = await add(here, fake)
        asked = [here.ask(model=model, max_tokens=78, seed=seed) for seed in range(100)]
        heard = await asyncio.gather(*asked)
        rows = await here.rows()
        limits = await here.room.caps.taken_today()
    answered = [each for each in heard if each.code is None]
    assert {each.code for each in heard} == {None, "gateway.budget_reached"}
    assert len(answered) == len(fake.requests) >= 10
    assert sum(row["cost_microusd"] for row in rows) == len(answered) * 30 == limits.spent_microusd
    assert limits.spent_microusd <= 1000
    assert limits.reserved_microusd == 0
    assert len(rows) == 100


async def test_two_processes_on_one_database_share_the_cap(tmp_path: Path, postgres_url: str):
    async with (
        FakeUpstream(Say("ok", usage=USAGE, first_delay=0.05)) as fake,
        open_room(tmp_path / "a", postgres_url, daily_cap_usd=0.0005) as one,
        open_room(tmp_path / "b", postgres_url, daily_cap_usd=0.0005) as two,
    ):
        model = await add(one, fake)
        await two.room.directory.refresh()
        asked = [here.ask(model=model, max_tokens=78, seed=seed) for seed in range(20) for here in (one, two)]
        heard = await asyncio.gather(*asked)
        await two.room.ledger.settled()
        limits = await one.room.caps.taken_today()
    assert {each.code for each in heard} == {None, "gateway.budget_reached"}
    assert limits.spent_microusd + limits.reserved_microusd <= 500


async def test_without_a_limit_the_answer_is_as_long_as_the_cap_affords(tmp_path: Path):
    async with FakeUpstream(Say("ok", usage=USAGE)) as fake, open_room(tmp_path, daily_cap_usd=0.0005) as here:
        await here.ask(model=await add(here, fake))
    assert fake.requests[0].json["max_tokens"] == 500 - 22


async def test_what_a_broken_call_cost_counts_at_what_was_reserved(tmp_path: Path):
    async with FakeUpstream(Fault.reset_mid_stream, Status(400)) as fake, open_room(tmp_path, daily_cap_usd=1) as here:
        model = await add(here, fake)
        cut = await here.ask(model=model, max_tokens=78)
        refused = await here.ask(model=model, max_tokens=78)
        assert (cut.receipt.cost_microusd, refused.receipt.cost_microusd) == (100, 0)
        await here.rows()
        assert await here.reserved() == []
        assert (await here.room.caps.taken_today()).spent_microusd == 100


async def test_an_unknown_price_under_a_cap_is_refused_unless_allowed(tmp_path: Path):
    async with FakeUpstream("x") as fake, open_room(tmp_path, daily_cap_usd=1, openai_base_url=fake.base_url) as here:
        assert (await here.ask(model="env/my-own-model")).code == "gateway.price_unknown"
        assert fake.requests == []
        await here.preferences.change({"unknown_price": "allow"})
        assert (await here.ask(model="env/my-own-model")).receipt.cost_microusd is None
        await here.room.ledger.settled()
        assert (await here.room.caps.taken_today()).unknown_cost_calls == 1


async def test_a_free_model_knows_no_cap(tmp_path: Path):
    async with (
        FakeUpstream("x", models=["llama"], owned_by="vllm") as fake,
        open_room(tmp_path, daily_cap_usd=0, openai_base_url=fake.base_url) as here,
    ):
        assert (await here.ask(model="llama")).text == "x"


async def test_a_kept_answer_knows_no_cap(tmp_path: Path):
    async with FakeUpstream("kept") as fake, open_room(tmp_path) as here:
        model = await add(here, fake)
        await here.ask(model=model)
        await here.room.caps.add("all", "", "day", 0)
        assert (await here.ask(model=model)).receipt.cache == "hit"


async def test_CRASH_04_what_a_dead_process_reserved_counts_in_full(tmp_path: Path, database_url: str):
    early = FixedClock(datetime.now(UTC).replace(hour=3, minute=0))
    cause = Cause("lost", Caller("chat", "me", turn_id="turn"), "env", "tiny")
    async with open_room(tmp_path, database_url, clock=early, daily_cap_usd=1) as here:
        await store.reserve(
            here.database,
            Claim(cause_row(cause), day_of(early.now()), "dead", early.now()),
            (),
            lambda _: 700,
        )
    early.advance(minutes=20)
    async with open_room(tmp_path, database_url, clock=early, daily_cap_usd=1) as here:
        limits = await here.room.caps.taken_today()
        [row] = await here.rows()
    assert (limits.spent_microusd, limits.reserved_microusd) == (700, 0)
    assert (row["status"], row["cost_microusd"]) == ("lost", 700)
    assert (row["id"], row["turn_id"], row["model"]) == ("lost", "turn", "tiny")


async def test_CRASH_04_a_lost_call_whose_reservation_stands_is_entered_once(tmp_path: Path, database_url: str):
    clock = FixedClock(datetime.now(UTC).replace(hour=3, minute=0))
    cause = Cause("lost", Caller("chat", "me", turn_id="turn"), "env", "tiny")
    began = clock.now()
    async with open_room(tmp_path, database_url, clock=clock, daily_cap_usd=1) as here:
        await store.reserve(here.database, Claim(cause_row(cause), day_of(began), "dead", began), (), lambda _: 700)
        await here.room.gateway.lost("env/tiny", cause.caller, began)
    clock.advance(minutes=20)
    async with open_room(tmp_path, database_url, clock=clock, daily_cap_usd=1) as here:
        assert [(row["status"], row["cost_microusd"]) for row in await here.rows()] == [("lost", 700)]


async def test_what_a_living_process_reserved_stays_when_another_one_starts(tmp_path: Path, postgres_url: str):
    async with open_room(tmp_path / "a", postgres_url, daily_cap_usd=1) as one:
        await one.room.budget.reserve(
            Cause("call", Caller("chat", "me"), "env", "tiny"), question(max_tokens=78), OwnTariff(1, 1)
        )
        async with open_room(tmp_path / "b", postgres_url, daily_cap_usd=1) as two:
            assert await two.rows() == []
            assert [row["id"] for row in await two.reserved()] == ["call"]


async def test_the_day_and_the_month_end_at_the_machines_midnight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "Asia/Seoul")
    time.tzset()
    try:
        clock = FixedClock(datetime(2026, 2, 28, 14, 59, tzinfo=UTC))
        async with open_room(tmp_path, clock=clock, daily_cap_usd=1) as here:
            await here.room.caps.add("all", "", "month", 5)
            before = [standing.resets_at for standing in await here.room.caps.all()]
            days = [day_of(clock.now())]
            clock.advance(minutes=1)
            after = [standing.resets_at for standing in await here.room.caps.all()]
            days.append(day_of(clock.now()))
            zone = zone_of(clock.now())
    finally:
        monkeypatch.undo()
        time.tzset()
    assert (days, zone) == (["2026-02-28", "2026-03-01"], "+09:00")
    assert before == [datetime(2026, 2, 28, 15, tzinfo=UTC)] * 2
    assert after == [datetime(2026, 3, 1, 15, tzinfo=UTC), datetime(2026, 3, 31, 15, tzinfo=UTC)]


@given(some.text(), some.integers(1, 100_000), some.integers(0, 10**7), some.integers(0, 10**9))
def test_a_quote_is_never_more_than_there_is(text: str, price: int, available: int, other: int):
    tariff = OwnTariff(price, other)
    for limit in (None, 1, 5000):
        quote = quoted(question(text, max_tokens=limit), tariff, available)
        if quote is None:
            continue
        assert 0 < quote.max_tokens <= (limit or LONGEST_UNASKED)
        assert quote.amount_microusd <= available
        spent = tariff.usd(longest_prompt(question(text)), 0, quote.max_tokens)
        assert Decimal(quote.amount_microusd) >= spent * 1_000_000


def test_a_prompt_is_never_longer_than_its_bound():
    picture = ImagePart("image/png", "A" * 400_000)
    assert longest_prompt(question("가" * 10)) >= 30
    assert longest_prompt(question(content := "x")) == 16 + len(content)
    message = Message("user", (TextPart("look"), picture))
    assert longest_prompt(question().__class__("m", (message,))) >= 400_004


def test_a_cost_is_rounded_up_and_unknown_where_anything_is():
    assert rounded_up(Decimal("0.0000000001")) == 1
    assert cost_microusd(OwnTariff(1, 1), Usage(1, 0, 1)) == 1
    assert cost_microusd(None, Usage(1, 0, 1)) is None
    assert cost_microusd(OwnTariff(1, 1), Usage(1, 0, None)) is None
    assert cost_microusd(OwnTariff(0, 0), Usage(1, 0, 1)) == 0
