"""Two processes on one PostgreSQL share a conversation live: what is asked at one is seen and stopped at the other."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
import httpx
import pytest

from tests.pair.conftest import LONG, Pair, ask, turn_of
from tests.pair.listening import Event, listening


def is_end_of(asked: dict[str, Any]) -> Any:
    return lambda event: event[1] == "turn.finished" and event[2]["turn"]["id"] == asked["turn_id"]


def text_of(events: list[Event]) -> str:
    return "".join(data["text"] for _, kind, data in events if kind == "turn.delta")


def test_an_answer_of_one_process_is_followed_at_the_other_each_event_once(pair: Pair):
    with pair.program(pair.a) as here, pair.program(pair.b) as there:
        asked = ask(here, "be steady")
        stream = f"conversation:{asked['conversation_id']}"
        with listening(there, stream, 0) as listener:
            events = listener.until(is_end_of(asked))
        # Who comes later gets the same.
        with listening(there, stream, 3) as late:
            assert late.until(is_end_of(asked)) == events[3:]
        with listening(here, stream, 0) as at_home:
            assert at_home.until(is_end_of(asked)) == events
    assert [number for number, _, _ in events] == list(range(1, len(events) + 1))
    assert text_of(events) == LONG


async def test_a_ticket_of_one_process_opens_a_socket_at_the_other_once(pair: Pair):
    with pair.person(pair.a) as here:
        ticket = here.post("/api/session/ticket").raise_for_status().json()["ticket"]
        asked = ask(here, "be steady by socket")
    address = f"{pair.b.url}/api/live"
    protocols = ["madang.live", f"ticket.{ticket}"]
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as client:
        async with client.ws_connect(address, protocols=protocols) as socket:
            await socket.send_json({"type": "follow", "stream": f"conversation:{asked['conversation_id']}", "after": 0})
            frames = [await socket.receive_json()]
            while frames[-1]["kind"] != "turn.finished":
                frames.append(await socket.receive_json())
        for place in (pair.a, pair.b):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await client.ws_connect(f"{place.url}/api/live", protocols=protocols)
    assert [frame["number"] for frame in frames] == list(range(1, len(frames) + 1))
    assert "".join(frame["data"]["text"] for frame in frames if frame["kind"] == "turn.delta") == LONG


def test_stop_at_the_other_process_ends_the_answer_and_the_call(pair: Pair):
    with pair.program(pair.a) as here, pair.program(pair.b) as there:
        asked = ask(here, "be slow, and stopped")
        with listening(there, f"conversation:{asked['conversation_id']}", 0) as listener:
            listener.until(lambda event: event[1] == "turn.delta")
        stopped = there.post(f"/api/chat/turns/{asked['turn_id']}/stop").raise_for_status().json()
        assert stopped["status"] == "cancelled"
        assert stopped["answer"] and ("word " * 5000).startswith(stopped["answer"])
        assert turn_of(here, asked) == turn_of(there, asked)
    [request] = [one for one in pair.upstream.requests if "and stopped" in one.body.decode()]
    assert until(lambda: request.outcome == "client_gone")


def test_a_conversation_deleted_at_the_other_process_is_stopped(pair: Pair):
    with pair.program(pair.a) as here, pair.program(pair.b) as there:
        asked = ask(here, "be slow, and deleted")
        there.delete(f"/api/chat/conversations/{asked['conversation_id']}").raise_for_status()
        there.post(f"/api/chat/conversations/{asked['conversation_id']}/restore").raise_for_status()
        assert turn_of(here, asked)["status"] == "cancelled"


def test_one_question_sent_twenty_times_to_both_is_one_turn_and_one_call(pair: Pair):
    def send(number: int) -> dict[str, Any]:
        with pair.program((pair.a, pair.b)[number % 2]) as client:
            body = {"content": "only once, please", "client_id": "the-same-for-all"}
            found: dict[str, Any] = client.post("/api/chat", json=body).raise_for_status().json()
            return found

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(send, range(20)))
    assert len({answer["turn_id"] for answer in answers}) == 1
    assert {answer["content"] for answer in answers} == {"you said only once, please"}
    assert len({json.dumps(answer["receipt"], sort_keys=True) for answer in answers}) == 1
    assert pair.asked("only once, please") == 1


def test_a_question_at_the_other_process_waits_until_the_first_is_answered(pair: Pair):
    with pair.program(pair.a) as here, pair.program(pair.b) as there:
        first = ask(here, "steady, the first")
        second = ask(there, "the second", conversation_id=first["conversation_id"])
        assert turn_of(there, second)["status"] == "queued"
        again = {"content": "the third", "conversation_id": first["conversation_id"]}
        third = there.post("/api/chat", json=again).raise_for_status().json()
        assert third["content"] == "you said the third"
        with listening(there, f"conversation:{first['conversation_id']}", 0) as listener:
            events = listener.until(is_end_of(third))
    running: set[str] = set()
    for _, kind, data in events:
        if kind in {"turn.accepted", "turn.changed"} and data["turn"]["status"] == "streaming":
            running.add(data["turn"]["id"])
        assert len(running) <= 1
        if kind == "turn.finished":
            running.discard(data["turn"]["id"])
    ended = [data["turn"]["id"] for _, kind, data in events if kind == "turn.finished"]
    assert ended == [first["turn_id"], second["turn_id"], third["turn_id"]]


def test_what_is_changed_at_one_process_is_told_at_the_other(pair: Pair):
    with pair.program(pair.a) as here, pair.program(pair.b) as there, listening(there, "app") as listener:
        made = here.post("/api/chat/conversations", json={"title": "처음 이름"}).raise_for_status().json()
        place = f"/api/chat/conversations/{made['id']}"
        here.put(f"/api/chat/drafts/{made['id']}", json={"content": "쓰던 말"}).raise_for_status()
        here.patch(place, json={"title": "다른 이름"}).raise_for_status()
        here.delete(place).raise_for_status()
        here.post(f"{place}/restore").raise_for_status()
        events = listener.until(lambda event: event[1] == "conversation.restored")
        assert there.get(f"/api/chat/drafts/{made['id']}").json()["content"] == "쓰던 말"
        assert there.get(place).json()["conversation"]["title"] == "다른 이름"
    mine = [
        (kind, data.get("conversation", {}).get("title"))
        for _, kind, data in events
        if made["id"] in (data.get("conversation_id"), data.get("conversation", {}).get("id"))
    ]
    assert mine == [
        ("conversation.created", "처음 이름"),
        ("draft.changed", None),
        ("conversation.changed", "다른 이름"),
        ("conversation.deleted", "다른 이름"),
        ("conversation.restored", "다른 이름"),
    ]


def until(question: Any, seconds: float = 120.0) -> bool:
    """Ask again and again until the answer is yes; False where it never is."""
    ticking = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if question():
            return True
        ticking.wait(0.05)
    return False


def test_an_answer_is_waited_for_at_the_other_process(pair: Pair):
    with pair.program(pair.a) as here:
        body = {"content": "steady, and waited for", "client_id": "waited-for"}
        ask(here, **body)
        with httpx.Client(base_url=pair.b.url, headers=here.headers, timeout=150) as there:
            answer = there.post("/api/chat", json=body).raise_for_status().json()
    assert (answer["status"], answer["content"]) == ("done", LONG)
