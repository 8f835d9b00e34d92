"""Programs under measurement: started on a free port, timed to their first answer, weighed, and ended."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "mdt_bench-" + "0" * 40
_QUIET = {"MADANG_BUILTIN": "off", "MADANG_OPEN_BROWSER": "off", "MADANG_DISCOVER": "off", "MADANG_TOKEN": TOKEN}
BEARER = {"Authorization": f"Bearer {TOKEN}"}
NO_HEADERS: Mapping[str, str] = {}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def started(module: str, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `python -m module arguments` in its own environment and end it."""
    command = [sys.executable, "-m", module, *arguments]
    own = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    process = subprocess.Popen(command, env=own, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def madang(folder: Path, port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run Madang on `port` with its data in `folder`."""
    place = {"MADANG_DATA_DIR": str(folder), "MADANG_PORT": str(port)}
    with started("madang", "serve", **{**_QUIET, **place, **environment}) as process:
        yield process


def until_answers(port: int, path: str, since: float, headers: Mapping[str, str] = NO_HEADERS) -> float:
    """Ask until `path` answers 200; return the seconds since `since`."""
    while time.monotonic() - since < 60:
        if status(port, path, headers) == 200:
            return time.monotonic() - since
        time.sleep(0.002)
    raise TimeoutError(f"{path} on port {port} did not answer 200 in a minute")


def until_listens(port: int) -> None:
    """Wait until somebody takes connections on `port`. Raises `TimeoutError`."""
    since = time.monotonic()
    while time.monotonic() - since < 60:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise TimeoutError(f"nobody listened on port {port} in a minute")


def status(port: int, path: str, headers: Mapping[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=dict(headers))
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def pss_mib(pid: int) -> float:
    """Return the memory of a process and its children in MiB, shared pages counted by share."""
    top = psutil.Process(pid)
    family: Sequence[psutil.Process] = [top, *top.children(recursive=True)]
    total: int = sum(one.memory_full_info().pss for one in family)
    return total / 2**20
