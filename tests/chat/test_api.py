"""/api/chat over HTTP: the real server, a provider that answers by what it is asked."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from madang.chat.api.shape import (
    AcceptedShape,
    AnswerShape,
    AttachmentShape,
    ConversationShape,
    PresetShape,
    SnapshotShape,
    TurnShape,
)
from madang.gateway.fake_upstream import FakeUpstream
from madang.web import Page
from tests.chat.talking import talking
from tests.support import server
from tests.support.sse import Event, events_in

TOKEN = "mdt_a-token-for-the-programs-of-this-test-only"
Start = Callable[..., server.Server]


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeUpstream]:
    with talking() as upstream:
        yield upstream


@pytest.fixture(scope="module")
def madang(upstream: FakeUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Server]:
    folder: Path = tmp_path_factory.mktemp("chat-api")
    with server.running(folder, (), OPENAI_BASE_URL=upstream.base_url, OPENAI_API_KEY="sk-none") as running:
        yield running


@pytest.fixture(scope="module")
def client(madang: server.Server) -> Iterator[httpx.Client]:
    with madang.client() as client:
        yield client


def ask(client: httpx.Client, content: str, **more: Any) -> dict[str, Any]:
    answer = client.post("/api/chat", json={"content": content, **more})
    assert answer.status_code in (200, 202), answer.text
    return dict(answer.json())


def events(client: httpx.Client, content: str, **more: Any) -> list[Event]:
    with client.stream("POST", "/api/chat", json={"content": content, "stream": True, **more}) as answer:
        return list(events_in(answer.iter_lines()))


def until_ended(client: httpx.Client, turn_id: str) -> dict[str, Any]:
    for _ in range(600):
        turn = dict(client.get(f"/api/chat/turns/{turn_id}").json())
        if turn["status"] not in ("queued", "streaming"):
            return turn
        time.sleep(0.05)
    raise AssertionError("the turn does not end")


def test_an_answer_comes_as_json_with_its_receipt(client: httpx.Client):
    answer = ask(client, "hi")
    AnswerShape.model_validate(answer, extra="forbid")
    assert (answer["status"], answer["content"]) == ("done", "you said hi")
    assert answer["receipt"]["cache"] == "miss"
    assert answer["receipt"]["prompt_tokens"] > 0


def test_an_answer_comes_as_events_in_the_order_of_the_journal(client: httpx.Client):
    told = events(client, "steady please")
    assert [kind for _, kind, _ in told][:2] == ["turn.accepted", "turn.started"]
    assert told[-1][1] == "turn.finished"
    assert [number for number, _, _ in told] == sorted({number for number, _, _ in told})
    text = "".join(data["text"] for _, kind, data in told if kind == "turn.delta")
    assert text == told[-1][2]["turn"]["answer"] == "하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열"


def test_a_reader_who_leaves_does_not_end_the_answer(client: httpx.Client):
    with client.stream("POST", "/api/chat", json={"content": "steady, I am off", "stream": True}) as answer:
        lines = answer.iter_lines()
        turn_id = next(json.loads(line[6:]) for line in lines if line.startswith("data: "))["turn"]["id"]
    assert until_ended(client, turn_id)["answer"].endswith("열")


def test_a_question_can_be_left_with_the_server(client: httpx.Client):
    answer = client.post("/api/chat", json={"content": "steady later", "wait": False})
    assert answer.status_code == 202
    AcceptedShape.model_validate(answer.json(), extra="forbid")
    turn = until_ended(client, answer.json()["turn_id"])
    TurnShape.model_validate(turn, extra="forbid")
    assert turn["status"] == "done"


def test_a_second_reader_of_the_same_client_id_gets_the_same_words(client: httpx.Client, upstream: FakeUpstream):
    before = len(upstream.requests)
    first = client.post("/api/chat", json={"content": "steady twice", "client_id": "two-readers", "wait": False})
    told = events(client, "steady twice", client_id="two-readers")
    again = ask(client, "steady twice", client_id="two-readers")
    assert told[0][2]["turn"]["id"] == first.json()["turn_id"] == again["turn_id"]
    assert "".join(data["text"] for _, kind, data in told if kind == "turn.delta") == again["content"]
    assert len(upstream.requests) == before + 1


def test_a_broken_answer_has_the_errors_status_and_its_text(client: httpx.Client):
    answer = client.post("/api/chat", json={"content": "break it"})
    assert answer.status_code == 502
    body = answer.json()
    assert (body["status"], body["error"]["code"]) == ("incomplete", "upstream.incomplete")
    assert body["content"]
    assert body["error"]["id"] == body["turn_id"]


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"content": ""}, 422, "chat.empty", "content"),
        ({"content": " \n\t"}, 422, "chat.empty", "content"),
        ({}, 422, "bad_request", "content"),
        ([1], 422, "bad_request", "body"),
        ({"content": 5}, 422, "bad_request", "content"),
        ({"content": "x", "temperature": 9}, 422, "bad_request", "temperature"),
        ({"content": "x", "temperature": True}, 422, "bad_request", "temperature"),
        ({"content": "x", "max_tokens": -5}, 422, "bad_request", "max_tokens"),
        ({"content": "x", "max_tokens": 1.5}, 422, "bad_request", "max_tokens"),
        ({"content": "x", "top_p": 0}, 422, "bad_request", "top_p"),
        ({"content": "x", "cache": "maybe"}, 422, "bad_request", "cache"),
        ({"content": "x", "stream": "yes"}, 422, "bad_request", "stream"),
        ({"content": "x", "tempreature": 1}, 422, "bad_request", "tempreature"),
        ({"content": "x", "attachments": ["a"] * 11}, 422, "chat.too_many_attachments", "attachments"),
        ({"content": "x", "attachments": ["none"]}, 404, "not_found", None),
        ({"content": "x", "conversation_id": "none"}, 404, "not_found", None),
        ({"content": "x", "model": "nobody/none"}, 404, "gateway.unknown_model", None),
        ({"content": "가" * 3_500_000}, 413, "too_large", "content"),
    ],
)
def test_a_bad_question_is_named_and_leaves_nothing_behind(client: httpx.Client, body, status, code, field):
    before = client.get("/api/chat/conversations", params={"limit": 200}).json()
    answer = client.post("/api/chat", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["details"].get("field") == field
    assert client.get("/api/chat/conversations", params={"limit": 200}).json() == before


def test_bounds_and_sizes_are_in_the_details(client: httpx.Client):
    bounds = client.post("/api/chat", json={"content": "x", "temperature": 9}).json()["error"]["details"]
    assert bounds == {"field": "temperature", "min": 0, "max": 2}
    size = client.post("/api/chat", json={"content": "x" * 10_000_000}).json()["error"]["details"]
    assert (size["size_bytes"], size["limit_bytes"]) == (10_000_000, 2**20)


def test_what_is_not_json_is_refused(client: httpx.Client):
    for raw in (b"", b"{", b'{"content": "\\ud800"}', b'{"content": NaN}'):
        answer = client.post("/api/chat", content=raw, headers={"Content-Type": "application/json"})
        assert answer.json()["error"]["code"] == "bad_request"


def test_without_any_model_nothing_is_stored(start_server: Start):
    with start_server().client() as client:
        answer = client.post("/api/chat", json={"content": "hi"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "gateway.no_model")
        assert client.get("/api/chat/conversations").json()["items"] == []


def test_the_same_question_again_is_a_kept_answer_and_a_retry_is_not(client: httpx.Client, upstream: FakeUpstream):
    ask(client, "keep this")
    before = len(upstream.requests)
    kept = ask(client, "keep this")
    assert (kept["receipt"]["cache"], len(upstream.requests)) == ("hit", before)
    again = client.post(f"/api/chat/turns/{kept['turn_id']}/retry").json()
    assert until_ended(client, again["turn_id"])["receipt"]["cache"] == "miss"
    assert len(upstream.requests) == before + 1


def test_stop_ends_the_call_to_the_provider(client: httpx.Client, upstream: FakeUpstream):
    turn_id = ask(client, "slow stop", wait=False)["turn_id"]
    for _ in range(200):
        if upstream.requests and upstream.requests[-1].prompt == "slow stop":
            break
        time.sleep(0.02)
    asked = upstream.requests[-1]
    stopped = client.post(f"/api/chat/turns/{turn_id}/stop").json()
    assert stopped["status"] == "cancelled"
    assert stopped["receipt"]["provider"] == "env"
    assert (stopped["receipt"]["completion_tokens"], stopped["receipt"]["cost_microusd"]) == (None, None)
    for _ in range(100):
        if asked.outcome == "client_gone":
            return
        time.sleep(0.02)
    raise AssertionError("the provider still speaks")


def test_every_answer_has_the_shape_that_is_described(client: httpx.Client):
    answer = ask(client, "shapes")
    seen = client.get(f"/api/chat/conversations/{answer['conversation_id']}").json()
    SnapshotShape.model_validate(seen, extra="forbid")
    Page[ConversationShape].model_validate(client.get("/api/chat/conversations").json(), extra="forbid")
    made = client.post("/api/chat/conversations", json={"title": "빈 대화", "options": {"temperature": 0.3}})
    assert made.status_code == 201
    ConversationShape.model_validate(made.json(), extra="forbid")
    changed = client.patch(f"/api/chat/conversations/{made.json()['id']}", json={"options": {"temperature": 9}})
    assert changed.json()["error"]["details"]["field"] == "options.temperature"


def test_pages_of_conversations_follow_each_other(client: httpx.Client):
    made = [ask(client, f"쪽 {number}")["conversation_id"] for number in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    while cursor is not None or not seen:
        parameters = {"query": "쪽 ", "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = client.get("/api/chat/conversations", params=parameters).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert seen == made[::-1]
    for wrong in ("x", "bm90IG91cnM", "W10"):
        answer = client.get("/api/chat/conversations", params={"cursor": wrong})
        assert answer.json()["error"]["details"] == {"field": "cursor"}


def test_presets_and_drafts_are_kept(client: httpx.Client):
    preset = client.post("/api/chat/presets", json={"name": "차분하게", "options": {"temperature": 0.1}}).json()
    PresetShape.model_validate(preset, extra="forbid")
    renamed = client.patch(f"/api/chat/presets/{preset['id']}", json={"name": "calm"}).json()
    assert (renamed["name"], renamed["options"]["temperature"]) == ("calm", 0.1)
    assert client.delete(f"/api/chat/presets/{preset['id']}").status_code == 204
    assert client.get("/api/chat/presets").json()["items"] == []
    assert client.delete(f"/api/chat/presets/{preset['id']}").status_code == 404

    client.put("/api/chat/drafts/new", json={"content": "쓰다 만 글"})
    assert client.get("/api/chat/drafts/new").json() == {"content": "쓰다 만 글"}
    client.put("/api/chat/drafts/new", json={"content": ""})
    assert client.get("/api/chat/drafts/new").json() == {"content": ""}
    assert client.put("/api/chat/drafts/none", json={"content": "x"}).status_code == 404


def test_a_text_file_reaches_the_model_and_is_only_ever_a_download(client: httpx.Client, upstream: FakeUpstream):
    page = "<script>alert(1)</script> 비밀 번호는 없음"
    headers = {"Content-Type": "text/html", "X-File-Name": "%ED%8E%98%EC%9D%B4%EC%A7%80.html"}
    made = client.post("/api/chat/attachments", content=page.encode("cp949"), headers=headers)
    AttachmentShape.model_validate(made.json(), extra="forbid")
    file = made.json()
    assert (file["name"], file["kind"], file["media_type"]) == ("페이지.html", "text", "text/plain; charset=utf-8")
    ask(client, "read it", attachments=[file["id"]])
    assert page in upstream.requests[-1].prompt
    served = client.get(f"/api/chat/attachments/{file['id']}")
    assert served.content.decode() == page
    assert served.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%ED")
    assert "sandbox" in served.headers["content-security-policy"]
    assert served.headers["x-content-type-options"] == "nosniff"


def test_a_file_over_the_limit_or_of_another_kind_is_refused(client: httpx.Client):
    large = client.post("/api/chat/attachments", content=b"x" * (10 * 2**20 + 1))
    assert (large.status_code, large.json()["error"]["details"]["limit_bytes"]) == (413, 10 * 2**20)
    program = client.post("/api/chat/attachments", content=b"\x7fELF\0\0\0")
    assert program.json()["error"]["code"] == "chat.attachment_unreadable"
    assert client.post("/api/chat/attachments", content=b"").status_code == 422


def test_a_conversation_is_exported(client: httpx.Client):
    conversation_id = ask(client, "내보내기")["conversation_id"]
    path = f"/api/chat/conversations/{conversation_id}/export"
    markdown = client.get(path)
    assert markdown.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''%EB%82%B4%EB%B3%B4%EB%82%B4%EA%B8%B0.md"
    )
    assert "you said 내보내기" in markdown.text
    document = client.get(path, params={"format": "json"}).json()
    assert document["turns"][0]["answer"] == "you said 내보내기"
    assert client.get(path, params={"format": "exe"}).status_code == 422


def test_a_program_may_do_what_its_scopes_say(client: httpx.Client, madang: server.Server):
    def with_scopes(*scopes: str) -> httpx.Client:
        token = client.post("/api/tokens", json={"name": "test", "scopes": list(scopes)}).json()["token"]
        return httpx.Client(base_url=madang.url, headers={"Authorization": f"Bearer {token}"})

    with with_scopes("read") as reader:
        assert reader.get("/api/chat/conversations").status_code == 200
        assert reader.post("/api/chat", json={"content": "hi"}).status_code == 403
        assert reader.post("/api/chat/conversations", json={}).status_code == 403
    with with_scopes("chat") as asker:
        assert asker.post("/api/chat", json={"content": "hi"}).status_code == 200
        assert asker.get("/api/chat/conversations").status_code == 403


def test_the_question_is_described_like_every_other_address(client: httpx.Client):
    described = client.get("/openapi.json").json()["paths"]["/api/chat"]["post"]
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    assert schema["required"] == ["content"]
    assert {"model", "cache", "stream", "client_id"} <= set(schema["properties"])
    assert set(described["responses"]) >= {"200", "202"}


def test_CRASH_13_a_gentle_end_stores_what_is_being_answered_to_fifty_who_look_on(
    start_server: Start, upstream: FakeUpstream
):
    running = start_server(OPENAI_BASE_URL=upstream.base_url, MADANG_TOKEN=TOKEN)
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=running.url, headers=bearer, timeout=60) as client, ExitStack() as looking_on:
        turns = [first_words(looking_on, client, f"forever {number}") for number in range(50)]
        children = psutil.Process(running.runtime["pid"]).children(recursive=True)
        assert running.stop(timeout=120) == 0
        assert not any(child.is_running() for child in children)
    with closing(sqlite3.connect(running.data_dir / "madang.sqlite3")) as stored:
        assert stored.execute("SELECT status, count(*) FROM turns GROUP BY status").fetchall() == [("interrupted", 50)]
    running.start()
    with httpx.Client(base_url=running.url, headers=bearer, timeout=60) as client:
        found = [client.get(f"/api/chat/turns/{turn_id}").json() for turn_id in turns]
    assert {turn["status"] for turn in found} == {"interrupted"}
    assert all(turn["answer"] and ("word " * 5000).startswith(turn["answer"]) for turn in found)


def first_words(stack: ExitStack, client: httpx.Client, content: str) -> str:
    """Ask, look on until the first words come, stay, and return the turn's id."""
    response = stack.enter_context(client.stream("POST", "/api/chat", json={"content": content, "stream": True}))
    turn_id = ""
    for line in response.iter_lines():
        data = json.loads(line[6:]) if line.startswith("data: ") else {}
        turn_id = turn_id or data.get("turn", {}).get("id", "")
        if data.get("text"):
            return turn_id
    raise AssertionError("no word comes")
