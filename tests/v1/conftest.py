"""One Madang for a module, the provider behind it, and the official SDK in front."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import httpx
import openai
import pytest
import pytest_asyncio

from madang.gateway.fake_upstream import FakeUpstream, Received, Turn
from tests.support.server import Server, running

TOKEN = "mdt_" + "t" * 43
KEY = "sk-of-the-provider-0123456789"
QUESTION = [{"role": "user", "content": "안녕"}]


@dataclass
class Script:
    """What the provider says next; the last one repeats."""

    turns: list[Turn] = field(default_factory=lambda: ["hello there"])

    def says(self, *turns: Turn) -> None:
        self.turns = list(turns)

    def __call__(self, request: Received) -> Turn:
        return self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]


@dataclass
class Place:
    """Madang, its provider, and ways to speak to it. `dear` is a model with a price."""

    server: Server
    upstream: FakeUpstream
    script: Script
    http: httpx.AsyncClient
    sdk: openai.AsyncOpenAI
    dear: str

    def says(self, *turns: Turn) -> None:
        self.script.says(*turns)
        self.upstream.requests.clear()

    @property
    def asked(self) -> list[Any]:
        """The bodies that reached the provider since `says`."""
        return [request.json for request in self.upstream.requests]

    async def post(self, body: dict[str, Any], path: str = "chat/completions", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post(f"/v1/{path}", json=body, headers=named)

    async def call(self, call_id: str) -> dict[str, Any]:
        """The ledger's row of a call, once it is there."""
        async with asyncio.timeout(60):
            while not (row := await asyncio.to_thread(self._row, call_id)):
                await asyncio.sleep(0.02)
        return row

    async def last_call(self, after: str) -> dict[str, Any]:
        """The first row that came after the call `after`, once it is there."""
        async with asyncio.timeout(60):
            while not (row := await asyncio.to_thread(self._row, after, "id > ? ORDER BY id")):
                await asyncio.sleep(0.02)
        return row

    def _row(self, value: str, where: str = "id = ?") -> dict[str, Any]:
        with closing(sqlite3.connect(self.server.data_dir / "madang.sqlite3", timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            row = connection.execute(f"SELECT * FROM calls WHERE {where}", (value,)).fetchone()
        return dict(row) if row else {}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    script, folder = Script(), tmp_path_factory.mktemp("v1")
    async with FakeUpstream(script, models=["fake-model", "gpt-4o-tiny"]) as upstream:
        environment = {"OPENAI_BASE_URL": upstream.base_url, "OPENAI_API_KEY": KEY, "MADANG_TOKEN": TOKEN}
        # A busy machine may take its time over a vector.
        environment["MADANG_UPSTREAM_VECTOR_TIMEOUT"] = "60"
        running_one = running(folder / "madang", **environment)
        server = await asyncio.to_thread(running_one.__enter__)
        try:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            dear = await asyncio.to_thread(_add_dear, server, upstream.base_url)
            async with (
                httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as http,
                openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key=TOKEN, timeout=60, max_retries=0) as sdk,
            ):
                yield Place(server, upstream, script, http, sdk, dear)
        finally:
            await asyncio.to_thread(running_one.__exit__, None, None, None)


@pytest.fixture
def place(house: Place) -> Place:
    """The house, and a provider that says hello."""
    house.says("hello there")
    return house


def _add_dear(server: Server, url: str) -> str:
    """Add a provider whose answers cost a micro-dollar a token, and return the name of its model."""
    body = {"name": "dear", "base_url": url, **dict.fromkeys(_PRICES, 1_000_000)}
    with server.client() as page:
        answer = page.post("/api/settings/providers", json=body)
        assert answer.status_code == 201, answer.text
        return f"{answer.json()['id']}/fake-model"


_PRICES = ("price_input_microusd_per_mtok", "price_output_microusd_per_mtok")


def data_of(text: str) -> list[str]:
    """The data of each event in a stream."""
    return [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]


def words_of(text: str) -> str:
    """What the first choice of a stream said."""
    chunks = [json.loads(data) for data in data_of(text) if data != "[DONE]"]
    choices = [choice for chunk in chunks for choice in chunk.get("choices", ()) if choice["index"] == 0]
    return "".join(choice["delta"].get("content") or "" for choice in choices)
