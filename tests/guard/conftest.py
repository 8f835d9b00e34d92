"""The small house as a process, and the ways into it."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.guard.house import CONTROL_KEY
from tests.guard.wire import UPGRADE, Answer, ask
from tests.support.server import ROOT, Server, running

Headers = Sequence[tuple[str, str]]
JSON = ("Content-Type", "application/json")


@dataclass(frozen=True, slots=True)
class Browser:
    """A signed-in browser's two halves."""

    cookie: str
    token: str

    @property
    def headers(self) -> list[tuple[str, str]]:
        own = ("Sec-Fetch-Site", "same-origin")
        return [("Cookie", self.cookie), ("X-Madang-Token", self.token), own]


@dataclass(frozen=True, slots=True)
class House:
    port: int
    folder: Path
    pid: int

    def ask(self, method: str, target: str, headers: Headers = (), body: bytes = b"", host: str | None = "") -> Answer:
        return ask(self.port, method, target, headers, body, host)

    def knock(self, headers: Headers = (), host: str = "") -> Answer:
        """Ask for a WebSocket."""
        return self.ask("GET", "/api/live", [*UPGRADE, *headers], host=host)

    def code(self) -> str:
        answer = self.ask("POST", "/api/session/code", [("Authorization", f"Bearer {CONTROL_KEY}")])
        return str(answer.json()["code"])

    def sign_in(self) -> Browser:
        body = json.dumps({"code": self.code()}).encode()
        answer = self.ask("POST", "/api/session", [JSON], body)
        return Browser(answer.headers["set-cookie"].partition(";")[0], answer.json()["token"])

    def ticket(self, browser: Browser) -> str:
        return str(self.ask("POST", "/api/session/ticket", browser.headers).json()["ticket"])

    def token(self, *scopes: str) -> str:
        body = json.dumps({"name": "a program", "scopes": scopes}).encode()
        return str(self.ask("POST", "/api/tokens", [*self.sign_in().headers, JSON], body).json()["token"])

    @property
    def done(self) -> list[str]:
        """What was really carried out behind the gates."""
        path = self.folder / "done"
        return path.read_text().splitlines() if path.exists() else []


Start = Callable[..., House]


@pytest.fixture(scope="module")
def start_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []

    def start(*origins: str, seconds: float = 30) -> House:
        folder = tmp_path_factory.mktemp("house")
        command = [sys.executable, "-m", "tests.guard.house", str(folder), str(seconds), *origins]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout is not None
        return House(json.loads(process.stdout.readline())["port"], folder, process.pid)

    yield start
    for process in running:
        process.terminate()
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture(scope="module")
def house(start_house: Start) -> House:
    return start_house("https://madang.example.org", "http://friend.example:3000")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("madang"), ()) as started:
        yield started


@pytest.fixture(scope="module")
def port(server: Server) -> int:
    return int(urlsplit(server.url).port or 0)
