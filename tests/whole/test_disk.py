"""CRASH-05: a disk that is full or closed is told of in words; what is stored can be read; room is used again."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from madang.gateway.fake_upstream import FakeUpstream, Say
from tests.conftest import StartServer
from tests.support.server import ROOT, Server

TOKEN = "mdt_disk-test-token-of-more-than-thirty-two-characters"
_BARE = {"MADANG_BUILTIN": "off", "MADANG_OPEN_BROWSER": "off", "MADANG_PORT": "0", "MADANG_DISCOVER": "off"}


@contextmanager
def full_disk(server: Server) -> Iterator[None]:
    """Let no file of the server grow, as a quota would."""
    process = psutil.Process(server.process.pid if server.process else 0)
    _, hard = process.rlimit(psutil.RLIMIT_FSIZE)
    largest = max(path.stat().st_size for path in server.data_dir.glob("*.sqlite3*"))
    process.rlimit(psutil.RLIMIT_FSIZE, (largest, hard))
    try:
        yield
    finally:
        process.rlimit(psutil.RLIMIT_FSIZE, (hard, hard))


async def test_CRASH_05_a_full_disk_refuses_what_is_new_shows_what_is_there_and_loses_no_answer(
    start_server: StartServer,
) -> None:
    words = "말 " * 400
    async with FakeUpstream("first", Say(words, per_token_delay=0.005), "last") as upstream:
        server = start_server(OPENAI_BASE_URL=upstream.base_url, MADANG_TOKEN=TOKEN)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as client:
            first = (await client.post("/api/chat", json={"content": "one"})).json()
            talk = f"/api/chat/conversations/{first['conversation_id']}"
            body = {"content": "two", "wait": False, "conversation_id": first["conversation_id"]}
            asked = (await client.post("/api/chat", json=body)).json()
            with full_disk(server):
                refused = await client.post("/api/chat", json={"content": "x" * 900_000, "client_id": "big"})
                assert (refused.status_code, refused.json()["error"]["code"]) == (507, "disk_full")
                seen = (await client.get(talk)).json()
                assert [turn["content"] for turn in seen["turns"]] == ["one", "two"]
                assert (await client.get(f"{talk}/export?format=json")).status_code == 200
            assert (await until_ended(client, asked["turn_id"])) == ("done", words)
            again = await client.post("/api/chat", json={"content": "x" * 900_000, "client_id": "big"})
            assert (again.status_code, again.json()["content"]) == (200, "last")
    assert "Traceback" not in server.output


async def until_ended(client: httpx.AsyncClient, turn_id: str) -> tuple[str, str]:
    """Ask for a turn until it has ended; the test's own limit is the patience."""
    while True:
        turn = (await client.get(f"/api/chat/turns/{turn_id}")).json()
        if turn["status"] not in {"queued", "streaming"}:
            return turn["status"], turn["answer"]


@pytest.mark.parametrize("place", ["/proc/madang", "/dev/null/madang"])
def test_CRASH_05_a_start_where_nothing_can_be_stored_says_so_in_a_sentence(place: str) -> None:
    done = start_once(Path(place))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"nothing can be stored in {place}" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("limit_bytes", [0, 20_000])
def test_CRASH_05_a_start_without_room_says_so_and_the_next_one_finds_all_in_order(
    tmp_path: Path, start_server: StartServer, limit_bytes: int
) -> None:
    done = start_once(tmp_path / "data", limit_bytes)
    assert done.returncode == 1
    assert "full, nothing" in done.stderr
    assert "Traceback" not in done.stderr
    server = start_server(folder=tmp_path)
    with server.client() as client:
        assert client.get("/api/chat/conversations").json()["items"] == []


def start_once(place: Path, limit_bytes: int = resource.RLIM_INFINITY) -> subprocess.CompletedProcess[str]:
    """Start Madang where it cannot stay, and return what it said."""
    environment = {**os.environ, **_BARE, "MADANG_DATA_DIR": str(place), "MADANG_LANG": "en", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "madang", "serve"],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, resource.RLIM_INFINITY)),
    )
