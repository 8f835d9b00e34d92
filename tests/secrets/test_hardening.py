"""SEC-04 and SEC-05: what other processes can see of a running Madang, of its children, and of one that crashed."""

import asyncio
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from madang.config import secret_variables
from madang.gateway.embedded import engine, pip
from tests.conftest import StartServer
from tests.support.server import ROOT

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc and prctl are Linux's")

KEY = "sk-CANARY-in-the-environment-4444"
OTHERS = {
    "MADANG_PASSWORD": "CANARY password",
    "MADANG_TOKEN": "CANARY-token-of-the-environment-that-nobody-guesses",
    "MADANG_PASSPHRASE": "CANARY phrase",
}
# What runs after a change of user is loaded before it: the interpreter may lie in a folder of root's.
_ORDINARY = """
import ctypes, os, pathlib, sys
from madang.secrets.harden import erase_environment, harden
if os.geteuid() == 0:
    os.setgroups([]), os.setgid({gid}), os.setuid({uid})
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(4, 1, 0, 0, 0)  # as the kernel has it after exec
"""
_VICTIM = """
if sys.argv[1] == "hardened":
    harden()
    erase_environment(["MADANG_TOKEN"])
print("ready", flush=True)
sys.stdin.read()
"""
_THIEF = """
def tried(steal):
    try:
        return bool(steal())
    except OSError:
        return False

pid = int(sys.argv[1])
proc = pathlib.Path("/proc") / str(pid)
print(tried(lambda: (proc / "environ").read_bytes()),
      tried(lambda: (proc / "mem").open("rb")),
      tried(lambda: os.listdir(proc / "fd")),
      libc.ptrace(16, pid, 0, 0) == 0)
"""


def as_ordinary_user(program: str) -> list[str]:
    """Return the command that runs a program as this user, or as `nobody` where this one is root."""
    nobody = pwd.getpwnam("nobody")
    return [sys.executable, "-c", _ORDINARY.format(uid=nobody.pw_uid, gid=nobody.pw_gid) + program]


@contextmanager
def victim(kind: str) -> Iterator[int]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "MADANG_TOKEN": KEY}
    command = [*as_ordinary_user(_VICTIM), kind]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        yield running.pid
        running.kill()


def stolen(pid: int) -> str:
    command = [*as_ordinary_user(_THIEF), str(pid)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_SEC_05_another_process_of_the_same_user_reads_nothing() -> None:
    with victim("hardened") as pid:
        assert stolen(pid) == "False False False False"
    with victim("plain") as pid:
        # Some systems keep a process' memory to its parents anyway; its environment none does.
        assert stolen(pid).startswith("True ")


def test_SEC_04_the_environment_of_the_server_and_its_children_holds_no_secret(start_server: StartServer) -> None:
    server = start_server(OPENAI_API_KEY=KEY, **OTHERS)
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    with server.client() as client:
        assert client.get("/api/keys").json()[0]["source"] == "environment"
    for one in (process, *process.children(recursive=True)):
        shown = Path(f"/proc/{one.pid}/environ").read_bytes() + b"\0".join(map(str.encode, one.cmdline()))
        assert b"MADANG_DATA_DIR=" in shown
        assert not any(secret.encode() in shown for secret in (KEY, *OTHERS.values()))


async def test_SEC_04_the_processes_of_the_built_in_model_are_handed_no_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in secret_variables():
        monkeypatch.setenv(name, KEY)
    child = await engine._spawn()
    try:
        # Between its fork and its start a process has no environment to be read.
        while not (shown := Path(f"/proc/{child.pid}/environ").read_bytes()):
            await asyncio.sleep(0.01)
    finally:
        child.kill()
        await child.communicate()
    assert b"OMP_WAIT_POLICY=passive" in shown
    assert KEY.encode() not in shown
    assert KEY not in pip._environment(tmp_path).values()


def test_SEC_04_a_crash_leaves_no_image_of_the_memory(start_server: StartServer) -> None:
    server = start_server(OPENAI_API_KEY=KEY)
    assert server.process is not None
    limits = Path(f"/proc/{server.process.pid}/limits").read_text()
    assert limits.split("Max core file size")[1].split()[:2] == ["0", "0"]
    server.process.send_signal(signal.SIGABRT)
    assert server.process.wait(60) == -signal.SIGABRT
    held = [path for path in server.folder.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert held == []


def test_every_secret_among_the_settings_is_known() -> None:
    assert secret_variables() == {"OPENAI_API_KEY", "DATABASE_URL", *OTHERS}
