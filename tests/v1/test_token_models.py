"""A token with models of its own asks these and no others, by whatever name or door."""

from collections.abc import AsyncIterator

import httpx
import openai
import pytest

from tests.v1.conftest import QUESTION, Place

ALLOWED = "env/fake-model"


@pytest.fixture
async def narrow(place: Place) -> AsyncIterator[openai.AsyncOpenAI]:
    """The SDK with a token for one model."""
    body = {"name": "narrow", "scopes": ["chat", "read"], "models": [ALLOWED]}
    async with place.server.async_client() as page:
        made = (await page.post("/api/tokens", json=body)).json()
        assert made["models"] == [ALLOWED]
        assert [each["models"] for each in (await page.get("/api/tokens")).json()["items"]][-1] == [ALLOWED]
    async with openai.AsyncOpenAI(
        base_url=f"{place.server.url}/v1", api_key=made["token"], timeout=60, max_retries=0
    ) as sdk:
        yield sdk


@pytest.mark.parametrize("name", [ALLOWED, "fake-model"])
async def test_its_own_model_answers_by_either_name(place: Place, narrow: openai.AsyncOpenAI, name: str):
    told = await narrow.chat.completions.create(model=name, messages=QUESTION)
    assert told.choices[0].message.content == "hello there"


@pytest.mark.parametrize("stream", [False, True])
async def test_any_other_is_refused_in_openais_shape(place: Place, narrow: openai.AsyncOpenAI, stream: bool):
    for name in ("gpt-4o-tiny", "env/gpt-4o-tiny", "env/unlisted", place.dear):
        with pytest.raises(openai.PermissionDeniedError) as raised:
            await narrow.chat.completions.create(model=name, messages=QUESTION, stream=stream)
        assert raised.value.code == "gateway.model_not_allowed"
        assert raised.value.type == "permission_error"
    with pytest.raises(openai.PermissionDeniedError):
        await narrow.responses.create(model="gpt-4o-tiny", input="x", stream=stream)
    with pytest.raises(openai.PermissionDeniedError):
        await narrow.embeddings.create(model="env/text-embedding-3-small", input="x")
    assert place.asked == []


async def test_only_its_own_models_are_listed(place: Place, narrow: openai.AsyncOpenAI):
    assert [model.id async for model in narrow.models.list()] == [ALLOWED]
    with pytest.raises(openai.NotFoundError):
        await narrow.models.retrieve("env/gpt-4o-tiny")


async def test_a_kept_answer_of_another_model_is_not_told_either(place: Place, narrow: openai.AsyncOpenAI):
    body = {"model": "env/gpt-4o-tiny", "messages": QUESTION, "temperature": 0}
    assert (await place.post(body)).status_code == 200
    with pytest.raises(openai.PermissionDeniedError):
        await narrow.chat.completions.create(**body, extra_headers={"x-madang-cache": "only"})


async def test_the_chat_is_no_way_around(place: Place, narrow: openai.AsyncOpenAI):
    headers = {"Authorization": f"Bearer {narrow.api_key}"}
    async with httpx.AsyncClient(base_url=place.server.url, headers=headers, timeout=60) as client:
        assert (await client.post("/api/chat", json={"content": "hi", "model": "env/gpt-4o-tiny"})).status_code == 403
        assert (await client.get("/api/settings")).status_code == 200
    assert place.asked == []


async def test_a_list_of_no_models_is_refused_as_unclear(place: Place):
    async with place.server.async_client() as page:
        body = {"name": "none", "scopes": ["chat"], "models": []}
        assert (await page.post("/api/tokens", json=body)).status_code == 422
