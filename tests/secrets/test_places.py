"""Every place a key can be in, tried whole: it goes in, reaches the provider, outlives a restart, changes and goes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from madang.gateway.fake_upstream import FakeUpstream, Say
from tests.conftest import StartServer
from tests.support.keyring import SecretService
from tests.support.server import Server

FIRST, SECOND = "sk-CANARY-first-AbCdEfGhIjKl-1111", "sk-CANARY-second-MnOpQrStUvWx-2222"
PASSPHRASE = "CANARY an old oak tree"


@pytest.fixture
async def upstream() -> AsyncIterator[FakeUpstream]:
    async with FakeUpstream(Say("It works.")) as running:
        yield running


@dataclass(frozen=True, slots=True)
class Person:
    """What somebody does with the key of one provider, through the API the page uses."""

    server: Server
    upstream: FakeUpstream
    provider: str = "env"

    async def adds_a_provider(self) -> "Person":
        body = {"name": "mine", "base_url": self.upstream.base_url}
        return Person(self.server, self.upstream, (await self._call("POST", "/api/settings/providers", body))["id"])

    async def keeps(self, key: str, place: str | None) -> dict[str, Any]:
        said: dict[str, Any] = await self._call("PUT", self._path, {"value": key, "place": place})
        return said

    async def deletes(self) -> None:
        await self._call("DELETE", self._path)

    async def status(self) -> dict[str, Any]:
        found = [one for one in await self._call("GET", "/api/keys") if one["name"] == f"provider:{self.provider}"]
        return dict(found[0]) if found else {}

    async def asks(self) -> str | None:
        """Ask a question nobody asked before, and return the credential that the provider was sent."""
        body = {"content": "hello", "model": f"{self.provider}/fake-model", "cache": "off"}
        answer = await self._call("POST", "/api/chat", body)
        assert answer["content"] == "It works."
        return self.upstream.requests[-1].headers.get("authorization")

    @property
    def _path(self) -> str:
        return f"/api/keys/provider:{self.provider}"

    async def _call(self, method: str, path: str, body: Any = None) -> Any:
        async with self.server.async_client() as client:
            answer = (await client.request(method, path, json=body)).raise_for_status()
        return answer.json() if answer.content else None


def written(server: Server) -> bytes:
    return b"".join(path.read_bytes() for path in server.folder.rglob("*") if path.is_file())


async def a_life(person: Person, place: str) -> None:
    """Keep, use, restart, use; the same with the next key; delete."""
    for key in (FIRST, SECOND):
        said = await person.keeps(key, place)
        assert (said["source"], said["problem"], said["last4"]) == (place, None, key[-4:])
        assert await person.asks() == f"Bearer {key}"
        person.server.restart()
        assert await person.asks() == f"Bearer {key}"
        assert (await person.status())["source"] == place
    assert FIRST.encode() not in written(person.server)
    await person.deletes()
    assert await person.asks() is None
    assert SECOND.encode() not in written(person.server)


async def test_SEC_11_a_key_lives_in_the_keyring(
    start_server: StartServer, upstream: FakeUpstream, keyring: SecretService
) -> None:
    person = await Person(start_server(**keyring.environment), upstream).adds_a_provider()
    before = keyring.kept()
    await person.keeps(FIRST, None)
    assert keyring.kept() == [*before, FIRST]
    assert FIRST.encode() not in written(person.server)
    await a_life(person, "keyring")
    assert keyring.kept() == before


@pytest.mark.parametrize("place", ["protected", "file"])
async def test_SEC_11_a_key_lives_in_a_file(
    start_server: StartServer, upstream: FakeUpstream, tmp_path: Path, place: str
) -> None:
    (tmp_path / "phrase").write_text(f"{PASSPHRASE}\n")
    server = start_server(MADANG_PASSPHRASE_FILE=str(tmp_path / "phrase"))
    await a_life(await Person(server, upstream).adds_a_provider(), place)
    assert PASSPHRASE.encode() not in written(server)


@pytest.mark.parametrize("source", ["environment", "env_file", "file_ref"])
async def test_SEC_11_a_key_is_given(
    start_server: StartServer, upstream: FakeUpstream, tmp_path: Path, source: str
) -> None:
    folder, secret = tmp_path / "house", tmp_path / "a-secret"
    folder.mkdir()
    given = {"OPENAI_BASE_URL": upstream.base_url}
    given |= {"OPENAI_API_KEY_FILE": str(secret)} if source == "file_ref" else {}
    for key in (FIRST, SECOND):
        secret.write_text(f"{key}\n")
        if source == "env_file":
            (folder / ".env").write_text(f"OPENAI_API_KEY={key}\n")
        in_environment = {"OPENAI_API_KEY": key} if source == "environment" else {}
        server = start_server(folder=folder, **given, **in_environment)
        person = Person(server, upstream)
        assert await person.asks() == f"Bearer {key}"
        assert (await person.status())["source"] == source
        server.stop()
    assert FIRST.encode() not in written(server)


async def test_SEC_11_a_call_under_way_ends_with_the_key_it_began_with(
    start_server: StartServer, tmp_path: Path
) -> None:
    async with FakeUpstream(Say("It works.", first_delay=0.5, per_token_delay=0.2)) as slow:
        person = await Person(start_server(), slow).adds_a_provider()
        await person.keeps(FIRST, "file")
        async with person.server.async_client() as client:
            question = {"content": "hello", "model": f"{person.provider}/fake-model", "wait": False}
            asked = (await client.post("/api/chat", json=question)).raise_for_status().json()
            await person.keeps(SECOND, "file")
            await person.deletes()
            path = f"/api/chat/conversations/{asked['conversation_id']}"
            while (turn := (await client.get(path)).json()["turns"][0])["status"] == "streaming":
                pass
        assert (turn["status"], turn["answer"]) == ("done", "It works.")


def test_a_token_and_a_password_in_files_open_the_door(start_server: StartServer, tmp_path: Path) -> None:
    secrets = {"token": "mdt_" + "t" * 43, "password": "열려라 참깨, 오늘도"}
    for name, value in secrets.items():
        (tmp_path / name).write_text(f"{value}\n")
    server = start_server(**{f"MADANG_{name.upper()}_FILE": str(tmp_path / name) for name in secrets})
    with server.anonymous() as program:
        bearer = {"Authorization": f"Bearer {secrets['token']}"}
        assert program.get("/api/keys", headers=bearer).status_code == 200
        assert program.post("/api/session", json={"password": "another"}).is_error
        assert program.post("/api/session", json={"password": secrets["password"]}).is_success
    assert not any(value.encode() in written(server) for value in secrets.values())
