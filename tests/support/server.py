"""Madang as its users get it: a process of its own, with its own data folder, spoken to over HTTP."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.support.ordinary import Ordinary

ROOT = Path(__file__).resolve().parents[2]
_INHERITED = ("PATH", "LANG", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH", "SSL_CERT_FILE")
_QUIET = {
    "MADANG_OPEN_BROWSER": "off",
    "MADANG_BUILTIN": "off",
    "MADANG_PORT": "0",
    "MADANG_DISCOVER": "off",
    "MADANG_PRICE_LIST_URL": "http://127.0.0.1:9/prices.json",  # a closed port of this machine
}

# Where nothing is encrypted, reading this machine's certificates for every client is time for nothing.
_PLAIN: dict[str, Any] = {"timeout": 60, "verify": False}


class NotStarted(AssertionError):
    """Madang ended, or did not answer in time; the message ends with what it printed."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A signed-in browser's two halves, both needed: the cookie and the header token."""

    cookies: dict[str, str]
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Madang-Token": self.token, "Sec-Fetch-Site": "same-origin"}


@dataclass(slots=True)
class Server:
    """One Madang: `start` it, talk to `url`, `kill` it, `start` it again on the same data."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    arguments: Sequence[str] = ()
    process: subprocess.Popen[bytes] | None = None
    user: Ordinary | None = None

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    @property
    def runtime(self) -> dict[str, Any]:
        """What the running process wrote about itself: pid, port, url, control_key."""
        found: dict[str, Any] = json.loads((self.data_dir / "runtime.json").read_text())
        return found

    @property
    def url(self) -> str:
        return str(self.runtime["url"]).rstrip("/")

    @property
    def output(self) -> str:
        """Everything it has printed, over all its starts."""
        path = self.folder / "output.txt"
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def sign_in_url(self) -> str:
        """The last sign-in address it printed."""
        addresses: list[str] = re.findall(r"http://\S+/#code=\S+", self.output)
        return addresses[-1]

    def start(self, timeout: float = 60) -> "Server":
        """Start the process and wait until it answers. Raises `NotStarted` with its output."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "output.txt").open("ab") as output:
            self.process = subprocess.Popen(
                [self.user.python if self.user else sys.executable, "-m", "madang", "serve", *self.arguments],
                cwd=self.folder, env=self._environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                **(self.user.rights if self.user else {}),
            )  # fmt: skip
        self._wait(time.monotonic() + timeout)
        return self

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self, timeout: float = 15) -> int:
        """End it as Ctrl-C would and return its exit code; a process that does not end in time is killed."""
        return self._end(signal.SIGINT, timeout)

    def restart(self) -> "Server":
        self.stop()
        return self.start()

    def sign_in(self) -> Credentials:
        """Sign in with a one-time code, asked for with the key that only this machine's user can read."""
        with httpx.Client(base_url=self.url, **_PLAIN) as client:
            bearer = {"Authorization": f"Bearer {self.runtime['control_key']}"}
            code = client.post("/api/session/code", headers=bearer).raise_for_status().json()["code"]
            session = client.post("/api/session", json={"code": code}).raise_for_status()
            return Credentials(dict(session.cookies), session.json()["token"])

    def client(self, credentials: Credentials | None = None) -> httpx.Client:
        """Return a signed-in client; close it, or use it in a `with`."""
        who = credentials or self.sign_in()
        return httpx.Client(base_url=self.url, cookies=who.cookies, headers=who.headers, **_PLAIN)

    def async_client(self, credentials: Credentials | None = None) -> httpx.AsyncClient:
        """The same for tests that do several things at once."""
        who = credentials or self.sign_in()
        return httpx.AsyncClient(base_url=self.url, cookies=who.cookies, headers=who.headers, **_PLAIN)

    def anonymous(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, **_PLAIN)

    def _environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        own = {"HOME": str(self.folder), "MADANG_DATA_DIR": str(self.data_dir), "PYTHONPATH": str(ROOT)}
        lent = {"PYTHONPATH": self.user.path} if self.user else {}
        return {**inherited, "PYTHONUNBUFFERED": "1", **own, **lent, **_QUIET, **self.environment}

    def _wait(self, deadline: float) -> None:
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                raise NotStarted(f"Madang ended at start.\n{self.output}")
            if self._answers():
                return
            time.sleep(0.02)
        self.kill()
        raise NotStarted(f"Madang did not answer in time.\n{self.output}")

    def _answers(self) -> bool:
        try:
            mine = self.process is not None and self.runtime["pid"] == self.process.pid
            return mine and httpx.get(f"{self.url}/api/health/live", timeout=5, verify=False).status_code == 200
        except (OSError, ValueError, KeyError, httpx.TransportError):
            return False

    def _end(self, how: signal.Signals, timeout: float = 15) -> int:
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


@contextmanager
def running(
    folder: Path, arguments: Sequence[str] = (), user: Ordinary | None = None, **environment: str
) -> Iterator[Server]:
    """Run Madang in `folder` with these variables, such as `MADANG_MODEL="env/tiny"`, and end it at the end.

    It runs as `user`, who must own the folder, else as who runs the tests.

    What it printed goes to the test's own output, which pytest shows when the test fails.
    """
    server = Server(folder, environment, arguments, user=user)
    try:
        yield server.start()
    finally:
        server.stop()
        print(f"--- Madang in {folder} printed ---\n{server.output[-20_000:]}")
