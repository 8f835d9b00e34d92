"""A model that calls no tools is asked for one object that says what to call; its answer becomes calls again."""

import json
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from madang.gateway.errors import BadUpstreamRequest, NotAnAnswer
from madang.gateway.fake_upstream import FakeUpstream, Say, Turn
from madang.gateway.types import RawRequest, Relayed
from madang.gateway.upstream import Ended, Upstream
from madang.gateway.upstream.tools.history import plain_messages
from madang.gateway.upstream.tools.schemas import fits, tamed
from tests.gateway.asking import target_of

QUESTION = [{"role": "system", "content": "be kind"}, {"role": "user", "content": "서울 날씨는?"}]


def tool(name: str, **properties: Any) -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "function": {"name": name, "description": f"does {name}", "parameters": parameters}}


TOOLS = [tool("weather", city={"type": "string"}), tool("day", date={"type": "string", "pattern": r"^\d{4}$"})]


async def asked(upstream: Upstream, turn: Turn, **body: Any) -> tuple[Any, Any, Ended]:
    """What reached the engine, what came back (an object, or events), and the end."""
    content = {"messages": QUESTION, "tools": TOOLS} | body
    request = RawRequest("builtin/x", "chat/completions", content, 100, is_streamed=bool(body.get("stream")))
    said, ended = b"", None
    async with FakeUpstream(turn) as engine:
        target = replace(target_of(engine), calls_tools=False)
        async with aclosing(upstream.stream(target, request)) as pieces:
            async for piece in pieces:
                said += piece.data if isinstance(piece, Relayed) else b""
                ended = piece if isinstance(piece, Ended) else ended
    assert ended
    lines = [json.loads(line.removeprefix("data: ")) for line in said.decode().split("\n\n") if line]
    return engine.requests[0].json, lines if body.get("stream") else lines[0], ended


async def test_a_call_is_written_as_an_object_and_read_as_a_call(upstream: Upstream):
    sent, answer, ended = await asked(upstream, '{"tool": "weather", "arguments": {"city": "서울"}}', temperature=0)
    assert not {"tools", "tool_choice", "stream"} & sent.keys()
    assert sent["temperature"] == 0
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]
    assert "does weather" in sent["messages"][0]["content"]
    assert sent["messages"][0]["content"].startswith("be kind")
    steps = sent["response_format"]["json_schema"]["schema"]["anyOf"]
    assert [step["properties"]["tool"]["const"] for step in steps] == ["weather", "day", "none"]
    assert steps[1]["properties"]["arguments"]["properties"]["date"]["pattern"] == "^[0-9]{4}$"
    (choice,) = answer["choices"]
    (call,) = choice["message"]["tool_calls"]
    assert (choice["finish_reason"], ended.finish_reason, call["type"]) == ("tool_calls", "tool_calls", "function")
    assert (call["function"]["name"], json.loads(call["function"]["arguments"])) == ("weather", {"city": "서울"})
    assert answer["usage"]["completion_tokens"] == ended.usage.completion_tokens


async def test_words_stay_words(upstream: Upstream):
    _, answer, ended = await asked(upstream, '{"tool": "none", "answer": "안녕\\n하세요"}')
    assert answer["choices"][0]["message"] == {"role": "assistant", "content": "안녕\n하세요"}
    assert ended.finish_reason == answer["choices"][0]["finish_reason"] == "stop"


async def test_a_stream_has_the_call_in_a_chunk_and_the_usage_where_it_is_asked_for(upstream: Upstream):
    turn = '{"tool": "weather", "arguments": {"city": "서울"}}'
    sent, events, ended = await asked(upstream, turn, stream=True, stream_options={"include_usage": True})
    assert "stream" not in sent
    call = events[0]["choices"][0]["delta"]["tool_calls"][0]
    assert (call["index"], call["function"]["name"]) == (0, "weather")
    assert [event["choices"][0]["finish_reason"] for event in events[:2]] == [None, "tool_calls"]
    assert (events[2]["choices"], ended.finish_reason) == ([], "tool_calls")
    _, events, _ = await asked(upstream, '{"tool": "none", "answer": "네"}', stream=True)
    assert [event["choices"][0]["delta"].get("content") for event in events] == ["네", None]


@pytest.mark.parametrize(
    ("choice", "names"),
    [("required", ["weather", "day"]), ({"type": "function", "function": {"name": "day"}}, ["day"])],
)
async def test_a_call_that_must_be_made_leaves_no_way_out(upstream: Upstream, choice: object, names: list[str]):
    turn = '{"tool": "day", "arguments": {"date": "2026"}}'
    sent, answer, _ = await asked(upstream, turn, tool_choice=choice)
    schema = sent["response_format"]["json_schema"]["schema"]
    steps = schema.get("anyOf", [schema])
    assert [step["properties"]["tool"]["const"] for step in steps] == names
    assert answer["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "day"
    with pytest.raises(NotAnAnswer):
        await asked(upstream, '{"tool": "none", "answer": "no"}', tool_choice=choice)


async def test_without_a_choice_of_tools_the_conversation_is_still_told_in_words(upstream: Upstream):
    call = {"id": "c", "type": "function", "function": {"name": "weather", "arguments": '{"city":"서울"}'}}
    messages = [
        *QUESTION,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": [{"type": "text", "text": "맑음"}]},
    ]
    for body in ({"tool_choice": "none"}, {"tools": None}):
        sent, answer, _ = await asked(upstream, "맑아요", messages=messages, **body)
        assert "response_format" not in sent
        assert [message["role"] for message in sent["messages"]] == ["system", "user", "assistant", "user"]
        assert sent["messages"][2]["content"] == '{"tool": "weather", "arguments": {"city":"서울"}}'
        assert sent["messages"][3]["content"].startswith("Result of weather: 맑음\n")
        assert answer["choices"][0]["message"]["content"] == "맑아요"


async def test_an_answer_in_words_keeps_to_the_form_that_was_asked_for(upstream: Upstream):
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    _, answer, _ = await asked(upstream, '{"tool": "none", "answer": {"n": 3}}', response_format=form)
    assert json.loads(answer["choices"][0]["message"]["content"]) == {"n": 3}
    with pytest.raises(NotAnAnswer):
        await asked(upstream, '{"tool": "none", "answer": {"n": "3"}}', response_format=form)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"tool": "none", "answer": "서울은 \\"맑', '서울은 "맑'),
        ('{"tool": "none", "answer": "서울\\', "서울"),
        ('{"tool": "none", "answer": "서울\\uc5', "서울"),
        ('{"tool": "none", "answer": "서울\\ud83d', ""),
        ('{"tool": "weather", "arguments": {"ci', ""),
        ("", ""),
    ],
)
async def test_an_answer_that_was_cut_says_so_with_the_words_so_far(upstream: Upstream, text: str, words: str):
    _, answer, ended = await asked(upstream, Say(text, finish_reason="length"))
    assert (answer["choices"][0]["message"]["content"], ended.finish_reason) == (words, "length")


@pytest.mark.parametrize("text", [
    "no object", "[]", '{"tool": "rm", "arguments": {}}', '{"tool": "weather", "arguments": {"city": 7}}',
    '{"tool": "weather", "arguments": {}}', '{"tool": "weather", "arguments": {"city": "x", "more": 1}}',
])  # fmt: skip
async def test_a_call_that_fits_no_tool_is_no_answer(upstream: Upstream, text: str):
    with pytest.raises(NotAnAnswer):
        await asked(upstream, text)


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "seven": ({"tools": [tool(f"t{number}") for number in range(7)]}, "tools"),
    "no list": ({"tools": {"a": 1}}, "tools"),
    "another kind": ({"tools": [{"type": "custom"}]}, "tools[0]"),
    "our own name": ({"tools": [tool("none")]}, "tools[0]"),
    "schema": ({"tools": [{"type": "function", "function": {"name": "x", "parameters": {"$ref": "#/nowhere"}}}]},
               "tools[0].function.parameters"),
    "choice": ({"tool_choice": {"type": "function", "function": {"name": "x"}}}, "tool_choice"),
    "form": ({"response_format": {"type": "grammar"}}, "response_format"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
async def test_what_the_model_cannot_be_asked_is_a_bad_request_that_names_the_field(upstream: Upstream, case: str):
    body, param = BAD[case]
    with pytest.raises(BadUpstreamRequest) as raised:
        await asked(upstream, "x", **body)
    details = raised.value.details
    assert (details["provider_param"], details["http_status"]) == (param, 400)
    assert details["provider_message"].startswith("the built-in model") or param == "tools"


async def test_seven_tools_are_fine_where_one_is_chosen(upstream: Upstream):
    tools = [tool(f"t{number}") for number in range(7)]
    choice = {"type": "function", "function": {"name": "t3"}}
    _, answer, _ = await asked(upstream, '{"tool": "t3", "arguments": {}}', tools=tools, tool_choice=choice)
    assert answer["choices"][0]["finish_reason"] == "tool_calls"


async def test_a_provider_that_calls_tools_itself_gets_them_as_they_came(upstream: Upstream):
    async with FakeUpstream("hi") as fake:
        request = RawRequest("x", "chat/completions", {"messages": QUESTION, "tools": TOOLS}, 100)
        async with aclosing(upstream.stream(target_of(fake), request)) as pieces:
            assert [piece async for piece in pieces]
    assert (fake.requests[0].json["tools"], fake.requests[0].json["messages"]) == (TOOLS, QUESTION)


def test_a_result_of_nothing_known_is_told_as_well():
    (told,) = plain_messages([{"role": "tool", "tool_call_id": "?", "content": "7"}])
    assert told["content"].startswith("Result of the tool: 7")


def test_a_schema_is_made_what_the_engine_holds_to():
    schema = {
        "type": "object",
        "$defs": {"tag": {"type": "string", "maxLength": 5, "title": "Tag"}},
        "properties": {
            "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}},
            "code": {"type": "string", "pattern": r"^[A-Z\d]\d$", "format": "email"},
            "loose": {"type": "string", "pattern": r"\d"},
            "either": {"oneOf": [{"type": "integer"}, {"type": "null"}]},
        },
        "required": ["tags"],
    }
    assert tamed(schema) == {
        "type": "object",
        "properties": {
            "tags": {"type": "array", "items": {"type": "string", "maxLength": 5}, "maxItems": 16},
            "code": {"type": "string", "pattern": "^[A-Z0-9][0-9]$"},
            "loose": {"type": "string"},
            "either": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        },
        "required": ["tags"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize("schema", [
    {"$ref": "https://example.org/x"}, {"$ref": "#/$defs/none"}, {"$ref": "#"}, "string", None,
    {"$defs": {"a": {"type": "array", "items": {"$ref": "#/$defs/a"}}}, "$ref": "#/$defs/a"},
])  # fmt: skip
def test_a_schema_that_leads_nowhere_or_goes_on_without_end_is_refused(schema: object):
    with pytest.raises(ValueError, match=r"a schema|a reference"):
        tamed(schema)


@pytest.mark.parametrize(("value", "schema", "does"), [
    (1, {"type": "integer"}, True), (1.5, {"type": "integer"}, False), (True, {"type": "integer"}, False),
    (True, {"type": "boolean"}, True), (None, {"type": ["string", "null"]}, True), ("a", {"enum": ["a", "b"]}, True),
    ("c", {"enum": ["a", "b"]}, False), (5, {"minimum": 1, "maximum": 4}, False), ("abc", {"maxLength": 2}, False),
    ([1, 2], {"type": "array", "items": {"type": "integer"}, "maxItems": 2}, True),
    ([1, "2"], {"type": "array", "items": {"type": "integer"}}, False), ([1], {"minItems": 2}, False),
    (3, {"anyOf": [{"type": "string"}, {"const": 3}]}, True), (4, {"anyOf": [{"type": "string"}, {"const": 3}]}, False),
    (4, {"allOf": [{"type": "integer"}, {"minimum": 5}]}, False),
    ({"a": 1}, {"additionalProperties": {"type": "integer"}}, True),
    ({"a": "1"}, {"additionalProperties": {"type": "integer"}}, False),
    ({"a": 1}, {"required": ["b"]}, False), ("x", {"type": "unheard of"}, False),
    ({}, {"required": 7, "enum": 7}, True),
])  # fmt: skip
def test_a_value_is_held_to_its_schema(value: object, schema: dict[str, Any], does: bool):
    assert fits(value, tamed(schema)) is does
