"""Programs run by hand, over the API of an ordinary user's Madang."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.support import server as servers
from tests.support.ordinary import Ordinary
from tests.support.server import Server
from tests.support.sse import events_in
from tests.system.programs.running import PYTHON

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux's sandboxes")
KEY = "sk-CANARY-0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def server(ordinary: Ordinary) -> Iterator[Server]:
    environment = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    with servers.running(ordinary.make_folder("madang"), (), ordinary, **environment) as running:
        yield running


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx.Client]:
    with server.client() as signed_in:
        yield signed_in


@pytest.fixture
def folder(client: httpx.Client, ordinary_path: Path) -> Iterator[dict[str, Any]]:
    opened = client.post("/api/files/folders", json={"path": str(ordinary_path), "access": "write"})
    yield opened.raise_for_status().json()
    client.delete(f"/api/files/folders/{opened.json()['id']}").raise_for_status()


def start(client: httpx.Client, folder: dict[str, Any], *argv: str, **more: Any) -> dict[str, Any]:
    asked = client.post("/api/programs", json={"folder": folder["id"], "argv": argv, **more})
    assert asked.status_code == 202, asked.text
    found: dict[str, Any] = asked.json()
    return found


def ended(client: httpx.Client, run: dict[str, Any]) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found: dict[str, Any] = client.get(f"/api/programs/{run['id']}").raise_for_status().json()
        if found["state"] != "running":
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_program_is_followed_while_it_prints(client: httpx.Client, folder: dict[str, Any]) -> None:
    code = "import sys\nfor n in range(3): print('line', n, flush=True)\n"
    code += "print('\\x1b[31moops', file=sys.stderr)\nopen('made', 'w')"
    run = start(client, folder, PYTHON, "-c", code)
    assert run["stream"] == f"program:{run['id']}"
    printed: dict[str, str] = {"stdout": "", "stderr": ""}
    with client.stream("GET", "/api/live/events", params={"stream": run["stream"], "after": 0}) as answer:
        for _, kind, data in events_in(answer.iter_lines()):
            if kind == "program.finished":
                break
            printed[data["stream"]] += data["text"]
    assert printed == {"stdout": "line 0\nline 1\nline 2\n", "stderr": "oops\n"}
    found = ended(client, run)
    assert (found["state"], found["facts"]["exit_code"], found["facts"]["tier"]) == ("ended", 0, 3)
    assert {name: found["facts"][name]["head"] for name in printed} == printed
    assert (Path(folder["path"]) / "made").exists()
    assert client.get("/api/programs").json()["items"][0] == found


def test_PROC_15_stopping_it_ends_its_tree_and_keeps_what_it_printed(
    client: httpx.Client, folder: dict[str, Any], ordinary: Ordinary
) -> None:
    code = "import os, time\nprint('up', flush=True)\nif os.fork() == 0: os.setsid()\ntime.sleep(602)"
    run = start(client, folder, PYTHON, "-c", code)
    with client.stream("GET", "/api/live/events", params={"stream": run["stream"], "after": 0}) as answer:
        next(events_in(answer.iter_lines()))
    stopped = client.post(f"/api/programs/{run['id']}/stop").raise_for_status().json()
    assert (stopped["state"], stopped["facts"]["stdout"]["head"]) == ("cancelled", "up\n")
    _gone("sleep(602)")
    assert client.post(f"/api/programs/{run['id']}/stop").json() == stopped


def test_SEC_04_no_key_reaches_a_program_or_a_command_line(
    client: httpx.Client, server: Server, folder: dict[str, Any]
) -> None:
    code = "import os, time\nprint(dict(os.environ), flush=True)\ntime.sleep(600)"
    run = start(client, folder, PYTHON, "-c", code)
    with client.stream("GET", "/api/live/events", params={"stream": run["stream"], "after": 0}) as answer:
        next(events_in(answer.iter_lines()))
    tree = [psutil.Process(server.runtime["pid"]), *psutil.Process(server.runtime["pid"]).children(recursive=True)]
    assert len(tree) > 1
    for process in tree:
        assert KEY not in " ".join(process.cmdline())
        if process.pid != tree[0].pid:
            assert KEY.encode() not in Path(f"/proc/{process.pid}/environ").read_bytes()
    found = client.post(f"/api/programs/{run['id']}/stop").json()
    assert "GIT_PAGER" in found["facts"]["stdout"]["head"]
    assert KEY not in str(found)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"argv": ["no-such-thing"]}, "system.no_such_program"),
        ({"argv": ["env", "ls"]}, "system.program_refused"),
        ({"argv": ["ls"], "cwd": "../x"}, "system.bad_path"),
        ({"argv": ["ls"], "folder": "0" * 26}, "folders.no_such_folder"),
    ],
)
def test_what_cannot_be_run_is_refused_at_once(
    client: httpx.Client, folder: dict[str, Any], asked: dict[str, Any], code: str
) -> None:
    before = client.get("/api/programs").json()
    answer = client.post("/api/programs", json={"folder": folder["id"], **asked})
    assert answer.json()["error"]["code"] == code
    assert client.get("/api/programs").json() == before
    assert client.get(f"/api/programs/{'0' * 26}").json()["error"]["code"] == "programs.no_such_run"


def test_a_run_whose_madang_was_killed_is_called_interrupted(ordinary: Ordinary, ordinary_path: Path) -> None:
    work = ordinary_path / "work"
    work.mkdir()
    ordinary.own(ordinary_path)
    with servers.running(ordinary.make_folder("madang"), (), ordinary) as running:
        with running.client() as client:
            opened = client.post("/api/files/folders", json={"path": str(work), "access": "write"}).json()
            run = start(client, opened, PYTHON, "-c", "import time; time.sleep(603)")
        running.kill()
        running.start()
        with running.client() as client:
            assert client.get(f"/api/programs/{run['id']}").json()["state"] == "interrupted"
        _gone("sleep(603)")


def _gone(words: str) -> None:
    """Wait until no process has these words: what a killed Madang leaves ends with it, a moment later."""
    deadline = time.monotonic() + 30
    while any(words in " ".join(each.info["cmdline"] or []) for each in psutil.process_iter(["cmdline"])):
        assert time.monotonic() < deadline
        os.sched_yield()
        time.sleep(0.05)


def test_a_program_with_a_token_runs_nothing(server: Server, client: httpx.Client, folder: dict[str, Any]) -> None:
    made = (
        client.post("/api/tokens", json={"name": "all", "scopes": ["chat", "read", "manage"]}).raise_for_status().json()
    )
    bearer = {"Authorization": f"Bearer {made['token']}"}
    with httpx.Client(base_url=server.url, headers=bearer) as token:
        asked = token.post("/api/programs", json={"folder": folder["id"], "argv": ["ls"]})
        assert (asked.status_code, asked.json()["error"]["code"]) == (403, "not_allowed")
        assert token.get("/api/programs").status_code == 200
