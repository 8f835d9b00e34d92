"""Questions that mean the same: one answer serves both, within its bounds, and a wrong one does so once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from madang.clock import FixedClock
from madang.gateway.fake_upstream import FakeUpstream
from madang.gateway.messages import ImagePart, Message, TextPart
from madang.gateway.types import Caller, ChatRequest
from tests.gateway.rooms import CALLER, Heard, Place, open_room
from tests.gateway.test_api import browse

MODEL = "env/gpt-4o-mini"
EMBEDDER = "env/text-embedding-3-small"
ASKED, ALIKE = "How do I boil an egg properly?", "How do I properly boil an egg?"
"""The fake provider's vectors count letters, so that these two are the very same to it."""
CACHE, NEVER, WRONG = "/api/settings/cache", "/api/settings/cache/never", "/api/settings/cache/wrong"


def similar(text: str, **options: Any) -> ChatRequest:
    return replace(ChatRequest(MODEL, (Message("user", text),), similar=True), **options)


@asynccontextmanager
async def opened(
    folder: Path, *turns: Any, embedder: str | None = EMBEDDER, **more: Any
) -> AsyncIterator[tuple[FakeUpstream, Place]]:
    async with (
        FakeUpstream(*turns) as fake,
        open_room(folder, openai_base_url=fake.base_url, **more) as place,
    ):
        await place.preferences.change({"similar_model": embedder})
        yield fake, place


async def ask(here: Place, text: str, caller: Caller = CALLER, **options: Any) -> Heard:
    """Ask, and wait until the question can be found."""
    heard = await here.ask(similar(text, **options), caller=caller)
    await here.room.similar.remembered()
    return heard


def embedded(fake: FakeUpstream) -> list[str]:
    return [asked.json["input"] for asked in fake.requests if asked.path.endswith("/embeddings")]


def answered(fake: FakeUpstream) -> int:
    return len(fake.requests) - len(embedded(fake))


async def test_a_similar_question_is_answered_with_what_was_kept_and_says_so(tmp_path: Path):
    clock = FixedClock()
    async with opened(tmp_path, "seven minutes", "other", clock=clock) as (fake, here):
        first = await ask(here, ASKED)
        clock.advance(minutes=5)
        second = await ask(here, ALIKE)
        rows = await here.rows()
    assert (first.receipt.cache, first.receipt.similar) == ("miss", None)
    assert (second.text, second.receipt.cache, second.started[0].cache) == ("seven minutes", "similar", "similar")
    likeness = second.receipt.similar
    assert (likeness.question, likeness.score, likeness.age_seconds) == (ASKED, 1.0, 300)
    assert second.started[0].similar == likeness
    assert (second.receipt.cost_microusd, second.receipt.saved_microusd) == (0, first.receipt.cost_microusd)
    assert answered(fake) == 1
    assert sorted((row["feature"], row["cache"], row["status"]) for row in rows) == [
        ("chat", "miss", "done"),
        ("chat", "similar", "done"),
        ("similar", "off", "done"),
        ("similar", "off", "done"),
    ]


async def test_every_vector_is_in_the_ledger_in_the_name_of_whoever_asked(tmp_path: Path):
    caller = Caller("chat", "token:t", "c", "turn", "t")
    async with opened(tmp_path, "one") as (fake, here):
        await ask(here, ASKED, caller)
        [row] = [row for row in await here.rows() if row["feature"] == "similar"]
    assert embedded(fake) == [ASKED]
    assert (row["model"], row["actor"], row["conversation_id"], row["token_id"]) == (
        "text-embedding-3-small",
        "token:t",
        "c",
        "t",
    )
    assert (row["prompt_tokens"], row["completion_tokens"]) == (len(ASKED) // 4, 0)


async def test_the_same_question_needs_no_vector_and_an_answer_is_still_its_own(tmp_path: Path):
    async with opened(tmp_path, "one", "two") as (fake, here):
        await ask(here, ASKED)
        again = await ask(here, ASKED)
    assert again.receipt.cache == "hit"
    assert embedded(fake) == [ASKED]


async def test_without_the_wish_nothing_is_compared_or_remembered(tmp_path: Path):
    async with opened(tmp_path, "one", "two", "three") as (fake, here):
        await ask(here, ASKED, similar=False)
        heard = await ask(here, ALIKE, similar=False)
        assert (heard.text, embedded(fake)) == ("two", [])
        assert (await here.room.similar.state()).questions == 0


async def test_where_no_answers_are_kept_nothing_is_compared(tmp_path: Path):
    async with opened(tmp_path, "one", "two") as (fake, here):
        await here.preferences.change({"cache_enabled": False})
        assert [(await ask(here, text)).text for text in (ASKED, ALIKE)] == ["one", "two"]
        assert embedded(fake) == []


@pytest.mark.parametrize(
    "other",
    [
        {"temperature": 0.5},
        {"seed": 3},
        {"model": "env/gpt-4o"},
        {"messages": (Message("system", "Be brief."), Message("user", ALIKE))},
        {"messages": (Message("user", "Hi"), Message("assistant", "Hi"), Message("user", ALIKE))},
    ],
)
async def test_everything_but_the_question_must_be_the_same(tmp_path: Path, other: dict[str, Any]):
    async with opened(tmp_path, "one", "two") as (_, here):
        await ask(here, ASKED)
        assert (await ask(here, ALIKE, **other)).text == "two"


async def test_nobody_is_answered_from_what_somebody_else_asked(tmp_path: Path):
    person, program = Caller("chat", "person:a"), Caller("api", "token:t", token_id="t")
    async with opened(tmp_path, "one", "two", "three") as (_, here):
        await ask(here, ASKED, person)
        assert (await ask(here, ALIKE, program)).text == "two"
        assert (await ask(here, "How do I boil properly an egg?", Caller("api", "u", token_id="u"))).text == "three"
        heard = [await ask(here, "Properly, how do I boil an egg?", one) for one in (person, program)]
    assert heard[0].text == "one"


@pytest.mark.parametrize(
    "content",
    [
        (TextPart(ASKED), ImagePart("image/png", "iVBORw0KGgo=")),
        "What is the weather like today?",
        "지금 몇 시예요?",
        "x" * 501,
        "  ",
    ],
)
async def test_what_needs_an_answer_of_its_own_is_never_compared(tmp_path: Path, content: Any):
    async with opened(tmp_path, "one") as (fake, here):
        await ask(here, "", messages=(Message("user", content),))
    assert embedded(fake) == []


async def test_a_detail_that_differs_holds_questions_apart_however_alike_they_are(tmp_path: Path):
    async with opened(tmp_path, "one", "two") as (_, here):
        await ask(here, "How do I boil 3 eggs?")
        assert (await ask(here, "How do I boil 4 eggs?")).text == "two"


async def test_an_answer_that_is_gone_serves_no_similar_question(tmp_path: Path):
    clock = FixedClock()
    async with opened(tmp_path, "one", "two", "three", "four", clock=clock) as (_, here), browse(here) as client:
        await ask(here, ASKED)
        await client.delete(CACHE)
        assert (await ask(here, ALIKE)).text == "two"
        clock.advance(days=2)
        assert (await ask(here, ASKED)).text == "three"
        for row in await here.rows():
            await here.room.cache.forget(row["cache_key"])
        assert (await ask(here, ALIKE)).text == "four"


async def test_a_wrong_answer_is_counted_once(tmp_path: Path):
    async with opened(tmp_path, "one") as (_, here), browse(here) as client:
        await ask(here, ASKED)
        wrong = await ask(here, ALIKE)
        for _ in range(2):
            assert (await client.post(WRONG, json={"call_id": wrong.receipt.call_id})).status_code == 204
        state = (await client.get(CACHE)).json()["similar"]
    assert (state["hits"], state["wrong"], state["questions"]) == (1, 1, 1)


async def test_what_was_learnt_survives_a_restart_and_a_new_answer(database_url: str, tmp_path: Path):
    async with FakeUpstream("one", "two", "three", "four", "five") as fake:
        async with open_room(tmp_path, database_url, openai_base_url=fake.base_url) as here, browse(here) as client:
            await here.preferences.change({"similar_model": EMBEDDER})
            await ask(here, ASKED)
            wrong = await ask(here, ALIKE)
            await client.post(WRONG, json={"call_id": wrong.receipt.call_id})
        async with open_room(tmp_path, database_url, openai_base_url=fake.base_url) as here:
            assert (await ask(here, ALIKE)).text == "two"
            # Neither the other way round, nor under another wording of the same letters.
            await here.room.cache.clear()
            assert (await ask(here, ASKED)).text == "three"
            assert (await ask(here, "How do I boil properly an egg?")).receipt.cache == "miss"


async def test_only_a_similar_answer_can_be_wrong(tmp_path: Path):
    async with opened(tmp_path, "one") as (_, here), browse(here) as client:
        heard = await ask(here, ASKED)
        for call_id in (heard.receipt.call_id, "nobody"):
            found = await client.post(WRONG, json={"call_id": call_id})
            assert (found.status_code, found.text) == (404, "gateway.unknown_call")


async def test_an_answer_that_is_never_to_be_kept_goes_with_both_questions(tmp_path: Path):
    async with opened(tmp_path, "one", "two", "three") as (_, here), browse(here) as client:
        await ask(here, ASKED)
        hit = await ask(here, ALIKE)
        await client.post(NEVER, json={"call_id": hit.receipt.call_id})
        assert [(await ask(here, text)).text for text in (ALIKE, ASKED)] == ["two", "three"]
        assert (await client.get(CACHE)).json()["never_kept"] == 2


async def test_asking_anew_gives_an_answer_of_its_own_that_is_kept(tmp_path: Path):
    async with opened(tmp_path, "one", "two") as (_, here):
        await ask(here, ASKED)
        assert (await ask(here, ALIKE)).text == "one"
        assert (await ask(here, ALIKE, cache="refresh")).text == "two"
        again = await ask(here, ALIKE)
    assert (again.text, again.receipt.cache) == ("two", "hit")


async def test_without_an_embedder_it_is_a_miss_and_the_state_says_why(tmp_path: Path):
    async with opened(tmp_path, "one", "two", embedder=None) as (fake, here), browse(here) as client:
        assert [(await ask(here, text)).text for text in (ASKED, ALIKE)] == ["one", "two"]
        state = (await client.get(CACHE)).json()["similar"]
        assert (state["status"], state["embedder"], embedded(fake)) == ("missing", None, [])


async def test_a_broken_embedder_fails_no_answer_and_is_left_alone_for_a_while(tmp_path: Path):
    clock = FixedClock()
    async with opened(tmp_path, "one", "two", "three", embedder="env/gone", clock=clock) as (fake, here):
        await here.preferences.change({"similar_model": "nowhere/model"})
        assert [(await ask(here, text)).text for text in (ASKED, ALIKE)] == ["one", "two"]
        state = await here.room.similar.state()
        assert (state.status, state.error) == ("failing", "gateway.unknown_model")
        await here.preferences.change({"similar_model": EMBEDDER})
        assert (await ask(here, "And a duck's egg?")).text == "three"
        assert embedded(fake) == []
        clock.advance(seconds=31)
        await ask(here, "And a goose's egg?")
        assert (await here.room.similar.state()).status == "ready"
