"""The journal seen from outside: one WebSocket a page, server-sent events for programs."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from madang.db.database import Database
from madang.live.journal import Journal
from madang.live.socket import FOLLOW_LIMIT, MISTAKE_LIMIT
from tests.live.house import STREAM, House, house

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def place(journal: Journal) -> AsyncIterator[House]:
    async with house(journal) as open_house:
        yield open_house


async def append(journal: Journal, count: int, stream: str = STREAM) -> None:
    await asyncio.gather(*(journal.append(stream, "turn.delta", {"text": f"글자 {n}"}) for n in range(count)))


async def numbers(socket: ClientWebSocketResponse, count: int) -> list[int]:
    return [(await socket.receive_json())["number"] for _ in range(count)]


async def sse(response: ClientResponse, count: int) -> list[dict[str, str]]:
    """Read `count` events, each as its fields."""
    found: list[dict[str, str]] = []
    fields: dict[str, str] = {}
    async for line in response.content:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name:
            fields[name] = value
        elif "event" in fields:
            found.append(fields)
        if not name:
            fields = {}
        if len(found) == count:
            break
    return found


async def test_a_page_follows_stored_events_and_then_live_ones(place: House, journal: Journal) -> None:
    await append(journal, 3)
    async with place.socket() as socket:
        assert socket.protocol == "madang.live"
        await socket.send_json({"type": "follow", "stream": STREAM, "after": 1})
        assert await numbers(socket, 2) == [2, 3]
        event = await journal.append(STREAM, "turn.finished", {"turn": {"answer": "마당"}})
        assert await socket.receive_json() == {
            "type": "event", "stream": STREAM, "number": 4, "kind": "turn.finished",
            "data": {"turn": {"answer": "마당"}}, "at": event.at.isoformat().replace("+00:00", "Z"),
        }  # fmt: skip


async def test_following_from_now_on_says_from_where(place: House, journal: Journal) -> None:
    await append(journal, 3)
    async with place.socket() as socket:
        await socket.send_json({"type": "follow", "stream": STREAM, "after": None})
        assert await socket.receive_json() == {"type": "following", "stream": STREAM, "number": 3}
        await append(journal, 1)
        assert await numbers(socket, 1) == [4]


async def test_many_streams_share_a_socket_and_one_can_be_left(place: House, journal: Journal) -> None:
    async with place.socket() as socket:
        for stream in ("app", STREAM):
            await socket.send_json({"type": "follow", "stream": stream, "after": 0})
        await append(journal, 1, "app")
        assert (await socket.receive_json())["stream"] == "app"
        await socket.send_json({"type": "unfollow", "stream": "app"})
        await socket.send_json({"type": "ping"})
        assert await socket.receive_json() == {"type": "pong"}
        await append(journal, 1, "app")
        await append(journal, 1)
        assert (await socket.receive_json())["stream"] == STREAM


async def test_CRASH_11_a_dropped_socket_continues_where_it_was(place: House, journal: Journal) -> None:
    writer = asyncio.create_task(append(journal, 120))
    found: list[int] = []
    while len(found) < 120:
        async with place.socket() as socket:
            await socket.send_json({"type": "follow", "stream": STREAM, "after": len(found)})
            found += await numbers(socket, min(17, 120 - len(found)))
    assert found == list(range(1, 121))
    await writer


async def test_a_number_from_nowhere_is_resynced(place: House, journal: Journal) -> None:
    async with place.socket() as socket:
        await socket.send_json({"type": "follow", "stream": STREAM, "after": 99})
        assert await socket.receive_json() == {"type": "resync", "stream": STREAM}


@pytest.mark.parametrize(
    "frame",
    [
        "no json", "[]", "null", "{}", '{"type": "execute"}', '{"type": "follow"}', '{"type": "follow", "stream": 1}',
        '{"type": "follow", "stream": "", "after": 0}', '{"type": "follow", "stream": "app", "after": -1}',
        '{"type": "follow", "stream": "app", "after": "1"}', '{"type": "follow", "stream": "app", "after": true}',
        '{"type": "follow", "stream": "app", "after": 99999999999999999999}', "[" * 3000,
        '{"type": "follow", "stream": "' + "x" * 201 + '"}', '{"type": "ping", "pad": "' + "x" * 5000 + '"}',
    ],
)  # fmt: skip
async def test_a_bad_frame_is_answered_and_the_socket_stays(place: House, frame: str) -> None:
    async with place.socket() as socket:
        await socket.send_str(frame)
        answer = await socket.receive_json()
        assert (answer["type"], answer["code"]) == ("error", "live.bad_frame")
        await socket.send_json({"type": "ping"})
        assert await socket.receive_json() == {"type": "pong"}


async def test_a_socket_that_sends_nothing_but_mistakes_is_closed(place: House) -> None:
    async with place.socket() as socket:
        for _ in range(MISTAKE_LIMIT):
            await socket.send_bytes(b"\x00")
        answers = [message async for message in socket]
        assert len(answers) == MISTAKE_LIMIT - 1
        assert socket.close_code == 1008


async def test_follows_of_one_socket_are_bounded(place: House) -> None:
    async with place.socket() as socket:
        for number in range(FOLLOW_LIMIT + 1):
            await socket.send_json({"type": "follow", "stream": f"conversation:{number}", "after": 0})
        assert (await socket.receive_json())["code"] == "live.too_many_follows"


async def test_a_revoked_session_closes_its_socket(place: House, journal: Journal) -> None:
    async with place.socket() as socket:
        await socket.send_json({"type": "follow", "stream": STREAM, "after": 0})
        place.signed_in.clear()
        async with asyncio.timeout(2):
            assert (await socket.receive()).type is WSMsgType.CLOSE
        assert socket.close_code == 4401


@pytest.mark.parametrize("who", ["", "stranger"])
async def test_a_stranger_gets_no_socket(place: House, who: str) -> None:
    with pytest.raises(WSServerHandshakeError) as caught:
        await place.socket(who)
    assert caught.value.status == 403


async def test_who_may_not_read_may_not_follow(place: House) -> None:
    async with place.socket("chatter") as socket:
        await socket.send_json({"type": "follow", "stream": STREAM, "after": 0})
        assert (await socket.receive_json())["code"] == "live.stream_not_allowed"
    async with place.events("chatter") as response:
        assert response.status == 403


async def test_a_page_that_reads_nothing_loses_its_place_and_nobody_else_does(place: House, journal: Journal) -> None:
    async with place.socket() as stuck, place.socket() as quick:
        for socket in (stuck, quick):
            await socket.send_json({"type": "follow", "stream": STREAM, "after": 0})
        total = 3000
        text = "가" * 3000
        seen: list[dict[str, Any]] = []
        reading = asyncio.create_task(read_all(quick, total, seen))
        for _ in range(total // 100):
            await asyncio.gather(*(journal.append(STREAM, "turn.delta", {"text": text}) for _ in range(100)))
            # The quick one keeps up, and the other's buffers fill.
            while seen[-1:] and seen[-1]["number"] < await journal.last_number(STREAM):
                await asyncio.sleep(0.005)
        await reading
        assert [frame["number"] for frame in seen] == list(range(1, total + 1))
        frames = [await stuck.receive_json()]
        while frames[-1]["type"] == "event":
            frames.append(await stuck.receive_json())
        assert frames[-1] == {"type": "resync", "stream": STREAM}
        assert [frame["number"] for frame in frames[:-1]] == list(range(1, len(frames)))


async def read_all(socket: ClientWebSocketResponse, count: int, seen: list[dict[str, Any]]) -> None:
    while len(seen) < count:
        seen.append(await socket.receive_json())


async def test_a_program_reads_events(place: House, journal: Journal) -> None:
    await append(journal, 2)
    async with place.events(after="0") as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        await journal.append(STREAM, "turn.finished", {"text": "두\n줄"})
        found = await sse(response, 3)
    assert [event["id"] for event in found] == ["1", "2", "3"]
    assert found[2] == {"id": "3", "event": "turn.finished", "data": '{"text":"두\\n줄"}'}


async def test_CRASH_11_last_event_id_wins_over_after(place: House, journal: Journal) -> None:
    await append(journal, 5)
    async with place.events(after="0", last_event_id="3") as response:
        assert [event["id"] for event in await sse(response, 2)] == ["4", "5"]


async def test_a_program_is_told_to_resync(place: House, journal: Journal) -> None:
    async with place.events(after="7") as response:
        assert (await response.content.read()).endswith(b"event: resync\ndata: {}\n\n")


async def test_a_program_without_a_number_reads_all_that_happens_from_the_answer_on(
    place: House, journal: Journal
) -> None:
    for number in range(1, 20):
        async with place.events() as response:
            await journal.append(STREAM, "turn.delta", {"number": number})
            assert [event["id"] for event in await sse(response, 1)] == [str(number)]


async def test_a_revoked_session_ends_its_events(place: House) -> None:
    async with place.events(after="0") as response:
        place.signed_in.clear()
        async with asyncio.timeout(2):
            await response.content.read()


@pytest.mark.parametrize("bad", [{"after": "-1"}, {"after": "x"}, {"last_event_id": "½"}, {"stream": ""}])
async def test_a_bad_position_is_refused(place: House, bad: dict[str, str]) -> None:
    async with place.events(**bad) as response:
        assert response.status == 422


async def test_a_program_that_leaves_frees_its_place(place: House, journal: Journal) -> None:
    for _ in range(20):
        async with place.events(after="0") as response:
            assert response.status == 200
    async with asyncio.timeout(5):
        while journal._fanout._inboxes:
            await asyncio.sleep(0.01)


async def test_a_store_that_fails_sends_everybody_to_resync(place: House, database: Database) -> None:
    async with place.socket() as socket, place.events() as response:
        await database.stop()
        await socket.send_json({"type": "follow", "stream": STREAM, "after": None})
        answers = [await socket.receive_json(), await socket.receive_json()]
        assert [answer.get("code", answer["type"]) for answer in answers] == ["db.unavailable", "resync"]
        assert response.status == 200
    async with place.events(after="0") as response:
        assert (await response.content.read()).endswith(b"event: resync\ndata: {}\n\n")
