"""Vectors through `/v1`: both encodings, their cost, and the same words asked once."""

import pytest

from tests.v1.conftest import Place


async def test_the_sdk_gets_vectors_in_either_encoding(place: Place):
    for more in ({}, {"encoding_format": "float"}, {"encoding_format": "base64"}):
        told = await place.sdk.embeddings.create(model="env/text-embedding-3-small", input=["aaa", "e"], **more)
        assert len(told.data) == 2
        assert place.asked[-1]["model"] == "text-embedding-3-small"
        if more.get("encoding_format") != "base64":
            assert [each.embedding for each in told.data] == [[3, 3, 0, 0], [1, 0, 1, 0]]
        else:
            assert isinstance(told.data[0].embedding, str)


async def test_a_bare_name_of_a_model_that_embeds_is_the_first_providers(place: Place):
    answer = await place.post({"model": "text-embedding-3-large", "input": "bare"}, "embeddings")
    assert answer.headers["x-madang-model"] == "env/text-embedding-3-large"


async def test_vectors_are_paid_by_their_prompt_and_kept(place: Place):
    model = place.dear.replace("fake-model", "text-embedding-3-small")
    first, second = [await place.post({"model": model, "input": "x" * 400}, "embeddings") for _ in range(2)]
    assert first.headers["x-madang-cost-usd"] == "0.000100"
    assert second.headers["x-madang-cache"] == "hit"
    assert second.content == first.content
    assert len(place.asked) == 1
    row = await place.call(first.headers["x-madang-call-id"])
    assert (row["prompt_tokens"], row["completion_tokens"], row["cost_microusd"]) == (100, 0, 100)


@pytest.mark.parametrize("body", [{"input": "x"}, {"model": "env/e"}, {"model": "env/e", "input": []}])
async def test_what_is_missing_is_named(place: Place, body: dict[str, object]):
    answer = await place.post(body, "embeddings")
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] in {"input", "model"}


async def test_the_built_in_embedder_says_that_it_is_off(place: Place):
    answer = await place.post({"model": "madang-embed", "input": "x"}, "embeddings")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "embedder.off")
    assert "madang-embed" not in (await place.http.get("/v1/models")).text
