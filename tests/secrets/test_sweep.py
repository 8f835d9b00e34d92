"""A day with Madang in which a provider repeats the key whenever it can; afterwards the key is nowhere."""

import base64
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from madang.gateway.fake_upstream import FakeUpstream, Say, Status
from tests.conftest import StartServer
from tests.support.canary import files, forms, spilled
from tests.support.server import Server

GIVEN = 'sk-CANARY-given/"+=&key-0000-1111'
STORED = "CANARY/stored+key=with&marks-2222-3333"
PASSWORD, TOKEN = "CANARY password & more", "CANARY-token-of-the-environment-that-nobody-guesses"
SECRETS = (GIVEN, STORED, PASSWORD, TOKEN)
OWN_PLACE = frozenset({"keys.json"})
"""Where the stored key lives: the 0600 file, because the test's machine has no keyring."""


@pytest.mark.parametrize("form", list(forms(GIVEN)))
def test_the_sweep_finds_what_is_planted(tmp_path: Path, form: bytes) -> None:
    with sqlite3.connect(tmp_path / "madang.sqlite3") as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE turns (answer TEXT)")
        database.execute("INSERT INTO turns VALUES (?)", (f"the key is {form.decode()}.",))
        database.commit()
        (tmp_path / "logs").mkdir()
        (tmp_path / "logs/madang.log").write_bytes(b'{"message": "' + form + b'"}')
        assert {where for where, _ in spilled(SECRETS, files(tmp_path))} == {"madang.sqlite3-wal", "logs/madang.log"}
    database.close()
    assert "madang.sqlite3" in {where for where, _ in spilled(SECRETS, files(tmp_path))}


def test_the_sweep_finds_a_key_inside_longer_base64() -> None:
    text = base64.b64encode(f"Authorization: Bearer {GIVEN}".encode())
    assert spilled(SECRETS, [("header", text)])


class Recorder:
    """Every byte that came back."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.received: list[tuple[str, bytes]] = []
        self.statuses: list[int] = []

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self._client.request(method, path, json=body)
        head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items() if name != "set-cookie")
        self.received.append((f"{method} {path}", head.encode() + answer.content))
        self.statuses.append(answer.status_code)
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return answer.json() if is_json else answer.text


async def a_day(server: Server, stored_at: FakeUpstream) -> Recorder:
    """Add a provider, give it a key, ask through both providers while they fail, and look at everything there is."""
    async with server.async_client() as client:
        page = Recorder(client)
        address = {"name": "mine", "base_url": stored_at.base_url}
        provider = await page.ask("POST", "/api/settings/providers", address)
        name = f"provider:{provider['id']}"
        await page.ask("PUT", f"/api/keys/{name}", {"value": STORED})
        await page.ask("POST", f"/api/settings/providers/{provider['id']}/check")
        for model in ("env/fake-model", f"{provider['id']}/fake-model"):
            for stream in (False, True):
                for _ in range(3):
                    question = {"content": f"question {len(page.received)}", "model": model, "stream": stream}
                    await page.ask("POST", "/api/chat", question | {"cache": "off"})
        for key in (GIVEN, STORED):
            await page.ask("POST", "/api/chat", {"content": "hello", "model": key})
            await page.ask("POST", "/api/chat", {"content": [key]})
            await page.ask("PATCH", "/api/settings", {"default_model": [key]})
            await page.ask("PUT", f"/api/keys/{name}", {"value": f"{key} {key}"})
            await page.ask("GET", f"/api/nowhere?key={quote(key)}")
        await look_at_everything(page)
        return page


async def look_at_everything(page: Recorder) -> None:
    for path in ("keys", "settings", "settings/models", "settings/providers", "settings/limits", "settings/cache",
                 "settings/about", "session", "session/all", "tokens"):  # fmt: skip
        await page.ask("GET", f"/api/{path}")
    await page.ask("GET", "/openapi.json")
    listed = await page.ask("GET", "/api/chat/conversations")
    assert listed["items"]
    for conversation in listed["items"]:
        path = f"/api/chat/conversations/{conversation['id']}"
        for tail in ("", "/export?format=markdown", "/export?format=json"):
            await page.ask("GET", path + tail)


async def test_SEC_01_after_a_day_of_faults_the_keys_are_nowhere(start_server: StartServer, tmp_path: Path) -> None:
    turns = (
        Status(401, echo_key=True), Status(400, echo_key=True), Status(500, echo_key=True),
        Status(403, echo_key=True), Status(404, echo_key=True), Status(429, echo_key=True), Say("an answer"),
    )  # fmt: skip
    async with FakeUpstream(*turns) as given_to, FakeUpstream(*turns) as stored_at:
        environment = {
            "OPENAI_API_KEY": GIVEN, "OPENAI_BASE_URL": given_to.base_url, "MADANG_PASSWORD": PASSWORD,
            "MADANG_TOKEN": TOKEN, "MADANG_LOG_LEVEL": "DEBUG", "OPENAI_LOG": "debug",
        }  # fmt: skip
        server = start_server(folder=tmp_path / "madang", **environment)
        page = await a_day(server, stored_at)
        sent = [request.headers.get("authorization") for request in given_to.requests + stored_at.requests]
        assert {f"Bearer {GIVEN}", f"Bearer {STORED}"} <= set(sent)
        assert 200 in page.statuses
        server.kill()
    written = files(server.folder, OWN_PLACE)
    printed = [(command, printed_by(server, command)) for command in ("doctor --json", "doctor", "openapi")]
    assert any(b"question 3" in content for _, content in written)  # so the search sees what is stored
    assert spilled(SECRETS, [*page.received, *written, *printed]) == []


def printed_by(server: Server, command: str) -> bytes:
    """Run a command as the server's owner would, beside its `.env`, and return all it printed."""
    words = [sys.executable, "-m", "madang", *command.split()]
    environment = server._environment()
    done = subprocess.run(words, cwd=server.folder, env=environment, capture_output=True, check=False)
    assert done.stdout, done.stderr
    return done.stdout + done.stderr
