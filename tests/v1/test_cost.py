"""What a call through `/v1` costs, what is kept of it, and what becomes of it when its client leaves."""

import asyncio
import json
from collections.abc import Callable

import httpx
import pytest

from madang.gateway.fake_upstream import Fault, Say, Status
from tests.v1.answers import CALL, WEATHER, piece, streamed, whole
from tests.v1.conftest import QUESTION, Place, data_of

TWICE = {"messages": QUESTION, "temperature": 0}


async def test_the_cost_is_in_the_headers_and_in_the_ledger(place: Place):
    place.says(whole({"message": {"role": "assistant", "content": "x"}}))
    answer = await place.post({"model": place.dear, "messages": QUESTION})
    assert answer.headers["x-madang-cost-usd"] == "0.000018"
    assert answer.headers["x-madang-cache"] == "off"
    row = await place.call(answer.headers["x-request-id"])
    assert (row["cost_microusd"], row["prompt_tokens"], row["completion_tokens"]) == (18, 11, 7)
    assert (row["feature"], row["token_id"], row["actor"]) == ("api", "environment", "token:environment")


async def test_the_cost_of_a_stream_stands_before_its_end_where_usage_was_asked_for(place: Place):
    place.says(streamed(piece(0, {"content": "x"}, "stop")))
    asked = {"model": place.dear, "messages": QUESTION, "stream": True, "stream_options": {"include_usage": True}}
    answer = await place.post(asked)
    told = next(line for line in answer.text.splitlines() if line.startswith(": madang "))
    assert json.loads(told.removeprefix(": madang "))["cost_usd"] == "0.000018"


async def test_a_cost_that_nobody_knows_is_left_out(place: Place):
    answer = await place.post({"model": "env/fake-model", "messages": QUESTION})
    assert "x-madang-cost-usd" not in answer.headers
    assert (await place.call(answer.headers["x-madang-call-id"]))["cost_microusd"] is None


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("settled", [{"temperature": 0}, {"temperature": 0.0, "n": 2}, {"seed": 1, "temperature": 1}])
async def test_CACHE_05_the_same_question_is_answered_once_where_it_is_settled(
    place: Place, stream: bool, settled: dict[str, object]
):
    body = {"model": place.dear, "messages": [{"role": "user", "content": f"{stream} {settled}"}], "stream": stream}
    first, second = [await place.post(body | settled) for _ in range(2)]
    assert [answer.headers["x-madang-cache"] for answer in (first, second)] == ["miss", "hit"]
    assert second.content == first.content
    assert len(place.asked) == 1
    row = await place.call(second.headers["x-madang-call-id"])
    assert (row["cache"], row["cost_microusd"]) == ("hit", 0)
    assert row["saved_microusd"] == (await place.call(first.headers["x-madang-call-id"]))["cost_microusd"] > 0


@pytest.mark.parametrize("stream", [False, True])
async def test_the_same_question_at_once_is_one_call(place: Place, stream: bool):
    place.says(Say("one two three", first_delay=0.3))
    body = {"model": place.dear, "messages": [{"role": "user", "content": f"at once {stream}"}], "seed": 3}
    answers = await asyncio.gather(*(place.post(body | {"stream": stream}) for _ in range(5)))
    assert len({answer.content for answer in answers}) == 1
    assert len(place.asked) == 1
    rows = [await place.call(answer.headers["x-madang-call-id"]) for answer in answers]
    assert sum(row["cost_microusd"] > 0 for row in rows) == 1


@pytest.mark.parametrize("loose", [{}, {"temperature": 0.1}, {"temperature": None}, {"seed": None}])
async def test_an_unsettled_question_is_asked_again(place: Place, loose: dict[str, object]):
    for _ in range(2):
        answer = await place.post({"model": "env/fake-model", "messages": QUESTION} | loose)
        assert answer.headers["x-madang-cache"] == "off"
    assert len(place.asked) == 2


async def test_CACHE_05_every_field_is_part_of_the_question(place: Place):
    question = [{"role": "user", "content": "every field"}]
    changes = [
        {}, {"n": 2}, {"tools": [WEATHER]}, {"tool_choice": "none"}, {"response_format": {"type": "json_object"}},
        {"logprobs": True}, {"stop": ["x"]}, {"user": "u"}, {"metadata": {"a": "b"}}, {"stream": True},
        {"reasoning_effort": "low"}, {"max_tokens": 5}, {"max_completion_tokens": 5}, {"seed": 1}, {"extra": [1, [2]]},
        {"extra": [[1], 2]}, {"messages": [*question, *question]}, {"model": "env/gpt-4o-tiny"}, {"model": place.dear},
    ]  # fmt: skip
    for change in changes:
        body = {"model": "env/fake-model", "messages": question, "temperature": 0} | change
        assert (await place.post(body)).headers["x-madang-cache"] == "miss", change
    assert len(place.asked) == len(changes)


@pytest.mark.parametrize("turn", [
    whole({"message": {"role": "assistant", "tool_calls": [CALL]}, "finish_reason": "tool_calls"}),
    whole({"message": {"content": "x"}, "finish_reason": "length"}),
    whole({"message": {"content": "x"}}, {"message": {"content": "y"}, "finish_reason": "content_filter"}),
    Status(400), Fault.json_instead, Fault.html,
])  # fmt: skip
async def test_CACHE_05_only_an_answer_that_ended_by_itself_is_kept(place: Place, turn: Fault):
    body = TWICE | {"model": "env/fake-model", "messages": [{"role": "user", "content": str(turn)}]}
    place.says(turn)
    await place.post(body)
    await place.post(body)
    assert len(place.asked) == 2


async def test_what_came_out_of_a_tool_is_not_kept_unless_asked_for(place: Place):
    told = [*QUESTION, {"role": "tool", "tool_call_id": "c", "content": "secret"}]
    assert (await place.post(TWICE | {"model": "fake-model", "messages": told})).headers["x-madang-cache"] == "off"


async def test_the_header_overrides_what_is_kept(place: Place):
    body = {"model": "env/fake-model", "messages": [{"role": "user", "content": "by header"}]}
    missing = await place.post(body, x_madang_cache="only")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "gateway.not_kept")
    place.says("first", "second", "third")
    assert (await place.post(body, x_madang_cache="refresh")).headers["x-madang-cache"] == "miss"
    kept = await place.post(body, x_madang_cache="only")
    assert (kept.headers["x-madang-cache"], kept.json()["choices"][0]["message"]["content"]) == ("hit", "first")
    assert int(kept.headers["x-madang-cache-age"]) >= 0
    await place.post(body, x_madang_cache="refresh")
    again = await place.post(body | {"temperature": 0}, x_madang_cache="off")
    assert again.headers["x-madang-cache"] == "off"
    assert (await place.post(body, x_madang_cache="only")).json()["choices"][0]["message"]["content"] == "second"
    wrong = await place.post(body, x_madang_cache="perhaps")
    assert (wrong.status_code, wrong.json()["error"]["param"]) == (400, "x-madang-cache")


@pytest.mark.parametrize("stream", [False, True])
async def test_UP_14_a_client_that_leaves_takes_the_call_with_it(place: Place, stream: bool):
    before = (await place.post({"model": "fake-model", "messages": QUESTION})).headers["x-madang-call-id"]
    place.says(Say("one two three", per_token_delay=30) if stream else Fault.stall_before_headers)
    body = {"model": place.dear, "messages": QUESTION, "stream": stream}
    headers = {**place.http.headers, "content-type": "application/json"}
    async with httpx.AsyncClient(base_url=place.server.url, headers=headers, timeout=60) as client:
        asking = asyncio.create_task(_first_words(client, body))
        await _until(lambda: len(place.upstream.requests) == 1)
        if stream:
            await asking
        else:
            asking.cancel()
    await _until(lambda: place.upstream.requests[0].outcome == "client_gone")
    row = await place.last_call(before)
    assert (row["status"], row["error_code"]) == ("cancelled", None)


async def _first_words(client: httpx.AsyncClient, body: dict[str, object]) -> str:
    async with client.stream("POST", "/v1/chat/completions", json=body) as answer:
        async for line in answer.aiter_lines():
            if data_of(line):
                return line
    return ""


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so():
            await asyncio.sleep(0.01)
