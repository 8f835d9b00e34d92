"""Answers to similar questions through `/v1`: only where the request asks for them, and they say so."""

import asyncio
from typing import Any
from urllib.parse import unquote

import pytest

from tests.v1.conftest import Place

EMBEDDER = "env/text-embedding-3-small"
CACHE = "/api/settings/cache"


@pytest.fixture
async def prepared(place: Place) -> Place:
    """The house with a model that compares questions."""
    with place.server.client() as page:
        answer = await asyncio.to_thread(page.patch, "/api/settings", json={"similar_model": EMBEDDER})
    assert answer.status_code == 200, answer.text
    return place


def asking(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "env/fake-model", "messages": [{"role": "user", "content": text}], **more}


async def found(place: Place, questions: int) -> None:
    """Wait until so many questions can be found."""
    async with asyncio.timeout(60):
        while (await place.http.get(CACHE)).json()["similar"]["questions"] != questions:
            await asyncio.sleep(0.02)


async def questions(place: Place) -> int:
    return int((await place.http.get(CACHE)).json()["similar"]["questions"])


@pytest.mark.parametrize("stream", [False, True])
async def test_a_request_that_asks_for_it_is_answered_like_a_similar_one(prepared: Place, stream: bool):
    prepared.says("the kept one", "another")
    before = await questions(prepared)
    first = await prepared.post(asking("Where do geese usually sleep?", stream=stream), x_madang_cache="similar")
    assert first.headers["x-madang-cache"] == "miss"
    await found(prepared, before + 1)
    second = await prepared.post(asking("Where do geese sleep usually?", stream=stream), x_madang_cache="similar")
    told = {name: value for name, value in second.headers.items() if name.startswith("x-madang-")}
    assert (told["x-madang-cache"], told["x-madang-similarity"]) == ("similar", "1.0000")
    assert int(told["x-madang-cache-age"]) >= 0
    assert unquote(told["x-madang-similar-question"]) == "Where do geese usually sleep?"
    assert second.headers.get_list("x-madang-cache-age") == [told["x-madang-cache-age"]]
    assert second.content == first.content
    row = await prepared.call(told["x-madang-call-id"])
    assert (row["cache"], row["cost_microusd"], row["feature"]) == ("similar", 0, "api")


async def test_the_question_that_was_answered_is_told_in_any_script(prepared: Place):
    prepared.says("the kept one", "another")
    before, kept = await questions(prepared), f"기러기는 어디서 자요? 50%? {'길게 ' * 70}".strip()
    await prepared.post(asking(kept), x_madang_cache="similar")
    await found(prepared, before + 1)
    answer = await prepared.post(asking(kept + "?"), x_madang_cache="similar")
    assert answer.headers["x-madang-cache"] == "similar"
    assert unquote(answer.headers["x-madang-similar-question"]) == kept[:200].strip()


async def test_no_other_request_is_compared(prepared: Place):
    prepared.says("one", "two", "three", "four")
    before = await questions(prepared)
    await prepared.post(asking("Where do ducks swim at night?"), x_madang_cache="similar")
    await found(prepared, before + 1)
    tools = [{"type": "function", "function": {"name": "look"}}]
    for more, headers in (
        ({"temperature": 0}, {}),
        ({}, {"x_madang_cache": "refresh"}),
        ({"tools": tools}, {"x_madang_cache": "similar"}),
        ({"n": 1}, {"x_madang_cache": "similar"}),
    ):
        answer = await prepared.post(asking("Where do ducks at night swim?", **more), **headers)
        assert answer.headers["x-madang-cache"] == "miss", more
    assert await questions(prepared) == before + 1
