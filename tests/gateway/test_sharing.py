"""Identical calls in flight: one is sent and paid for, and everybody hears it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from madang.gateway.fake_upstream import FakeUpstream
from madang.gateway.types import Caller, Finished, Receipt, Started, TextDelta
from tests.gateway.asking import question
from tests.gateway.gated import COST_MICROUSD, Gated, Refusal
from tests.gateway.rooms import Heard, Place, open_room

MODEL = "env/gpt-4o-mini"
PATIENCE = 30


class Listener:
    """Asks in a task of its own, and can be waited for at any of its words."""

    def __init__(self, place: Place, **options: object) -> None:
        self.heard = Heard()
        self.receipts: list[Receipt] = []
        self._news = asyncio.Event()
        caller = Caller("chat", "person", billed=self.receipts.append)
        self.task = asyncio.create_task(self._listen(place, question(**{"model": MODEL} | options), caller))

    async def _listen(self, place: Place, request: object, caller: Caller) -> Heard:
        async with aclosing(place.room.gateway.stream(request, caller)) as chunks:
            async for chunk in chunks:
                match chunk:
                    case Started():
                        self.heard.started.append(chunk)
                    case TextDelta(text):
                        self.heard.text += text
                    case Finished(_, receipt):
                        self.heard.receipt = receipt
                self._news.set()
        return self.heard

    async def hears(self, text: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.heard.text != text:
                self._news.clear()
                await self._news.wait()

    async def begins(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while not self.heard.started:
                self._news.clear()
                await self._news.wait()

    async def leaves(self) -> None:
        self.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await self.task


@asynccontextmanager
async def opened(folder: Path, *turns: object, **settings: object) -> AsyncIterator[tuple[FakeUpstream, Place]]:
    async with (
        FakeUpstream(*turns) as fake,
        open_room(folder, openai_base_url=fake.base_url, **settings) as place,
    ):
        yield fake, place


async def test_whoever_asks_the_same_meanwhile_hears_one_call_that_is_paid_once(tmp_path: Path):
    answer = Gated("안녕", " 하세요")
    async with opened(tmp_path, answer) as (fake, here):
        first = Listener(here)
        await first.hears("안녕")
        others = [Listener(here) for _ in range(5)]
        for other in others:
            await other.hears("안녕")
        answer.gate.set()
        heard = [await each.task for each in (first, *others)]
        rows = await here.rows()
    assert len(fake.requests) == 1
    assert {each.text for each in heard} == {"안녕 하세요"}
    assert [each.started[0].cache for each in heard] == ["miss", *["shared"] * 5]
    paid, *free = [each.receipt for each in heard]
    assert (paid.cost_microusd, paid.saved_microusd) == (COST_MICROUSD, None)
    assert {(one.cost_microusd, one.saved_microusd, one.prompt_tokens) for one in free} == {(0, COST_MICROUSD, 1000)}
    assert sorted((row["cache"], row["status"], row["cost_microusd"], row["saved_microusd"]) for row in rows) == [
        ("miss", "done", COST_MICROUSD, None),
        *[("shared", "done", 0, COST_MICROUSD)] * 5,
    ]


async def test_calls_that_begin_in_one_moment_are_one_call_too(tmp_path: Path):
    answer = Gated("one")
    answer.gate.set()
    async with opened(tmp_path, answer) as (fake, here):
        heard = await asyncio.gather(*(here.ask(model=MODEL) for _ in range(20)))
        again = await here.ask(model=MODEL)
        rows = await here.rows()
    assert len(fake.requests) == 1
    assert {each.text for each in heard} == {"one"}
    assert again.receipt.cache == "hit"
    assert sum(row["cost_microusd"] for row in rows) == COST_MICROUSD
    assert len(rows) == 21


async def test_the_call_goes_on_when_the_one_who_began_it_leaves(tmp_path: Path):
    answer = Gated("so far", " and on")
    async with opened(tmp_path, answer) as (fake, here):
        first = Listener(here)
        await first.hears("so far")
        other = Listener(here)
        await other.hears("so far")
        await first.leaves()
        assert fake.requests[0].outcome == "open"
        assert [receipt.cache for receipt in first.receipts] == ["miss"]
        answer.gate.set()
        heard = await other.task
        again = await here.ask(model=MODEL)
        rows = await here.rows()
    assert heard.text == again.text == "so far and on"
    assert sorted((row["cache"], row["status"], row["cost_microusd"]) for row in rows) == [
        ("hit", "done", 0),
        ("miss", "done", COST_MICROUSD),
        ("shared", "done", 0),
    ]


async def test_UP_14_the_last_one_who_leaves_ends_the_call(tmp_path: Path):
    answer = Gated("so far")
    async with opened(tmp_path, answer) as (fake, here):
        first = Listener(here)
        await first.hears("so far")
        other = Listener(here)
        await other.hears("so far")
        await other.leaves()
        assert fake.requests[0].outcome == "open"
        await first.leaves()
        rows = await here.rows()
        async with asyncio.timeout(PATIENCE):
            while fake.requests[0].outcome == "open":
                await asyncio.sleep(0.01)
    assert fake.requests[0].outcome == "client_gone"
    assert sorted((row["cache"], row["status"], row["cost_microusd"]) for row in rows if row["cache"] == "shared") == [
        ("shared", "cancelled", 0)
    ]
    assert [row["status"] for row in rows] == ["cancelled"] * 2


async def test_a_failure_reaches_all_who_listen_each_with_a_receipt_of_its_own(tmp_path: Path):
    broken = Gated("so far", finish_reason=None)
    async with opened(tmp_path, broken) as (fake, here):
        first, other = Listener(here), Listener(here)
        await first.hears("so far")
        await other.hears("so far")
        broken.gate.set()
        errors = await asyncio.gather(first.task, other.task, return_exceptions=True)
        rows = await here.rows()
    assert len(fake.requests) == 1
    assert [error.code for error in errors] == ["upstream.incomplete"] * 2
    assert {(error.receipt.cache, error.receipt.cost_microusd) for error in errors} == {("miss", None), ("shared", 0)}
    assert sorted((row["cache"], row["status"]) for row in rows) == [("miss", "incomplete"), ("shared", "incomplete")]


async def test_a_cap_that_stops_the_first_lets_the_next_one_try_for_itself(tmp_path: Path):
    async with opened(tmp_path, "never", daily_cap_usd=0) as (fake, here):
        heard = await asyncio.gather(*(here.ask(model=MODEL) for _ in range(3)))
        rows = await here.rows()
    assert fake.requests == []
    assert [each.code for each in heard] == ["gateway.budget_reached"] * 3
    assert [row["cache"] for row in rows] == ["miss"] * 3


async def test_who_hears_a_failed_model_asks_the_stand_in_together_as_well(tmp_path: Path):
    refusal, answer = Refusal(), Gated("from", " the other")
    async with opened(tmp_path, refusal, answer) as (fake, here):
        await here.preferences.change({"fallbacks": ["env/gpt-4.1-nano"]})
        listeners = [Listener(here) for _ in range(4)]
        for each in listeners:
            await each.begins()
        refusal.gate.set()
        for each in listeners:
            await each.hears("from")
        answer.gate.set()
        heard = [await each.task for each in listeners]
    assert {each.text for each in heard} == {"from the other"}
    assert len(fake.requests) == 2


@pytest.mark.parametrize("options", [{"cache": "off"}, {"cache": "refresh"}])
async def test_who_wants_an_answer_of_its_own_gets_one(tmp_path: Path, options: dict[str, object]):
    async with opened(tmp_path, Gated("held"), "own") as (fake, here):
        first = Listener(here)
        await first.hears("held")
        assert (await here.ask(model=MODEL, **options)).text == "own"
        await first.leaves()
    assert len(fake.requests) == 2


async def test_nothing_is_shared_where_answers_are_not_kept(tmp_path: Path):
    async with opened(tmp_path, Gated("held"), "own") as (fake, here):
        await here.preferences.change({"cache_enabled": False})
        first = Listener(here)
        await first.hears("held")
        assert (await here.ask(model=MODEL)).receipt.cache == "off"
        await first.leaves()
    assert len(fake.requests) == 2


async def test_one_who_takes_no_words_does_not_hold_up_the_others(tmp_path: Path):
    words = [f"w{number} " for number in range(2000)]
    answer = Gated("begun ", "".join(words))
    async with opened(tmp_path, answer) as (_, here):
        asleep = here.room.gateway.stream(question(model=MODEL), Caller("chat", "person"))
        async with aclosing(asleep):
            await anext(asleep)
            awake = Listener(here)
            await awake.hears("begun ")
            answer.gate.set()
            assert (await awake.task).text == "begun " + "".join(words)
            rest = [chunk async for chunk in asleep]
    assert "".join(chunk.text for chunk in rest if isinstance(chunk, TextDelta)) == "begun " + "".join(words)
