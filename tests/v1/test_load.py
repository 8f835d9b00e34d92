"""Many at once: each answer has its own words, all of them, and whoever only waits costs nothing that stays."""

import asyncio

import orjson
import psutil

from madang.gateway.fake_upstream import Received, Say, Turn
from tests.v1.conftest import TOKEN, Place, data_of

STREAMS, WORDS, IDLE = 20, 50, 100
# Connections of the page's client, and to the database.
SPARE_FDS = 16


async def test_LOAD_02_of_many_answers_at_once_no_word_is_lost_or_somebody_elses(place: Place):
    def own(request: Received) -> Turn:
        return Say(said(request.prompt), per_token_delay=0.002)

    place.says(own)
    heard = await asyncio.gather(*(answered(place, str(number)) for number in range(STREAMS)))
    assert heard == [said(str(number)) for number in range(STREAMS)]


def said(name: str) -> str:
    return " ".join(f"{name}-{count}" for count in range(WORDS))


async def answered(place: Place, prompt: str) -> str:
    body = {"model": "fake-model", "stream": True, "messages": [{"role": "user", "content": prompt}]}
    answer = await place.post(body)
    events = data_of(answer.text)
    assert events.pop() == "[DONE]"
    return "".join(orjson.loads(event)["choices"][0]["delta"].get("content") or "" for event in events)


async def test_LOAD_01_idle_streams_all_hear_what_happens_and_give_everything_back(place: Place):
    process = psutil.Process(place.server.runtime["pid"])
    await happen(place)
    before = process.num_fds()
    readers = await asyncio.gather(*(opened(place.server.url) for _ in range(IDLE)))
    assert process.num_fds() >= before + IDLE
    await happen(place)
    async with asyncio.timeout(60):
        await asyncio.gather(*(reader.readuntil(b"event: conversation.created") for reader, _ in readers))
    for _, writer in readers:
        writer.transport.abort()
    async with asyncio.timeout(60):
        while process.num_fds() > before + SPARE_FDS:
            await asyncio.sleep(0.02)


async def happen(place: Place) -> None:
    answer = await place.http.post("/api/chat/conversations", json={"title": "something happens"})
    assert answer.status_code == 201


async def opened(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Follow what happens anywhere, from now on."""
    host = url.removeprefix("http://")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    head = f"GET /api/live/events?stream=app HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    writer.write(head.encode())
    assert b" 200 " in await reader.readline()
    return reader, writer
