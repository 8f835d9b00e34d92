"""The real built-in model through `/v1`, by the official SDK."""

import json
import operator
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import openai
import pytest

from tests.support.builtin import shared_folder
from tests.support.server import Server, running
from tests.v1.conftest import TOKEN

pytestmark = [pytest.mark.builtin, pytest.mark.slow]
ASKED = [{"role": "user", "content": "Say the word yes and nothing else."}]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    environment = {"MADANG_BUILTIN": "on", "MADANG_BUILTIN_DIR": str(shared_folder()), "MADANG_TOKEN": TOKEN}
    with running(tmp_path_factory.mktemp("builtin") / "madang", **environment) as one:
        yield one


@pytest.fixture(scope="module")
def sdk(server: Server) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=TOKEN, timeout=900, max_retries=0) as client:
        yield client


def test_the_built_in_model_answers_whole_and_in_pieces(server: Server, sdk: openai.OpenAI):
    name = next(model.id for model in sdk.models.list() if model.owned_by == "builtin")
    whole = sdk.chat.completions.create(model=name, messages=ASKED, max_tokens=8, temperature=0)
    assert "yes" in (whole.choices[0].message.content or "").lower()
    assert whole.usage and whole.usage.completion_tokens <= 8
    said, usage = "", None
    options = {"include_usage": True}
    for chunk in sdk.chat.completions.create(
        model=name, messages=ASKED, max_tokens=8, temperature=0, stream=True, stream_options=options
    ):
        said += (chunk.choices[0].delta.content or "") if chunk.choices else ""
        usage = chunk.usage or usage
    assert "yes" in said.lower()
    assert usage and usage.prompt_tokens == whole.usage.prompt_tokens


def test_the_built_in_model_keeps_to_a_schema(sdk: openai.OpenAI):
    schema = {"type": "object", "properties": {"city": {"type": "string", "maxLength": 20}}, "required": ["city"]}
    form = {"type": "json_schema", "json_schema": {"name": "city", "strict": True, "schema": schema}}
    asked = [{"role": "user", "content": "Which city is the capital of Korea?"}]
    told = sdk.chat.completions.create(messages=asked, model="", max_tokens=40, response_format=form, temperature=0)
    assert set(json.loads(told.choices[0].message.content or "")) == {"city"}


WEATHER = {
    "name": "get_weather",
    "description": "The weather of a city at the moment",
    "parameters": {"type": "object", "properties": {"city": {"type": "string", "maxLength": 20}}, "required": ["city"]},
}


def test_the_built_in_model_calls_a_tool_and_answers_with_its_result(sdk: openai.OpenAI):
    question = {"role": "user", "content": "What is the weather in Paris?"}
    tools = [{"type": "function", "function": WEATHER}]
    asked = {"model": "", "tools": tools, "max_tokens": 60, "temperature": 0}
    told = sdk.chat.completions.create(messages=[question], **asked).choices[0]
    assert told.finish_reason == "tool_calls"
    (call,) = told.message.tool_calls or ()
    assert (call.function.name, json.loads(call.function.arguments)) == ("get_weather", {"city": "Paris"})
    result = {"role": "tool", "tool_call_id": call.id, "content": "17 degrees, rain"}
    messages = [question, told.message.model_dump(exclude_none=True), result]
    with sdk.chat.completions.stream(messages=messages, **asked) as stream:
        last = stream.get_final_completion().choices[0]
    assert last.finish_reason == "stop"
    assert "17" in (last.message.content or "")


def test_the_built_in_model_calls_a_tool_in_a_response(sdk: openai.OpenAI):
    told = sdk.responses.create(
        model="", input="What is the weather in Paris?", tools=[{"type": "function", "strict": False, **WEATHER}],
        max_output_tokens=60, temperature=0,
    )  # fmt: skip
    (call,) = told.output
    assert (call.type, call.name, json.loads(call.arguments)) == ("function_call", "get_weather", {"city": "Paris"})


def test_the_built_in_model_says_how_many_tools_it_takes(sdk: openai.OpenAI):
    tools = [{"type": "function", "function": WEATHER | {"name": f"tool_{number}"}} for number in range(7)]
    with pytest.raises(openai.BadRequestError, match="at most 6 tools") as raised:
        sdk.chat.completions.create(model="", messages=ASKED, tools=tools)
    assert raised.value.param == "tools"


def test_the_built_in_embedder_gives_vectors_without_a_key(sdk: openai.OpenAI):
    texts = ["How do I boil an egg?", "달걀 삶는 법", "Who wrote Hamlet?"]
    named = [model for model in sdk.models.list() if model.id == "builtin/madang-embed"]
    assert [model.owned_by for model in named] == ["builtin"]
    plain = sdk.embeddings.create(model="madang-embed", input=texts, encoding_format="float")
    packed = sdk.embeddings.with_raw_response.create(model="builtin/madang-embed", input=texts, dimensions=384)
    rows = [vector.embedding for vector in plain.data]
    for row, again in zip(rows, packed.parse().data, strict=True):
        assert len(row) == 384
        assert sum(number * number for number in row) == pytest.approx(1, abs=1e-3)
        assert again.embedding == pytest.approx(row, abs=1e-5)
    egg, korean, hamlet = rows
    assert sum(map(operator.mul, egg, korean)) > sum(map(operator.mul, egg, hamlet))
    assert 10 < plain.usage.prompt_tokens == plain.usage.total_tokens < 60
    assert packed.headers["x-madang-cost-usd"] == "0.000000"
    assert packed.headers["x-madang-model"] == "builtin/madang-embed"


@pytest.mark.parametrize(
    "more", [{"dimensions": 128}, {"input": [1, 2]}, {"encoding_format": "hex"}, {"input": "가" * 20_000}]
)
def test_what_the_embedder_cannot_do_is_refused_by_name(sdk: openai.OpenAI, more: dict[str, object]):
    body = {"model": "madang-embed", "input": "hello", **more}
    with pytest.raises(openai.BadRequestError) as refused:
        sdk.post("/embeddings", body=body, cast_to=object)
    assert refused.value.param == next(iter(more))


def test_what_the_built_in_model_answers_is_in_the_ledger_and_free(server: Server, sdk: openai.OpenAI):
    told = sdk.chat.completions.with_raw_response.create(model="", messages=ASKED, max_tokens=4)
    sdk.embeddings.create(model="madang-embed", input="hello")
    assert told.headers["x-madang-model"].startswith("builtin/")
    assert told.headers["x-madang-cost-usd"] == "0.000000"
    server.stop()
    with closing(sqlite3.connect(server.data_dir / "madang.sqlite3")) as database:
        rows = database.execute("SELECT feature, provider, cost_microusd FROM calls").fetchall()
        done = database.execute("SELECT model FROM calls WHERE status = 'done' AND prompt_tokens > 0").fetchall()
    assert set(rows) == {("api", "builtin", 0)}
    assert ("madang-embed",) in done
