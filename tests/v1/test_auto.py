"""The name that leaves the choice to the person's rules, and to their default model where none fits."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.v1.conftest import QUESTION, Place

SMALL = "env/gpt-4o-tiny"
RULE = {"id": "short", "name": "짧은 질문", "model": SMALL, "feature": "api", "max_characters": 100}
LONG = [{"role": "user", "content": "가" * 101}]


@pytest.fixture
def ruled(place: Place) -> Iterator[Place]:
    """The house with a rule for short questions of programs, which is gone afterwards."""
    with place.server.client() as page:
        change: dict[str, Any] = {"default_model": "env/fake-model", "routes": [RULE]}
        assert page.patch("/api/settings", json=change).status_code == 200
        yield place
        page.patch("/api/settings", json={"default_model": None, "routes": []})


@pytest.mark.parametrize("named", [{"model": "auto"}, {}])
async def test_a_rule_chooses_for_a_program_that_names_no_model(ruled: Place, named: dict[str, str]):
    answer = await ruled.post({**named, "messages": QUESTION})
    assert answer.status_code == 200
    assert (answer.headers["x-madang-model"], answer.headers["x-madang-instead-of"]) == (SMALL, "env/fake-model")
    assert answer.headers["x-madang-route"].startswith("%EC%A7%A7")
    assert ruled.asked[-1]["model"] == "gpt-4o-tiny"
    row = await ruled.call(answer.headers["x-madang-call-id"])
    assert (row["model"], row["route_id"], row["route_instead_of"]) == ("gpt-4o-tiny", "short", "env/fake-model")


async def test_a_model_that_is_named_answers_whatever_the_rules_say(ruled: Place):
    answer = await ruled.post({"model": "env/fake-model", "messages": QUESTION})
    assert answer.headers["x-madang-model"] == "env/fake-model"
    assert "x-madang-route" not in answer.headers


async def test_where_no_rule_fits_the_default_answers(ruled: Place):
    answer = await ruled.post({"model": "auto", "messages": LONG})
    assert answer.headers["x-madang-model"] == "env/fake-model"
    assert "x-madang-route" not in answer.headers


async def test_what_a_tool_gave_is_not_taken_for_a_question(ruled: Place):
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    said = [{"role": "assistant", "content": None, "tool_calls": [call]}]
    given = [{"role": "tool", "tool_call_id": "c", "content": "short"}]
    for question, model in ((LONG, "env/fake-model"), (QUESTION, SMALL)):
        answer = await ruled.post({"model": "auto", "messages": [*question, *said, *given]})
        assert answer.headers["x-madang-model"] == model


async def test_responses_take_the_same_way(ruled: Place):
    answer = await ruled.http.post("/v1/responses", json={"model": "auto", "input": "hello"})
    assert (answer.status_code, answer.headers["x-madang-model"]) == (200, SMALL)


async def test_a_stream_takes_the_same_way(ruled: Place):
    stream = await ruled.sdk.chat.completions.create(model="auto", messages=QUESTION, stream=True)
    assert [chunk.choices[0].delta.content async for chunk in stream if chunk.choices][1] == "hello"
    assert ruled.asked[-1]["model"] == "gpt-4o-tiny"


async def test_clients_find_the_name_in_the_list(place: Place):
    assert "auto" in [model.id async for model in place.sdk.models.list()]
    assert (await place.sdk.models.retrieve("auto")).owned_by == "madang"
