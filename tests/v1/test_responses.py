"""`/v1/responses` by the official SDK: asked of the provider as a chat completion, and told in the other's words."""

import json
from typing import Any

import openai
import pytest
from openai.types.responses import Response
from pydantic import BaseModel

from madang.gateway.fake_upstream import Fault, Say, Status
from tests.v1.answers import CALL, WEATHER, piece, streamed, whole
from tests.v1.conftest import KEY, Place, data_of

TOOL = {"type": "function", "strict": False, **WEATHER["function"]}
ASKED: dict[str, Any] = {"model": "env/fake-model", "input": "안녕"}


class Weather(BaseModel):
    place: str


async def test_a_text_is_answered_with_what_it_took(place: Place):
    told = await place.sdk.responses.with_raw_response.create(
        model=place.dear, input="안녕", instructions="be brief", metadata={"a": "b"}, max_output_tokens=20,
        temperature=0.5, reasoning={"effort": "low"}, store=False,
    )  # fmt: skip
    response = told.parse()
    assert (response.status, response.output_text, response.model) == ("completed", "hello there", place.dear)
    assert (response.instructions, response.metadata, response.store) == ("be brief", {"a": "b"}, False)
    assert place.asked == [{
        "model": "fake-model", "max_tokens": 20, "temperature": 0.5, "reasoning_effort": "low",
        "messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "안녕"}],
    }]  # fmt: skip
    row = await place.call(told.headers["x-madang-call-id"])
    assert response.usage and response.usage.output_tokens == row["completion_tokens"] == 2
    assert response.usage.input_tokens == row["prompt_tokens"]
    assert response.id == f"resp_{row['id']}"
    assert told.headers["x-madang-cost-usd"] == f"0.{row['cost_microusd']:06}" != "0.000000"


async def test_items_become_messages(place: Place):
    picture = {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"}
    choice = {"type": "function", "name": "weather"}
    await place.sdk.responses.create(model="env/fake-model", tools=[TOOL], tool_choice=choice, input=[
        {"role": "developer", "content": "be brief"},
        {"role": "user", "content": [{"type": "input_text", "text": "what is this?"}, picture]},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "message", "role": "assistant", "content": [
            {"type": "output_text", "text": "a cat", "annotations": []},
        ]},
        {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}"},
        {"type": "function_call", "call_id": "call_2", "name": "weather", "arguments": '{"place": "부산"}'},
        {"type": "function_call_output", "call_id": "call_1", "output": "맑음"},
        {"type": "function_call_output", "call_id": "call_2", "output": [{"type": "input_text", "text": "비"}]},
    ])  # fmt: skip
    asked = place.asked[0]
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    other = {"id": "call_2", "type": "function", "function": {"name": "weather", "arguments": '{"place": "부산"}'}}
    assert asked["messages"] == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": [
            {"type": "text", "text": "what is this?"},
            {"type": "image_url", "image_url": {"url": picture["image_url"], "detail": "low"}},
        ]},
        {"role": "assistant", "content": "a cat", "tool_calls": [call, other]},
        {"role": "tool", "tool_call_id": "call_1", "content": "맑음"},
        {"role": "tool", "tool_call_id": "call_2", "content": "비"},
    ]  # fmt: skip
    assert asked["tools"] == [{**WEATHER, "function": {**WEATHER["function"], "strict": False}}]
    assert asked["tool_choice"] == {"type": "function", "function": {"name": "weather"}}


WORDS = [
    "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
    "response.output_text.delta", "response.output_text.delta", "response.output_text.done",
    "response.content_part.done", "response.output_item.done", "response.completed",
]  # fmt: skip


async def test_a_stream_tells_each_step_in_order(place: Place):
    place.says(Say("hello there"))
    events = [event async for event in await place.sdk.responses.create(**ASKED, stream=True)]
    assert [event.type for event in events] == WORDS
    assert [event.sequence_number for event in events] == list(range(len(WORDS)))
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == "hello there"
    last = events[-1].response
    assert isinstance(last, Response) and last.output_text == "hello there"
    row = await place.call(last.id.removeprefix("resp_"))
    assert last.usage and (last.usage.output_tokens, row["status"]) == (row["completion_tokens"], "done")


async def test_the_cost_of_a_stream_stands_before_its_end(place: Place):
    answer = await place.post({"model": place.dear, "input": "안녕", "stream": True}, "responses")
    comment = next(line for line in answer.text.splitlines() if line.startswith(": madang "))
    row = await place.call(answer.headers["x-madang-call-id"])
    assert json.loads(comment.removeprefix(": madang "))["cost_usd"] == f"0.{row['cost_microusd']:06}"
    assert answer.text.index(": madang ") < answer.text.index("event: response.completed")


async def test_calls_of_tools_in_pieces_are_put_together(place: Place):
    def begin(index: int) -> dict[str, Any]:
        return {
            "index": index,
            "id": f"call_{index}",
            "type": "function",
            "function": {"name": "weather", "arguments": ""},
        }

    def more(index: int, words: str) -> dict[str, Any]:
        return {"index": index, "function": {"arguments": words}}

    place.says(streamed(
        piece(0, {"role": "assistant", "content": "I look"}), piece(0, {"tool_calls": [begin(0), begin(1)]}),
        piece(0, {"tool_calls": [more(0, '{"pla')]}), piece(0, {"tool_calls": [more(1, '{"place":"부산"}')]}),
        piece(0, {"tool_calls": [more(0, 'ce":"서울"}')]}), piece(0, {}, "tool_calls"),
    ))  # fmt: skip
    async with place.sdk.responses.stream(**ASKED, tools=[TOOL]) as stream:
        seen = [event.type async for event in stream]
        told = await stream.get_final_response()
    assert [item.type for item in told.output] == ["message", "function_call", "function_call"]
    assert [(item.call_id, json.loads(item.arguments)["place"]) for item in told.output[1:]] == [
        ("call_0", "서울"),
        ("call_1", "부산"),
    ]
    assert seen.count("response.function_call_arguments.done") == 2
    assert seen[-1] == "response.completed"


async def test_calls_of_tools_come_whole(place: Place):
    message = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    place.says(whole({"message": message, "finish_reason": "tool_calls"}))
    told = await place.sdk.responses.create(**ASKED, tools=[TOOL])
    (call,) = told.output
    assert (call.type, call.call_id, call.name, call.status) == ("function_call", "call_1", "weather", "completed")
    assert json.loads(call.arguments) == {"place": "서울"}


@pytest.mark.parametrize("stream", [False, True])
async def test_thoughts_are_an_item_of_their_own(place: Place, stream: bool):
    message = {"role": "assistant", "reasoning_content": "hm hm", "content": "yes"}
    place.says(Say("yes", reasoning="hm hm") if stream else whole({"message": message}))
    if stream:
        async with place.sdk.responses.stream(**ASKED) as events:
            told = await events.get_final_response()
    else:
        told = await place.sdk.responses.create(**ASKED)
    assert [item.type for item in told.output] == ["reasoning", "message"]
    assert told.output[0].content[0].text == "hm hm"
    assert told.output_text == "yes"


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_in_a_schema_is_parsed(place: Place, stream: bool):
    place.says('{"place": "서울"}')
    if stream:
        async with place.sdk.responses.stream(**ASKED, text_format=Weather) as events:
            told = await events.get_final_response()
    else:
        told = await place.sdk.responses.parse(**ASKED, text_format=Weather)
    assert told.output_parsed == Weather(place="서울")
    form = place.asked[0]["response_format"]
    assert (form["type"], form["json_schema"]["strict"]) == ("json_schema", True)
    assert form["json_schema"]["schema"]["properties"].keys() == {"place"}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("reason", "why"), [("length", "max_output_tokens"), ("content_filter", "content_filter")])
async def test_an_answer_that_was_cut_is_incomplete(place: Place, reason: str, why: str, stream: bool):
    place.says(Say("half of", finish_reason=reason))
    answer = await place.post({**ASKED, "stream": stream}, "responses")
    told = json.loads(data_of(answer.text)[-1])["response"] if stream else answer.json()
    assert (told["status"], told["incomplete_details"]) == ("incomplete", {"reason": why})
    assert (told["output"][0]["status"], told["output"][0]["content"][0]["text"]) == ("incomplete", "half of")


async def test_UP_12_a_stream_that_breaks_has_failed_and_is_never_complete(place: Place):
    place.says(Fault.mid_json)
    events = [event async for event in await place.sdk.responses.create(**ASKED, stream=True)]
    assert events[-1].type == "response.failed"
    assert events[-1].response.error.code == "upstream.incomplete"
    assert events[-1].response.output_text == Fault.SAID
    assert (await place.call(events[-1].response.id.removeprefix("resp_")))["status"] == "incomplete"


async def test_the_providers_refusal_keeps_its_status_and_words(place: Place):
    place.says(Status(400, "top_p is wrong", "invalid_value", param="top_p"))
    with pytest.raises(openai.BadRequestError, match="top_p is wrong") as raised:
        await place.sdk.responses.create(**ASKED, top_p=0.1)
    assert raised.value.param == "top_p"
    place.says(Status.rate_limited("500"))
    with pytest.raises(openai.RateLimitError):
        await place.sdk.responses.create(**ASKED, stream=True)


async def test_a_limit_that_the_provider_calls_otherwise_is_sent_by_its_name(place: Place):
    place.says(Status(400, "Unsupported parameter: 'max_tokens'", "unsupported_parameter", param="max_tokens"), "yes")
    told = await place.sdk.responses.create(model="env/o-tiny", input="안녕", max_output_tokens=9)
    assert told.output_text == "yes"
    assert [("max_tokens" in asked, asked.get("max_completion_tokens")) for asked in place.asked] == [
        (True, None),
        (False, 9),
    ]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "earlier": ({"previous_response_id": "resp_1"}, "previous_response_id"),
    "background": ({"background": True}, "background"),
    "conversation": ({"conversation": "conv_1"}, "conversation"),
    "kept there": ({"store": True}, "store"),
    "prompt": ({"prompt": {"id": "p"}}, "prompt"),
    "hosted tool": ({"tools": [TOOL, {"type": "web_search"}]}, "tools[1].type"),
    "allowed tools": ({"tool_choice": {"type": "allowed_tools"}}, "tool_choice"),
    "truncation": ({"truncation": "auto"}, "truncation"),
    "include": ({"include": ["file_search_call.results"]}, "include"),
    "unknown": ({"somebodys_own": 1}, "somebodys_own"),
    "no input": ({"input": None}, "input"),
    "an item": ({"input": ["x"]}, "input[0]"),
    "a kind": ({"input": [{"type": "item_reference", "id": "x"}]}, "input[0].type"),
    "a role": ({"input": [{"role": "tool", "content": "x"}]}, "input[0].role"),
    "a part": ({"input": [{"role": "user", "content": [{"type": "input_video"}]}]}, "input[0].content[0].type"),
    "a file by id": ({"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "f"}]}]},
                     "input[0].content[0].image_url"),
    "a call": ({"input": [{"type": "function_call", "name": "x", "arguments": "{}"}]}, "input[0].call_id"),
    "limit": ({"max_output_tokens": 0}, "max_output_tokens"),
    "form": ({"text": {"format": {"type": "grammar"}}}, "text.format.type"),
    "reasoning": ({"reasoning": "low"}, "reasoning"),
    "instructions": ({"instructions": ["x"]}, "instructions"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
async def test_what_is_not_offered_is_refused_by_its_name_and_never_sent(place: Place, case: str):
    changes, param = REFUSED[case]
    answer = await place.post(ASKED | changes, "responses")
    error = answer.json()["error"]
    assert (answer.status_code, error["type"], error["param"]) == (400, "invalid_request_error", param)
    assert place.asked == []


async def test_a_body_deeper_than_can_be_written_is_refused(place: Place):
    for name in ("metadata", "tools"):
        deep: Any = {}
        for _ in range(251):
            deep = {"a": deep}
        answer = await place.post(
            ASKED | {name: deep if name == "metadata" else [TOOL | {"parameters": deep}]}, "responses"
        )
        assert answer.status_code == 400
    assert place.asked == []


async def test_a_settled_question_is_kept_and_paid_once_whichever_address_asks(place: Place):
    asked = {"model": place.dear, "input": "kept by responses?", "temperature": 0}
    first = await place.post(asked, "responses")
    # What is only said again does not make it another question.
    again = await place.post({**asked, "metadata": {"a": "b"}}, "responses")
    assert [one.headers["x-madang-cache"] for one in (first, again)] == ["miss", "hit"]
    assert again.json()["output"][0]["content"] == first.json()["output"][0]["content"]
    assert (again.headers["x-madang-cost-usd"], again.json()["metadata"]) == ("0.000000", {"a": "b"})
    messages = [{"role": "user", "content": "kept by responses?"}]
    chat = await place.post({"model": place.dear, "messages": messages, "temperature": 0})
    assert chat.headers["x-madang-cache"] == "hit"
    longer = await place.post({**asked, "max_output_tokens": 900}, "responses")
    assert longer.headers["x-madang-cache"] == "miss"


@pytest.mark.parametrize("stream", [False, True])
async def test_the_providers_key_is_masked(place: Place, stream: bool):
    place.says(Say(f"it is {KEY}, that is all"))
    answer = await place.post({**ASKED, "stream": stream}, "responses")
    assert KEY not in answer.text
    assert "•••" in answer.text
