"""A completion through `/v1`: what was asked reaches the provider, what it says reaches the client, both untouched."""

import json

import pytest
from openai.types.chat import ChatCompletion

from madang.gateway.fake_upstream import Say
from tests.v1.answers import CALL, WEATHER, piece, streamed, whole
from tests.v1.conftest import KEY, QUESTION, Place, data_of

EVERY_FIELD = {
    "messages": [
        {"role": "developer", "content": "be brief"},
        {"role": "user", "name": "me", "content": [
            {"type": "text", "text": "what is this?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"}},
        ]},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call_1", "content": "맑음"},
    ],
    "tools": [WEATHER], "tool_choice": "auto", "parallel_tool_calls": False, "n": 2, "logprobs": True,
    "top_logprobs": 2, "seed": 7, "stop": ["END"], "temperature": 0.5, "top_p": 0.9, "max_completion_tokens": 50,
    "frequency_penalty": 0.1, "presence_penalty": -0.1, "logit_bias": {"50256": -100}, "user": "u", "store": False,
    "metadata": {"a": "b"}, "reasoning_effort": "low", "service_tier": "flex", "verbosity": "low",
    "response_format": {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": WEATHER}},
    "prediction": {"type": "content", "content": "x"}, "an_extra": {"of": ["somebody", 1, None]},
}  # fmt: skip


@pytest.mark.parametrize("stream", [False, True])
async def test_every_field_reaches_the_provider_as_it_came(place: Place, stream: bool):
    body = {**EVERY_FIELD, "model": "env/fake-model", "stream": stream}
    assert (await place.post(body)).status_code == 200
    expected = {**body, "model": "fake-model"} | ({"stream_options": {"include_usage": True}} if stream else {})
    assert place.asked == [expected]
    assert place.upstream.requests[0].headers["authorization"] == f"Bearer {KEY}"


async def test_an_answer_comes_back_byte_for_byte(place: Place):
    message = {"role": "assistant", "content": None, "refusal": "아니요", "tool_calls": [CALL], "extra": [1.50]}
    turn = whole({"message": message, "logprobs": {"content": []}, "finish_reason": "tool_calls"}, {"message": {}})
    place.says(turn)
    answer = await place.post({"model": "fake-model", "messages": QUESTION, "n": 2})
    assert answer.content == turn.pieces[0]


async def test_the_sdk_reads_tool_calls_whole_and_in_pieces(place: Place):
    place.says(
        whole({"message": {"role": "assistant", "content": None, "tool_calls": [CALL]}, "finish_reason": "tool_calls"})
    )
    asked = {"model": "env/fake-model", "messages": QUESTION, "tools": [WEATHER]}
    told = await place.sdk.chat.completions.create(**asked)
    assert json.loads(told.choices[0].message.tool_calls[0].function.arguments) == {"place": "서울"}
    start = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"pla'}}
    more = {"index": 0, "function": {"arguments": 'ce": "서울"}'}}
    place.says(streamed(
        piece(0, {"tool_calls": [start]}), piece(0, {"tool_calls": [more]}), piece(0, {}, "tool_calls")
    ))  # fmt: skip
    async with place.sdk.chat.completions.stream(**asked) as stream:
        final = await stream.get_final_completion()
    assert final.choices[0].message.tool_calls[0].function.arguments == '{"place": "서울"}'


async def test_several_choices_with_logprobs_stream_side_by_side(place: Place):
    chances = {"content": [{"token": "a", "logprob": -0.1, "bytes": [97], "top_logprobs": []}]}
    place.says(streamed(
        piece(0, {"content": "a"}, logprobs=chances), piece(1, {"content": "b"}), piece(1, {}, "length"),
        piece(0, {"content": "c"}), piece(0, {}, "stop"),
    ))  # fmt: skip
    said, seen = {0: "", 1: ""}, []
    async for chunk in await place.sdk.chat.completions.create(
        model="env/fake-model", messages=QUESTION, n=2, logprobs=True, stream=True
    ):
        for choice in chunk.choices:
            said[choice.index] += choice.delta.content or ""
            seen += [choice.logprobs.content[0].logprob] if choice.logprobs else []
    assert said == {0: "ac", 1: "b"}
    assert seen == [-0.1]


@pytest.mark.parametrize("asked", [None, False, True])
async def test_usage_comes_in_a_stream_only_where_it_was_asked_for(place: Place, asked: bool | None):
    options = {} if asked is None else {"stream_options": {"include_usage": asked}}
    answer = await place.post({"model": "env/fake-model", "messages": QUESTION, "stream": True, **options})
    events = data_of(answer.text)
    assert any('"usage"' in event for event in events) == bool(asked)
    assert (": madang " in answer.text) == bool(asked)
    assert events[-1] == "[DONE]"
    row = await place.call(answer.headers["x-madang-call-id"])
    assert (row["status"], row["completion_tokens"], row["feature"]) == ("done", 2, "api")


async def test_an_answer_in_a_schema_is_parsed_by_the_sdk(place: Place):
    from pydantic import BaseModel

    class Weather(BaseModel):
        place: str

    place.says('{"place": "서울"}')
    told = await place.sdk.chat.completions.parse(model="fake-model", messages=QUESTION, response_format=Weather)
    assert told.choices[0].message.parsed == Weather(place="서울")
    assert place.asked[0]["response_format"]["json_schema"]["schema"]["properties"].keys() == {"place"}


@pytest.mark.parametrize("name", ["env/fake-model", "fake-model", None])
async def test_models_are_found_by_id_by_name_and_by_default(place: Place, name: str | None):
    answer = await place.post({"messages": QUESTION} | ({"model": name} if name else {}))
    assert answer.status_code == 200
    assert ChatCompletion.model_validate(answer.json()).choices[0].message.content == "hello there"
    assert answer.headers["x-madang-model"].startswith("env/")


async def test_models_are_listed_and_described(place: Place):
    listed = [model.id async for model in place.sdk.models.list()]
    assert {"env/fake-model", "env/gpt-4o-tiny", place.dear} <= set(listed)
    assert (await place.sdk.models.retrieve("env/fake-model")).owned_by == "env"
    assert (await place.sdk.models.retrieve("gpt-4o-tiny")).id == "env/gpt-4o-tiny"


async def test_a_models_name_cannot_write_headers(place: Place):
    answer = await place.post({"model": "env/x\r\nset-cookie: a=b\r\n한", "messages": QUESTION})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert answer.headers["x-madang-model"] == "env/x%0D%0Aset-cookie: a%3Db%0D%0A%ED%95%9C"


@pytest.mark.parametrize("stream", [False, True])
async def test_the_providers_key_is_masked_however_it_is_parted(place: Place, stream: bool):
    place.says(Say(f"it is {KEY[:9]} {KEY}, that is all") if not stream else streamed(
        *(piece(0, {"content": letter}) for letter in f"it is {KEY}, that is a"), piece(0, {"content": "ll"}, "stop")
    ))  # fmt: skip
    answer = await place.post({"model": "env/fake-model", "messages": QUESTION, "stream": stream})
    assert KEY not in answer.text
    chunks = [json.loads(event) for event in data_of(answer.text) if event != "[DONE]"]
    said = "".join(chunk["choices"][0]["delta"]["content"] for chunk in chunks) if stream else answer.text
    assert "it is •••, that is all" in said if stream else "•••, that is all" in said
