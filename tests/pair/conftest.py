"""Two Madangs as processes on one PostgreSQL, as behind one address, and a person who is signed in at both."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from madang.gateway.fake_upstream import FakeUpstream, Fault, Received, Say, Turn
from tests.chat.talking import talking
from tests.support import postgres, server
from tests.support.server import Credentials, Server

TOKEN = "mdt_two-processes-one-database-and-one-token-for-both"
LONG = " ".join(f"{number}번째" for number in range(40))


@dataclass(slots=True)
class Pair:
    """Two processes with data folders of their own, the provider both ask, and one session for both."""

    a: Server
    b: Server
    upstream: FakeUpstream
    who: Credentials
    database_url: str

    def asked(self, question: str) -> int:
        """How many calls were made for this question."""
        return sum(request.prompt == question for request in self.upstream.requests if request.method == "POST")

    def renew(self) -> None:
        """Sign in anew, after everybody was signed out."""
        self.who = self.a.sign_in()

    def program(self, place: Server) -> httpx.Client:
        """A program with the token that both processes know from their environment."""
        return httpx.Client(base_url=place.url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=150)

    def person(self, place: Server) -> httpx.Client:
        return place.client(self.who)


def by_prompt(request: Received) -> Turn:
    """Speak for a while where asked to be steady, for ever where asked to be slow."""
    if "slow" in request.prompt:
        return Say("word " * 5000, per_token_delay=0.05)
    if "steady" in request.prompt:
        return Say(LONG, per_token_delay=0.02)
    if "break" in request.prompt:
        return Fault.reset_mid_stream
    return Say(f"you said {request.prompt}")


@contextmanager
def two(folder: Path, database_url: str, **more: str) -> Iterator[Pair]:
    with talking(by_prompt) as upstream, ExitStack() as stack:
        environment = {"DATABASE_URL": database_url, "OPENAI_BASE_URL": upstream.base_url, "MADANG_TOKEN": TOKEN}
        a, b = (stack.enter_context(server.running(folder / name, (), **environment | more)) for name in "ab")
        yield Pair(a, b, upstream, a.sign_in(), database_url)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, postgres_cluster: postgres.Cluster) -> Iterator[Pair]:
    """One pair for all tests of a module that leave both alive."""
    with postgres_cluster.database() as url, two(tmp_path_factory.mktemp("pair"), url) as found:
        yield found


@pytest.fixture
def own_pair(tmp_path: Path, postgres_url: str) -> Iterator[Pair]:
    """A pair of the test's own, to be killed."""
    with two(tmp_path, postgres_url) as found:
        yield found


def ask(client: httpx.Client, content: str, **values: Any) -> dict[str, Any]:
    """Ask without waiting for the answer."""
    answer = client.post("/api/chat", json={"content": content, "wait": False, **values})
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def turn_of(client: httpx.Client, asked: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/chat/turns/{asked['turn_id']}").raise_for_status().json()
    return found
