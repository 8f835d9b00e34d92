"""One provider, three ways to name it: a `.env` file, the environment, the settings page's API."""

from pathlib import Path
from typing import Any

from madang.gateway.fake_upstream import FakeUpstream, Say
from tests.conftest import StartServer
from tests.support.server import Server

KEY = "sk-test-of-three-ways-1234"


async def answered(server: Server, **body: Any) -> dict[str, Any]:
    async with server.async_client() as person:
        answer = await person.post("/api/chat", json={"content": "Who answers?", **body})
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def test_a_provider_of_the_env_file_answers(start_server: StartServer, tmp_path: Path) -> None:
    async with FakeUpstream(Say("The file's."), models=["tiny"], api_key=KEY) as upstream:
        folder = tmp_path / "house"
        folder.mkdir()
        (folder / ".env").write_text(f"OPENAI_BASE_URL={upstream.base_url}\nOPENAI_API_KEY={KEY}\n")
        answer = await answered(start_server(folder=folder))
    assert (answer["content"], answer["receipt"]["model"]) == ("The file's.", "env/tiny")


async def test_a_provider_of_the_environment_answers(start_server: StartServer) -> None:
    async with FakeUpstream(Say("The environment's."), models=["tiny"], api_key=KEY) as upstream:
        answer = await answered(start_server(OPENAI_BASE_URL=upstream.base_url, OPENAI_API_KEY=KEY))
    assert (answer["content"], answer["receipt"]["model"]) == ("The environment's.", "env/tiny")


async def test_a_provider_added_by_a_person_answers_and_its_key_stays_in(start_server: StartServer) -> None:
    async with FakeUpstream(Say("The page's."), models=["tiny"], api_key=KEY) as upstream:
        server = start_server()
        async with server.async_client() as person:
            added = await person.post("/api/settings/providers", json={"name": "Mine", "base_url": upstream.base_url})
            provider = added.raise_for_status().json()["id"]
            (await person.put(f"/api/keys/provider:{provider}", json={"value": KEY})).raise_for_status()
            checked = (await person.post(f"/api/settings/providers/{provider}/check")).json()
            keys = (await person.get("/api/keys")).text
        answer = await answered(server, model=f"{provider}/tiny")
    assert checked["ok"], checked
    assert answer["content"] == "The page's."
    assert KEY not in keys
    assert KEY[-4:] in keys
