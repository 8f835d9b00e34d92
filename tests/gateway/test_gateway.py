"""The door: kept answers, the ledger, stand-ins."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from madang.gateway.errors import Unreachable
from madang.gateway.fake_upstream import FakeUpstream, Fault, Say, Status
from madang.gateway.types import Caller, RawRequest, Started, TextDelta
from tests.gateway.asking import question
from tests.gateway.rooms import CALLER, open_room

MODEL = "env/gpt-4o-mini"
USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 500}}


async def test_an_answer_is_relayed_counted_and_written_down(tmp_path: Path):
    async with (
        FakeUpstream(Say("안녕 하세요", usage=USAGE)) as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
    ):
        heard = await here.ask(model=MODEL)
        [row] = await here.rows()
    assert heard.text == "안녕 하세요"
    assert [(start.model, start.cache) for start in heard.started] == [(MODEL, "miss")]
    # 500 tokens at $0.15, 500 cached ones at $0.075 and 100 at $0.60 a million.
    assert heard.receipt.cost_microusd == 173
    assert heard.receipt.price_date is not None
    assert (row["id"], row["cost_microusd"], row["status"], row["attempts"]) == (heard.receipt.call_id, 173, "done", 1)
    assert (row["prompt_tokens"], row["cached_tokens"], row["completion_tokens"]) == (1000, 500, 100)
    assert row["latency_ms"] >= row["ttft_ms"] >= 0


async def test_the_same_question_again_is_answered_from_what_was_kept(tmp_path: Path):
    async with (
        FakeUpstream(Say("한 번만", usage=USAGE)) as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
    ):
        first = await here.ask(model=MODEL, temperature=1.0)
        again = await here.ask(model=MODEL, temperature=1.0)
        rows = await here.rows()
    assert (again.text, again.receipt.cache, again.started[0].cache) == (first.text, "hit", "hit")
    assert (again.receipt.cost_microusd, again.receipt.saved_microusd) == (0, 173)
    assert again.receipt.cache_age_seconds >= 0
    assert len(fake.requests) == 1
    assert [row["cache"] for row in rows] == ["miss", "hit"]


async def test_each_way_of_asking_the_cache_does_what_it_says(tmp_path: Path):
    async with (
        FakeUpstream("one", "two", "three", "four") as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
    ):
        assert (await here.ask(model=MODEL, cache="only")).code == "gateway.not_kept"
        assert (await here.ask(model=MODEL, cache="off")).text == "one"
        assert (await here.ask(model=MODEL, cache="only")).code == "gateway.not_kept"
        assert (await here.ask(model=MODEL)).text == "two"
        assert (await here.ask(model=MODEL, cache="refresh")).text == "three"
        assert (await here.ask(model=MODEL, cache="only")).text == "three"
        await here.preferences.change({"cache_enabled": False})
        assert (await here.ask(model=MODEL)).text == "four"
        assert len(fake.requests) == 4
        assert {row["cache"] for row in await here.rows()} == {"miss", "off", "hit"}


@pytest.mark.parametrize(
    "turn",
    [Fault.clean_end, Say("cut", finish_reason="length"), Say("no", finish_reason="content_filter"), Status(400)],
)
async def test_CACHE_05_what_is_not_whole_is_never_kept(tmp_path: Path, turn: object):
    async with FakeUpstream(turn, "whole") as fake, open_room(tmp_path, openai_base_url=fake.base_url) as here:
        await here.ask(model=MODEL)
        assert (await here.ask(model=MODEL)).text == "whole"


async def test_an_old_answer_is_asked_anew(tmp_path: Path):
    async with FakeUpstream("old", "new") as fake, open_room(tmp_path, openai_base_url=fake.base_url) as here:
        await here.ask(model=MODEL)
        await here.preferences.change({"cache_ttl_seconds": 1})
        await asyncio.sleep(2.1)
        assert (await here.ask(model=MODEL)).text == "new"


async def test_a_price_nobody_knows_is_unknown_and_not_zero(tmp_path: Path):
    async with FakeUpstream("x") as fake, open_room(tmp_path, openai_base_url=fake.base_url) as here:
        heard = await here.ask(model="env/my-own-model")
        [row] = await here.rows()
    assert heard.receipt.cost_microusd is None
    assert row["cost_microusd"] is None


async def test_tokens_nobody_counted_make_the_cost_unknown(tmp_path: Path):
    async with (
        FakeUpstream(Say("x", with_usage=False)) as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
    ):
        assert (await here.ask(model=MODEL)).receipt.cost_microusd is None


async def test_a_server_that_runs_models_itself_is_free(tmp_path: Path):
    async with (
        FakeUpstream("x", models=["llama"], owned_by="llamacpp") as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
    ):
        heard = await here.ask(model="llama")
    assert (heard.receipt.cost_microusd, heard.receipt.is_free) == (0, True)


async def test_an_error_takes_its_receipt_along_and_is_written_down(tmp_path: Path):
    async with (
        FakeUpstream(Fault.reset_mid_stream, Status(503)) as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
    ):
        cut = await here.ask(model=MODEL)
        busy = await here.ask(model=MODEL)
        rows = await here.rows()
    assert (cut.code, cut.text, cut.receipt.cost_microusd) == ("upstream.incomplete", Fault.SAID, None)
    assert (busy.code, busy.receipt.cost_microusd, len(busy.waits)) == ("upstream.overloaded", 0, 2)
    assert [(row["status"], row["error_code"], row["attempts"]) for row in rows] == [
        ("incomplete", "upstream.incomplete", 1),
        ("error", "upstream.overloaded", 3),
    ]


async def test_UP_14_leaving_cancels_the_call_and_says_so_in_the_ledger(tmp_path: Path):
    async with FakeUpstream(Fault.stall_mid_stream) as fake, open_room(tmp_path, openai_base_url=fake.base_url) as here:
        async with aclosing(here.room.gateway.stream(question(model=MODEL), CALLER)) as chunks:
            assert isinstance(await anext(chunks), Started)
            assert await anext(chunks) == TextDelta(Fault.SAID)
        [row] = await here.rows()
        async with asyncio.timeout(1):
            while fake.requests[0].outcome == "open":
                await asyncio.sleep(0.01)
    assert (row["status"], row["cost_microusd"]) == ("cancelled", None)
    assert fake.requests[0].outcome == "client_gone"


async def test_a_cancelled_task_closes_the_connection_too(tmp_path: Path):
    async with (
        FakeUpstream(Fault.stall_after_headers) as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
    ):
        asking = asyncio.create_task(here.ask(model=MODEL))
        while not fake.requests:
            await asyncio.sleep(0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        [row] = await here.rows()
        async with asyncio.timeout(1):
            while fake.requests[0].outcome == "open":
                await asyncio.sleep(0.01)
    assert row["status"] == "cancelled"


async def test_a_named_stand_in_answers_where_the_first_fails_before_a_word(tmp_path: Path):
    async with (
        FakeUpstream(Status(500, headers=(("x-should-retry", "false"),)), "from the other") as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
    ):
        await here.preferences.change({"fallbacks": ["env/gpt-4.1-nano"]})
        heard = await here.ask(model=MODEL)
        rows = await here.rows()
    assert heard.text == "from the other"
    assert [start.model for start in heard.started] == [MODEL, "env/gpt-4.1-nano"]
    assert [(row["model"], row["status"]) for row in rows] == [("gpt-4o-mini", "error"), ("gpt-4.1-nano", "done")]


@pytest.mark.parametrize("fallback", ["env/gpt-4o", "env/price-unknown"])
async def test_a_dearer_stand_in_needs_consent(tmp_path: Path, fallback: str):
    async with (
        FakeUpstream(Status(401), Status(401), "dear") as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
    ):
        await here.preferences.change({"fallbacks": [fallback]})
        assert (await here.ask(model=MODEL)).code == "upstream.wrong_key"
        assert len(fake.requests) == 1
        await here.preferences.change({"allow_paid_fallback": True})
        assert (await here.ask(model=MODEL)).text == "dear"


async def test_vectors_come_from_the_model_that_was_asked_or_from_none(tmp_path: Path):
    async with FakeUpstream() as gone:
        nobody = gone.base_url
    async with FakeUpstream() as fake, open_room(tmp_path, openai_base_url=fake.base_url) as here:
        added = await here.room.directory.add("Gone", nobody, {})
        await here.preferences.change({"fallbacks": ["env/text-embedding-3-large"], "allow_paid_fallback": True})
        request = RawRequest(f"{added.id}/e", "embeddings", {"input": "x"}, 100, max_tokens=1, answers=0)
        with pytest.raises(Unreachable):
            _ = [chunk async for chunk in here.room.gateway.stream(request, CALLER)]
    assert fake.requests == []


async def test_a_stand_in_never_takes_over_a_broken_answer(tmp_path: Path):
    async with (
        FakeUpstream(Fault.reset_mid_stream, "never") as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
    ):
        await here.preferences.change({"fallbacks": ["env/gpt-4.1-nano"]})
        heard = await here.ask(model=MODEL)
    assert (heard.code, heard.text, len(fake.requests)) == ("upstream.incomplete", Fault.SAID, 1)


async def test_a_provider_that_is_removed_while_it_answers_finishes_its_answer(tmp_path: Path):
    async with FakeUpstream("whole") as fake, open_room(tmp_path) as here:
        added = await here.room.directory.add("Mine", fake.base_url, {})
        async with aclosing(here.room.gateway.stream(question(model=f"{added.id}/m"), CALLER)) as chunks:
            heard = [await anext(chunks), await anext(chunks)]
            await here.room.directory.remove(added.id)
            heard += [chunk async for chunk in chunks]
        [row] = await here.rows()
    assert (type(heard[-1]).__name__, row["status"]) == ("Finished", "done")


@pytest.mark.parametrize("reason", ["length", "content_filter", "tool_calls"])
async def test_UP_12_why_the_model_stopped_is_told_as_it_is(tmp_path: Path, reason: str):
    turn = Say("so far", finish_reason=reason, usage=USAGE)
    async with FakeUpstream(turn) as fake, open_room(tmp_path, openai_base_url=fake.base_url) as here:
        async with aclosing(here.room.gateway.stream(question(model=MODEL), CALLER)) as chunks:
            *_, last = [chunk async for chunk in chunks]
        [row] = await here.rows()
    assert (last.finish_reason, row["finish_reason"], row["status"]) == (reason, reason, "done")


@pytest.mark.parametrize("usage", [{"prompt_tokens": -5, "completion_tokens": 10**30}, {"prompt_tokens": True}, {}])
async def test_UP_12_senseless_counts_never_become_money(tmp_path: Path, usage: dict):
    async with FakeUpstream(Say("x", usage=usage)) as fake, open_room(tmp_path, openai_base_url=fake.base_url) as here:
        assert (await here.ask(model=MODEL)).receipt.cost_microusd is None
        [row] = await here.rows()
    assert (row["cost_microusd"], row["prompt_tokens"], row["completion_tokens"]) == (None, None, None)


async def test_SEC_03_a_key_that_a_provider_repeats_is_nowhere_afterwards(tmp_path: Path):
    key = "sk-CANARY-echoed-0123456789"
    keys = {"provider:env": key}
    async with (
        FakeUpstream(Status(400, "no", echo_key=True)) as fake,
        open_room(tmp_path, keys=keys, openai_base_url=fake.base_url) as here,
    ):
        heard = await here.ask(model=MODEL)
        await here.rows()
    assert "no" in heard.error.details["provider_message"]
    assert key not in repr(heard.error.details)
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert key.encode() not in stored


async def test_a_call_that_a_dead_process_made_is_entered_once_at_unknown_cost(tmp_path: Path):
    began = datetime.now(UTC)
    caller = Caller("chat", "person", turn_id="turn")
    async with open_room(tmp_path) as here:
        await here.room.gateway.lost(MODEL, caller, began)
        await here.room.ledger.settled()
        await here.room.gateway.lost(MODEL, caller, began)
        [row] = await here.rows()
    assert (row["status"], row["turn_id"], row["model"], row["cost_microusd"]) == ("lost", "turn", "gpt-4o-mini", None)
