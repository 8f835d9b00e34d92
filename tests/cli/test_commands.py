"""The command line as a person uses it: real processes, one data folder, a provider on loopback."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from tests.conftest import StartServer
from tests.support.server import ROOT, Server
from tests.support.upstream import upstream_process


def madang(server: Server, *arguments: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("MADANG_", "OPENAI_"))},
        **server.environment,
        "PYTHONPATH": str(ROOT),
        "MADANG_DATA_DIR": str(server.data_dir),
        "MADANG_OPEN_BROWSER": "off",
        "MADANG_LANG": "en",
    }
    return subprocess.run(
        [sys.executable, "-m", "madang", *arguments],
        check=False, env=environment, cwd=server.folder, input=typed or "", capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def answering(upstream_url: str) -> dict[str, str]:
    return {"OPENAI_BASE_URL": upstream_url, "OPENAI_API_KEY": "sk-test-1234567890", "MADANG_MODEL": "env/fake-model"}


def test_ask_streams_the_answer_of_the_running_server(start_server: StartServer) -> None:
    with upstream_process("--say", "안녕하세요, 마당이에요.") as upstream:
        server = start_server(**answering(upstream))
        asked = madang(server, "ask", "안녕?")
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout == "안녕하세요, 마당이에요.\n"


def test_ask_takes_piped_text_along_and_gives_json(start_server: StartServer) -> None:
    with upstream_process("--say", "Short.") as upstream:
        server = start_server(**answering(upstream))
        asked = madang(server, "ask", "--json", "Summarise this:", typed="A long text.\n")
    turn: dict[str, Any] = json.loads(asked.stdout)
    assert turn["content"] == "Summarise this:\n\nA long text."
    assert (turn["status"], turn["answer"]) == ("done", "Short.")


def test_ask_brings_its_own_server_where_none_runs(tmp_path: Path) -> None:
    with upstream_process("--say", "Here I am.") as upstream:
        alone = Server(tmp_path / "alone", {**answering(upstream), "MADANG_BUILTIN": "off", "MADANG_DISCOVER": "off"})
        alone.folder.mkdir()
        asked = madang(alone, "ask", "Anybody?", typed="")
    assert (asked.returncode, asked.stdout) == (0, "Here I am.\n"), asked.stderr
    assert not (alone.data_dir / "runtime.json").exists()


def test_ask_brings_its_own_server_after_one_was_killed_and_gives_it_the_named_settings(tmp_path: Path) -> None:
    alone = Server(tmp_path / "alone", {"MADANG_BUILTIN": "off", "MADANG_DISCOVER": "off"})
    alone.data_dir.mkdir(parents=True, mode=0o700)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    note = {"pid": gone.pid, "port": 9, "url": "http://127.0.0.1:9", "control_key": "left-behind"}
    (alone.data_dir / "runtime.json").write_text(json.dumps(note))
    with upstream_process("--say", "Here I am.") as upstream:
        lines = [f"{name}={value}" for name, value in answering(upstream).items()]
        (alone.folder / "other.env").write_text("\n".join(lines))
        asked = madang(alone, "ask", "--env-file", "other.env", "Anybody?", typed="")
    assert (asked.returncode, asked.stdout) == (0, "Here I am.\n"), asked.stderr


def test_ask_says_why_an_answer_failed(start_server: StartServer) -> None:
    server = start_server()
    asked = madang(server, "ask", "--model", "nowhere/nothing", "Hello?")
    assert asked.returncode == 1
    assert "gateway.unknown_model" in asked.stderr


def test_ask_without_a_question_is_refused(start_server: StartServer) -> None:
    asked = madang(start_server(), "ask", typed="")
    assert (asked.returncode, asked.stdout) == (2, "")


def test_a_token_is_shown_once_works_and_is_revoked(start_server: StartServer) -> None:
    server = start_server()
    made = json.loads(madang(server, "token", "--json", "create", "editor", "--scopes", "read").stdout)
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert httpx.get(f"{server.url}/api/settings/about", headers=bearer).status_code == 200
    listed = madang(server, "token", "list").stdout
    assert made["token"] not in listed
    assert "editor" in listed
    assert madang(server, "token", "revoke", made["id"]).returncode == 0
    assert httpx.get(f"{server.url}/api/settings/about", headers=bearer).status_code == 401


def test_signin_prints_an_address_that_signs_in_once(start_server: StartServer) -> None:
    server = start_server()
    code = madang(server, "signin").stdout.strip().partition("#code=")[2]
    first = httpx.post(f"{server.url}/api/session", json={"code": code})
    second = httpx.post(f"{server.url}/api/session", json={"code": code})
    assert (first.status_code, second.status_code) == (201, 401)


def test_a_second_start_on_the_same_data_opens_the_first(start_server: StartServer) -> None:
    server = start_server()
    second = madang(server, "serve", "--port", "0")
    assert second.returncode == 0
    assert f"{server.url}/#code=" in second.stdout
    assert server.runtime["pid"] == server.process.pid if server.process else None


def test_a_port_in_use_is_named_with_its_holder(tmp_path: Path) -> None:
    server = Server(tmp_path / "one")
    server.folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = madang(server, "serve", "--port", str(port))
    assert refused.returncode == 1
    assert f"Port {port} is taken" in refused.stderr
    assert str(os.getpid()) in refused.stderr


def test_without_a_server_the_commands_say_so(tmp_path: Path) -> None:
    server = Server(tmp_path / "none")
    server.folder.mkdir()
    assert "not running" in madang(server, "signin").stderr


def test_a_setting_that_cannot_be_used_is_named_without_its_value(tmp_path: Path) -> None:
    server = Server(tmp_path / "bad", {"MADANG_PORT": "not-a-port-secret"})
    server.folder.mkdir()
    refused = madang(server, "doctor")
    assert refused.returncode == 2
    assert "PORT" in refused.stderr
    assert "not-a-port-secret" not in refused.stderr


def test_another_env_file_is_read(tmp_path: Path) -> None:
    server = Server(tmp_path / "env")
    server.folder.mkdir()
    (server.folder / "other.env").write_text("OPENAI_BASE_URL=http://127.0.0.1:9/v1\n")
    found = json.loads(madang(server, "doctor", "--json", "--env-file", "other.env").stdout)
    assert {"http://127.0.0.1:9/v1"} == {entry["text"] for entry in found if entry["name"] == "provider"}


def test_doctor_finds_a_data_folder_that_others_can_read(tmp_path: Path) -> None:
    server = Server(tmp_path / "open")
    server.data_dir.mkdir(parents=True, mode=0o755)
    server.data_dir.chmod(0o755)
    looked = madang(server, "doctor", "--json")
    found = {entry["name"]: entry for entry in json.loads(looked.stdout)}
    assert looked.returncode == 1
    assert found["data_dir"]["level"] == "bad"
    assert "chmod 700" in found["data_dir"]["cure"]


def test_openapi_describes_the_api_without_a_server(tmp_path: Path) -> None:
    server = Server(tmp_path / "openapi")
    server.folder.mkdir()
    described = json.loads(madang(server, "openapi").stdout)
    assert {"/api/chat", "/api/session", "/api/settings/models"} <= set(described["paths"])
    assert not server.data_dir.exists()
