"""Where a key of the settings comes from, and which provider it belongs to."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from madang.config import load
from madang.secrets.errors import SecretFileUnreadable
from madang.secrets.given import GivenSecret, given_keys, other_secrets
from tests.conftest import StartServer
from tests.support.server import ROOT, Server

KEY = "sk-CANARY-abcdefghijklmnop-1234"


def test_a_key_of_the_environment_is_openais() -> None:
    given = given_keys(load(openai_api_key=KEY), {"OPENAI_API_KEY": KEY})
    assert given == {"provider:openai": GivenSecret(KEY, "environment")}


def test_SEC_08_with_an_address_beside_it_the_key_is_that_servers() -> None:
    settings = load(openai_api_key=KEY, openai_base_url="http://127.0.0.1:1/v1")
    assert given_keys(settings, {}) == {"provider:env": GivenSecret(KEY, "env_file")}


def test_a_key_in_a_file_goes_before_one_in_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("sk-from-a-file\n")
    given = given_keys(load(openai_api_key=KEY, openai_api_key_file=path), {"OPENAI_API_KEY": KEY})
    assert given == {"provider:openai": GivenSecret("sk-from-a-file", "file_ref")}


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "key"
    if content:
        path.write_bytes(content)
    with pytest.raises(SecretFileUnreadable) as refused:
        given_keys(load(openai_api_key_file=path), {})
    assert refused.value.details["path"] == str(path)


def test_everything_else_that_is_secret_is_masked_too(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("the-token")
    settings = load(password="the-password", token_file=path, database_url="postgresql://me:the%40db@host/madang")
    assert set(other_secrets(settings)) == {"the-password", "the-token", "the%40db"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has it")
def test_SEC_05_the_process_closes_its_memory_to_others() -> None:
    program = (
        "from madang.secrets.harden import harden; import ctypes, resource; print(harden(), "
        "ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "Hardening(is_closed_to_others=True, leaves_no_core=True) 0 (0, 0)"


@pytest.mark.parametrize(
    ("content", "mode", "is_open"),
    [
        (f"OPENAI_API_KEY={KEY}", 0o644, True),
        (f"openai_api_key={KEY}", 0o640, True),
        (f"OPENAI_API_KEY={KEY}", 0o600, False),
        ("MADANG_PORT=1\nOPENAI_API_KEY=", 0o644, False),
    ],
)
def test_SEC_06_a_file_of_secrets_that_others_can_read_is_said(
    tmp_path: Path, content: str, mode: int, is_open: bool
) -> None:
    (tmp_path / ".env").write_text(content)
    (tmp_path / ".env").chmod(mode)
    command = [sys.executable, "-m", "madang", "doctor", "--json"]
    environment = Server(tmp_path)._environment()
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    said = {finding["name"]: finding for finding in json.loads(done.stdout)}["env_file"]
    assert (said["level"], "chmod 600" in said["cure"]) == (("bad", True) if is_open else ("ok", False))
    assert KEY not in done.stdout + done.stderr


def test_SEC_06_the_start_says_so_too(start_server: StartServer, tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    (tmp_path / "house/.env").write_text(f"OPENAI_API_KEY={KEY}")
    assert "chmod 600 .env" in start_server(folder=tmp_path / "house").output
    assert "chmod" not in start_server().output
