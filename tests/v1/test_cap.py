"""A cap holds on `/v1` as everywhere: the most a call may cost is reserved, several answers and pictures included."""

import asyncio
import json
import time

import openai
import pytest

from madang.gateway.fake_upstream import Received, Turn
from tests.v1.answers import whole
from tests.v1.conftest import QUESTION, Place


@pytest.fixture
def capped(place: Place):
    """Set the daily cap, in micro-dollars beyond what the day has cost; it is lifted at the end."""

    def cap(beyond_microusd: int) -> None:
        with place.server.client() as page:
            while (today := page.get("/api/settings/limits").json())["reserved_microusd"]:
                time.sleep(0.02)
            spent = today["spent_today_microusd"]
            cap = {"scope": "all", "window": "day", "limit_microusd": spent + beyond_microusd}
            made = page.post("/api/settings/caps", json=cap)
            assert made.status_code == 201, made.text

    yield cap
    with place.server.client() as page:
        for cap_here in page.get("/api/settings/caps").json():
            page.delete(f"/api/settings/caps/{cap_here['id']}")


async def test_a_spent_cap_sends_nothing(place: Place, capped):
    await asyncio.to_thread(capped, 10)
    with pytest.raises(openai.APIStatusError) as raised:
        await place.sdk.chat.completions.create(model=place.dear, messages=QUESTION)
    assert (raised.value.status_code, raised.value.code) == (402, "gateway.budget_reached")
    assert raised.value.type == "insufficient_quota"
    assert place.asked == []


async def test_a_limit_that_the_cap_sets_is_sent_and_told(place: Place, capped):
    await asyncio.to_thread(capped, 2000)
    answer = await place.post({"model": place.dear, "messages": QUESTION})
    limit = place.asked[0]["max_tokens"]
    assert int(answer.headers["x-madang-capped-at-tokens"]) == limit
    assert 0 < limit < 2000


async def test_a_response_keeps_to_the_cap_as_a_completion_does(place: Place, capped):
    await asyncio.to_thread(capped, 2000)
    answer = await place.post({"model": place.dear, "input": "안녕"}, "responses")
    limit = place.asked[0]["max_tokens"]
    assert int(answer.headers["x-madang-capped-at-tokens"]) == limit < 2000
    for asked in ({"max_output_tokens": 2001}, {"input": "long " * 500}):
        with pytest.raises(openai.APIStatusError) as raised:
            await place.sdk.responses.create(**({"model": place.dear, "input": "안녕"} | asked))
        assert (raised.value.status_code, raised.value.code) == (402, "gateway.budget_reached")
    assert len(place.asked) == 1


async def test_a_tier_that_may_cost_more_has_no_price_that_is_known(place: Place, capped):
    asked = {"model": place.dear, "messages": QUESTION}
    answer = await place.post(asked | {"service_tier": "priority"})
    assert "x-madang-cost-usd" not in answer.headers
    assert (await place.call(answer.headers["x-madang-call-id"]))["cost_microusd"] is None
    await asyncio.to_thread(capped, 20_000)
    for path, body in (("chat/completions", asked), ("responses", {"model": place.dear, "input": "안녕"})):
        refused = await place.post(body | {"service_tier": "priority"}, path)
        assert (refused.status_code, refused.json()["error"]["code"]) == (402, "gateway.price_unknown")
        assert (await place.post(body | {"service_tier": "flex"}, path)).status_code == 200
    assert [one["service_tier"] for one in place.asked] == ["priority", "flex", "flex"]


async def test_every_answer_of_several_is_reserved(place: Place, capped):
    await asyncio.to_thread(capped, 2000)
    body = {"model": place.dear, "messages": QUESTION, "max_tokens": 300}
    assert (await place.post(body | {"n": 2})).status_code == 200
    assert (await place.post(body | {"n": 8})).status_code == 402
    assert len(place.asked) == 1
    await place.post({"model": place.dear, "messages": QUESTION, "n": 4})
    assert place.asked[1]["max_tokens"] * 4 < 2000


async def test_a_picture_elsewhere_counts_as_the_largest_there_is(place: Place, capped):
    await asyncio.to_thread(capped, 20_000)
    part = {"type": "image_url", "image_url": {"url": "https://example.org/x.png"}}
    question = [{"role": "user", "content": [part]}]
    answer = await place.post({"model": place.dear, "messages": question, "max_tokens": 1})
    assert answer.status_code == 402
    assert place.asked == []


async def test_calls_at_once_never_pass_the_cap(place: Place, capped):
    """Each may cost 1,000 at most and does; a cap of 5,000 lets some through and never a sixth."""
    body = {"model": place.dear, "messages": QUESTION}
    size = len(json.dumps(body | {"max_tokens": 500}, separators=(",", ":"), ensure_ascii=False).encode())
    await asyncio.to_thread(capped, 5_000)

    def takes_all(request: Received) -> Turn:
        usage = {"prompt_tokens": size, "completion_tokens": request.json["max_tokens"]}
        return whole({"message": {"role": "assistant", "content": "x"}}, usage=usage)

    place.says(takes_all)
    answers = await asyncio.gather(*(place.post(body | {"max_tokens": 1000 - size}) for _ in range(20)))
    served = [answer for answer in answers if answer.status_code == 200]
    assert {answer.status_code for answer in answers} == {200, 402}
    rows = [await place.call(one.headers["x-madang-call-id"]) for one in served]
    assert sum(row["cost_microusd"] for row in rows) <= 5_000
    assert len(served) == len(place.asked) >= 1
