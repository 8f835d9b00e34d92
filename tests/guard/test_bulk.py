"""The whole house under what is too much: it answers others meanwhile, and its memory stays within bounds."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from madang.guard.lobby import places
from tests.guard.wire import ask
from tests.support.server import Credentials, Server, running

LARGEST_BYTES = 50 * 2**20
HALF_OPEN = 1000
PART = b" " * 2**20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("madang"), (), MADANG_SOCKET_LIMIT="400") as started:
        yield started


@pytest.fixture(scope="module")
def port(server: Server) -> int:
    return int(urlsplit(server.url).port or 0)


@pytest.fixture(scope="module")
def credentials(server: Server) -> Credentials:
    return server.sign_in()


def own(credentials: Credentials) -> list[tuple[str, str]]:
    cookie = "; ".join(f"{name}={value}" for name, value in credentials.cookies.items())
    return [("Cookie", cookie), *credentials.headers.items(), ("Content-Type", "application/json")]


def peak_bytes(server: Server) -> int:
    """The most memory the server has held so far; where the system does not count that, what it holds."""
    pid = server.runtime["pid"]
    with suppress(FileNotFoundError):
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
        return int(found.group(1)) * 1024 if found else 0
    return int(psutil.Process(pid).memory_info().rss)


@dataclass(slots=True)
class Sending:
    """Sends a body of a gigabyte and keeps what the server says to it."""

    port: int
    head: str
    said: bytes = b""
    sent_bytes: int = 0
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def end(self) -> tuple[str, int]:
        self.thread.join(120)
        assert not self.thread.is_alive()
        return self.said.decode(), self.sent_bytes

    def _run(self) -> None:
        is_chunked = "chunked" in self.head
        part = b"%x\r\n%b\r\n" % (len(PART), PART) if is_chunked else PART
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(self.head.encode())
                while self.sent_bytes < 2**30:
                    connection.sendall(part)
                    self.sent_bytes += len(part)
            with suppress(ConnectionResetError):
                while part := connection.recv(65536):
                    self.said += part


def head(port: int, path: str, headers: list[tuple[str, str]]) -> str:
    return "\r\n".join([f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *(f"{n}: {v}" for n, v in headers), "", ""])


@pytest.mark.parametrize("path", ["/api/chat", "/api/chat/attachments", "/api/session"])
@pytest.mark.parametrize("length", [("Content-Length", str(2**30)), ("Transfer-Encoding", "chunked")])
def test_WEB_18_a_body_of_a_gigabyte_is_413_and_others_are_served(
    server: Server, port: int, credentials: Credentials, path: str, length: tuple[str, str]
) -> None:
    before = peak_bytes(server)
    sending = Sending(port, head(port, path, [*own(credentials), length, ("X-File-Name", "x.txt")]))
    for _ in range(5):
        assert ask(port, "GET", "/api/settings", own(credentials)).status == 200
    said, sent_bytes = sending.end()
    assert said.startswith("HTTP/1.1 413 ")
    assert sent_bytes <= LARGEST_BYTES + 32 * 2**20  # what the system's own buffers take comes on top
    assert peak_bytes(server) - before <= LARGEST_BYTES + 50 * 2**20


def test_WEB_18_a_thousand_half_open_sockets_keep_nobody_out(
    server: Server, port: int, credentials: Credentials
) -> None:
    before = peak_bytes(server)
    assert places(HALF_OPEN) == HALF_OPEN
    with ExitStack() as stack:
        half = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Half: ".encode()
        for _ in range(HALF_OPEN):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60)).sendall(half)
        for _ in range(20):
            assert ask(port, "GET", "/api/settings", own(credentials)).status == 200
            assert ask(port, "GET", "/").status == 200
    assert peak_bytes(server) - before <= 50 * 2**20


def test_WEB_19_ten_thousand_ranges_are_answered_with_the_whole_or_refused(
    server: Server, port: int, credentials: Credentials
) -> None:
    file = [*own(credentials)[:-1], ("X-File-Name", "a.txt"), ("Content-Type", "text/plain")]
    added = ask(port, "POST", "/api/chat/attachments", file, b"letters " * 1000).json()
    before = peak_bytes(server)
    few = "bytes=" + ",".join(f"{n}-{n}" for n in range(2000))
    many = "bytes=" + ",".join(f"{n}-{n}" for n in range(10_000))
    for path, size in ((f"/api/chat/attachments/{added['id']}", 8000), ("/", None)):
        answer = ask(port, "GET", path, [*own(credentials), ("Range", few)])
        assert answer.status == 200
        assert size is None or len(answer.body) == size
        assert ask(port, "GET", path, [*own(credentials), ("Range", many)]).status == 431
    assert peak_bytes(server) - before <= 50 * 2**20


def test_WEB_19_forms_are_taken_nowhere(server: Server, port: int, credentials: Credentials) -> None:
    before = peak_bytes(server)
    fields = b"".join(b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n1\r\n' % n for n in range(100_000))
    huge = b'--x\r\nContent-Disposition: form-data; name="f"\r\n\r\n' + b"x" * 10_000_000
    for body in (fields + b"--x--\r\n", huge + b"\r\n--x--\r\n"):
        form = [*own(credentials)[:-1], ("Content-Type", "multipart/form-data; boundary=x")]
        for path in ("/api/chat", "/api/settings", "/api/session"):
            assert ask(port, "POST", path, form, body).status in (413, 415)
        # Where a file is taken as it is, a form is a file like any other: nobody reads it as a form.
        kept = ask(port, "POST", "/api/chat/attachments", [*form, ("X-File-Name", "x")], body)
        assert (kept.status, kept.json()["size_bytes"]) == (201, len(body))
    assert peak_bytes(server) - before <= LARGEST_BYTES + 50 * 2**20


@pytest.mark.parametrize("coding", ["gzip", "zstd", "br", "deflate", "gzip, identity"])
def test_WEB_19_a_compressed_body_is_never_unpacked(port: int, credentials: Credentials, coding: str) -> None:
    bomb = b"\x1f\x8b" + b"\0" * 1000
    for path in ("/api/chat", "/api/chat/attachments"):
        packed = [*own(credentials), ("Content-Encoding", coding), ("X-File-Name", "x.txt")]
        answer = ask(port, "POST", path, packed, bomb)
        assert (answer.status, answer.code) == (415, "guard.wrong_body")


def test_deep_json_is_refused_in_our_shape(port: int, credentials: Credentials) -> None:
    for deep in (b"[" * 1_000_000, b'{"a":' * 200_000, b'{"content":' + b"[" * 100_000 + b"]" * 100_000 + b"}"):
        answer = ask(port, "POST", "/api/chat", own(credentials), deep)
        assert answer.status in (400, 422)
        assert set(json.loads(answer.body)["error"]) == {"code", "message", "details", "id"}
