"""Every fault of a provider, through the whole house: the state, the words kept, the tries, the ledger, the memory."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from madang.gateway.fake_upstream import FakeUpstream, Fault, Received, Say, Status, Turn
from tests.chat.talking import talking
from tests.support.server import Server, running

pytestmark = pytest.mark.asyncio(loop_scope="module")
LONG = " ".join(f"word{number}" for number in range(300))
SAID = Fault.SAID
INCOMPLETE, NO_ANSWER = "upstream.incomplete", "upstream.not_an_answer"
# What is asked, the state, the code, the words, and how often the provider is asked.
ENDS: dict[str, tuple[str, str | None, str, int]] = {
    "reset_before_headers": ("error", "upstream.unreachable", "", 3),
    "not_http": ("error", NO_ANSWER, "", 1),
    "endless_headers": ("error", NO_ANSWER, "", 1),
    "reset_mid_stream": ("incomplete", INCOMPLETE, SAID, 1),
    "truncated_chunk": ("incomplete", INCOMPLETE, SAID, 1),
    "mid_utf8": ("incomplete", INCOMPLETE, SAID, 1),
    "mid_json": ("incomplete", INCOMPLETE, SAID, 1),
    "clean_end": ("incomplete", INCOMPLETE, SAID, 1),
    "done_without_finish": ("incomplete", INCOMPLETE, SAID, 1),
    "error_mid_stream": ("incomplete", INCOMPLETE, SAID, 1),
    "malformed_json": ("incomplete", INCOMPLETE, SAID, 1),
    "not_utf8": ("incomplete", INCOMPLETE, SAID, 1),
    "html": ("error", NO_ANSWER, "", 1),
    "empty": ("error", NO_ANSWER, "", 1),
    "empty_stream": ("error", NO_ANSWER, "", 1),
    "json_instead": ("error", NO_ANSWER, "", 1),
    "malformed_json_at_once": ("error", NO_ANSWER, "", 1),
    "compressed": ("error", NO_ANSWER, "", 1),
    "null_choices": ("done", None, SAID, 1),
    "many_choices": ("incomplete", INCOMPLETE, "xxxxx", 1),
    "huge_line": ("incomplete", INCOMPLETE, SAID, 1),
    "busy": ("error", "upstream.overloaded", "", 3),
    "key": ("error", "upstream.wrong_key", "", 1),
}
STATUSES = {"busy": Status(529), "key": Status(401)}
DRIP = Fault.slow_drip(0.2)


def by_name(request: Received) -> Turn:
    """Fail as the question says."""
    name = request.prompt
    if name == "long":
        return Say(LONG, per_token_delay=0.01)
    if name == "dripping":
        return DRIP
    return STATUSES.get(name) or getattr(Fault, name, None) or Say("ok")


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeUpstream]:
    with talking(by_name) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def server(provider: FakeUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    known = {"OPENAI_BASE_URL": provider.base_url, "MADANG_MODEL": "env/fake-model"}
    with running(tmp_path_factory.mktemp("madang"), **known) as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def person(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with server.async_client() as client:
        client.timeout = httpx.Timeout(240)
        yield client


async def ask(person: httpx.AsyncClient, content: str, **body: Any) -> dict[str, Any]:
    answer = await person.post("/api/chat", json={"content": content, "cache": "off", **body})
    assert "turn_id" in answer.json(), answer.text
    return dict(answer.json())


def asked(provider: FakeUpstream, name: str) -> list[Received]:
    return [request for request in provider.requests if request.prompt == name]


async def ledger(server: Server, turn_id: str) -> dict[str, Any]:
    """The turn's row, as soon as it is there."""
    async with asyncio.timeout(60):
        while True:
            with closing(sqlite3.connect(server.data_dir / "madang.sqlite3")) as database:
                database.row_factory = sqlite3.Row
                if row := database.execute("SELECT * FROM calls WHERE turn_id = ?", [turn_id]).fetchone():
                    return dict(row)
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("name", ENDS)
async def test_UP_05_to_13_every_fault_ends_truthfully(
    server: Server, provider: FakeUpstream, person: httpx.AsyncClient, name: str
) -> None:
    status, code, words, tries = ENDS[name]
    answer = await ask(person, name)
    assert (answer["status"], answer.get("error", {}).get("code"), answer["content"]) == (status, code, words)
    stored = (await person.get(f"/api/chat/turns/{answer['turn_id']}")).json()
    assert (stored["status"], stored["answer"]) == (status, words)
    row = await ledger(server, answer["turn_id"])
    assert (row["status"], row["error_code"], row["attempts"]) == (status, code, tries)
    assert len(asked(provider, name)) == tries
    # Nobody knows this model's price; what was refused costs nothing at any price.
    assert row["cost_microusd"] == (0 if name in STATUSES else None)


async def test_CRASH_12_a_question_that_is_sent_again_and_again_is_asked_and_charged_once(
    server: Server, provider: FakeUpstream, person: httpx.AsyncClient
) -> None:
    again = {"content": "sent twenty times", "client_id": "one-and-the-same"}
    answers = await asyncio.gather(*(ask(person, **again) for _ in range(20)))
    answers.append(await ask(person, **again))
    [turn_id] = {answer["turn_id"] for answer in answers}
    assert {answer["content"] for answer in answers} == {"ok"}
    assert len(asked(provider, "sent twenty times")) == 1
    await ledger(server, turn_id)
    with closing(sqlite3.connect(server.data_dir / "madang.sqlite3")) as database:
        rows = database.execute("SELECT count(*) FROM calls WHERE turn_id = ?", [turn_id]).fetchone()
    assert rows == (1,)


async def test_UP_14_a_client_that_goes_changes_nothing(provider: FakeUpstream, person: httpx.AsyncClient) -> None:
    body = {"content": "long", "cache": "off", "stream": True}
    async with person.stream("POST", "/api/chat", json=body) as stream:
        async for line in stream.aiter_lines():
            if "word3" in line:
                break
    listed = (await person.get("/api/chat/conversations")).json()["items"][0]
    snapshot = (await person.get(f"/api/chat/conversations/{listed['id']}")).json()
    turn_id = snapshot["turns"][0]["id"]
    async with asyncio.timeout(60):
        while (turn := (await person.get(f"/api/chat/turns/{turn_id}")).json())["status"] == "streaming":
            await asyncio.sleep(0.05)
    assert (turn["status"], turn["answer"]) == ("done", LONG)
    assert [request.outcome for request in asked(provider, "long")] == ["answered"]


async def test_UP_14_stopping_closes_the_providers_connection(
    server: Server, provider: FakeUpstream, person: httpx.AsyncClient
) -> None:
    accepted = await ask(person, "stall_mid_stream", wait=False)
    async with asyncio.timeout(60):
        while not asked(provider, "stall_mid_stream"):
            await asyncio.sleep(0.01)
        while (await words_so_far(person, accepted)) != SAID:
            await asyncio.sleep(0.02)
        stopped = (await person.post(f"/api/chat/turns/{accepted['turn_id']}/stop")).json()
        # Nothing but the stop ends it so early: silence is borne for a minute, a whole answer for ten.
        [request] = asked(provider, "stall_mid_stream")
        while request.outcome == "open":
            await asyncio.sleep(0.01)
    assert (stopped["status"], stopped["answer"]) == ("cancelled", SAID)
    assert request.outcome == "client_gone"
    assert (await ledger(server, accepted["turn_id"]))["status"] == "cancelled"


async def words_so_far(person: httpx.AsyncClient, accepted: dict[str, Any]) -> str:
    snapshot = (await person.get(f"/api/chat/conversations/{accepted['conversation_id']}")).json()
    return str(snapshot["turns"][0]["answer"])


async def test_UP_04_no_form_of_silence_holds_a_turn_for_ever(provider: FakeUpstream, tmp_path: Path) -> None:
    patience = {
        "MADANG_UPSTREAM_LOCAL_FIRST_BYTE_TIMEOUT": "8",
        "MADANG_UPSTREAM_GAP_TIMEOUT": "8",
        "MADANG_UPSTREAM_TOTAL_TIMEOUT": "16",
    }
    known = {"OPENAI_BASE_URL": provider.base_url, "MADANG_MODEL": "env/fake-model"}
    names = ["stall_before_headers", "stall_after_headers", "stall_mid_stream", "dripping"]
    with running(tmp_path, **known, **patience) as server:
        async with server.async_client() as client:
            client.timeout = httpx.Timeout(120)
            answers = await asyncio.gather(*(ask(client, name) for name in names))
    told = [(answer["status"], answer["error"]["code"], answer["content"]) for answer in answers]
    assert told == [
        ("error", "upstream.timeout", ""),
        ("error", "upstream.timeout", ""),
        ("incomplete", "upstream.stalled", SAID),
        ("incomplete", "upstream.stalled", SAID),
    ]


@pytest.mark.parametrize("name", ["huge_line", "many_choices", "endless_text", "endless_letters", "endless_tool_calls"])
async def test_UP_09_a_flood_is_cut_and_takes_no_more_than_64_megabytes(
    server: Server, person: httpx.AsyncClient, name: str
) -> None:
    # The first answer loads the client and the prices.
    assert (await ask(person, "hello"))["content"] == "ok"
    before = memory_kib(server, "VmRSS")
    answer = await ask(person, name)
    assert answer["status"] == "incomplete"
    assert len(answer["content"].encode()) <= 8 * 2**20
    assert memory_kib(server, "VmHWM") - before < 64 * 1024
    assert (await ask(person, "and you?"))["content"] == "ok"


def memory_kib(server: Server, name: str) -> int:
    """What the server's process takes now (`VmRSS`), or took at most so far (`VmHWM`)."""
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(rf"{name}:\s+(\d+)", status)
    assert found is not None
    return int(found.group(1))
