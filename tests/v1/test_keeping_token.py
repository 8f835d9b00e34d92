"""A token that keeps its answers pays once for the same question, unless a request says otherwise."""

from collections.abc import AsyncIterator

import openai
import pytest

from tests.v1.answers import CALL
from tests.v1.conftest import Place


@pytest.fixture
async def keeper(place: Place) -> AsyncIterator[openai.AsyncOpenAI]:
    """The SDK with a token that keeps its answers."""
    async with place.server.async_client() as page:
        body = {"name": "keeper", "scopes": ["chat"], "keeps_answers": True}
        made = (await page.post("/api/tokens", json=body)).json()
        assert made["keeps_answers"] is True
        plain = (await page.post("/api/tokens", json={"name": "plain", "scopes": ["chat"]})).json()
        assert plain["keeps_answers"] is False
    async with openai.AsyncOpenAI(
        base_url=f"{place.server.url}/v1", api_key=made["token"], timeout=60, max_retries=0
    ) as sdk:
        yield sdk


async def cached(sdk: openai.AsyncOpenAI, model: str, text: str, wish: str | None = None) -> str:
    """How the cache took part in the answer to a loose question."""
    told = await sdk.chat.completions.with_raw_response.create(
        model=model,
        messages=[{"role": "user", "content": text}],
        temperature=0.9,
        extra_headers={"x-madang-cache": wish} if wish else None,
    )
    return told.headers["x-madang-cache"]


async def test_CACHE_05_a_loose_question_is_paid_once(place: Place, keeper: openai.AsyncOpenAI):
    assert [await cached(keeper, place.dear, "loose") for _ in range(2)] == ["miss", "hit"]
    assert len(place.asked) == 1
    # Another token's answer to the same is as good where that token asks for it.
    assert await cached(place.sdk, place.dear, "loose") == "off"
    assert await cached(place.sdk, place.dear, "loose", "only") == "hit"
    for _ in range(2):
        told = await keeper.responses.with_raw_response.create(model=place.dear, input="loose too", temperature=0.9)
    assert told.headers["x-madang-cache"] == "hit"


async def test_CACHE_05_the_header_still_wins(place: Place, keeper: openai.AsyncOpenAI):
    assert await cached(keeper, place.dear, "by header", "off") == "off"
    assert await cached(keeper, place.dear, "by header") == "miss"
    assert await cached(keeper, place.dear, "by header", "refresh") == "miss"
    assert len(place.asked) == 3


async def test_what_came_out_of_a_tool_is_not_kept(place: Place, keeper: openai.AsyncOpenAI):
    messages = [
        {"role": "user", "content": "look"},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call_1", "content": "secret"},
    ]
    told = await keeper.chat.completions.with_raw_response.create(model=place.dear, messages=messages)
    assert told.headers["x-madang-cache"] == "off"


async def test_vectors_are_kept_as_for_anybody(place: Place, keeper: openai.AsyncOpenAI):
    seen = []
    for _ in range(2):
        told = await keeper.embeddings.with_raw_response.create(model="env/text-embedding-3-small", input="keeper")
        seen.append(told.headers["x-madang-cache"])
    assert seen == ["miss", "hit"]
