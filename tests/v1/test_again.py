"""The SDK tries again by itself: each try is a call of its own in the ledger, and one answer comes back."""

import asyncio
import sqlite3
from contextlib import closing
from typing import Any

import openai
import pytest

from madang.gateway.fake_upstream import Fault, Say, Status, Turn
from tests.v1.conftest import QUESTION, Place


def asked(model: str) -> dict[str, Any]:
    """A question to a model that nobody else asks, so that its calls are found by its name."""
    return {"model": f"env/{model}", "messages": QUESTION}


async def rows_of(place: Place, model: str, count: int) -> list[dict[str, Any]]:
    """The rows of the ledger of a model, once there are so many."""

    def read() -> list[dict[str, Any]]:
        with closing(sqlite3.connect(place.server.data_dir / "madang.sqlite3", timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            found = connection.execute("SELECT * FROM calls WHERE model = ? ORDER BY id", (model,)).fetchall()
        return [dict(row) for row in found]

    async with asyncio.timeout(60):
        while len(rows := await asyncio.to_thread(read)) < count:
            await asyncio.sleep(0.02)
    return rows


# Madang tries twice more by itself.
WAITS = [Status.rate_limited("0")] * 3
FAILS = [Status(503)] * 3


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("turns", "code"), [(WAITS, "upstream.rate_limited"), (FAILS, "upstream.overloaded")])
async def test_what_may_pass_is_tried_again_by_the_sdk_and_answered_once(
    place: Place, turns: list[Turn], code: str, stream: bool
):
    model = f"passes-{code}-{stream}"
    place.says(*turns, "there it is")
    sdk = place.sdk.with_options(max_retries=2)
    if stream:
        pieces = await sdk.chat.completions.create(**asked(model), stream=True)
        said = "".join([chunk.choices[0].delta.content or "" async for chunk in pieces if chunk.choices])
    else:
        said = (await sdk.chat.completions.create(**asked(model))).choices[0].message.content or ""
    assert (said, len(place.asked)) == ("there it is", 4)
    rows = await rows_of(place, model, 2)
    assert [(row["status"], row["error_code"]) for row in rows] == [("error", code), ("done", None)]
    assert sum(row["attempts"] for row in rows) == 4


async def test_a_wait_that_is_too_long_for_anybody_is_told(place: Place):
    place.says(Status.rate_limited("500"), "never")
    with pytest.raises(openai.RateLimitError) as raised:
        await place.sdk.with_options(max_retries=2).chat.completions.create(**asked("long"))
    assert raised.value.response.headers["retry-after"] == "500"
    assert len(place.asked) == len(await rows_of(place, "long", 1)) == 1


async def test_what_cannot_pass_is_not_tried_again(place: Place):
    place.says(Status(401), "never")
    with pytest.raises(openai.InternalServerError):
        await place.sdk.with_options(max_retries=2).chat.completions.create(**asked("never"))
    assert len(place.asked) == 1
    assert [row["error_code"] for row in await rows_of(place, "never", 1)] == ["upstream.wrong_key"]


async def test_a_try_that_took_the_sdk_too_long_ends_at_the_provider_and_in_the_ledger(place: Place):
    place.says(Say("never", first_delay=float("inf")), "there it is")
    # On a busy machine more than the first try may take too long.
    sdk = place.sdk.with_options(max_retries=5, timeout=3)
    async with sdk.responses.stream(model="env/slow", input="안녕") as stream:
        assert (await stream.get_final_response()).output_text == "there it is"
    rows = await rows_of(place, "slow", 2)
    assert (rows[0]["status"], "done" in {row["status"] for row in rows[1:]}) == ("cancelled", True)
    async with asyncio.timeout(60):
        while place.upstream.requests[0].outcome != "client_gone":
            await asyncio.sleep(0.02)


async def test_a_stream_that_broke_off_is_not_tried_again(place: Place):
    place.says(Fault.mid_json, "never")
    with pytest.raises(openai.APIError):
        async for _ in await place.sdk.with_options(max_retries=2).chat.completions.create(
            **asked("broken"), stream=True
        ):
            pass
    assert len(place.asked) == 1
    assert [row["status"] for row in await rows_of(place, "broken", 1)] == ["incomplete"]
