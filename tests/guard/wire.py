"""Requests as anybody may write them: every header by hand, nothing corrected on the way."""

import json
import re
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

UPGRADE = (
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json()["error"]["code"])


def ask(
    port: int,
    method: str,
    target: str,
    headers: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
    host: str | None = "",
) -> Answer:
    """Send one request and read one answer. `host=""` is the server's own name, `None` sends no Host header."""
    lines = [f"{method} {target} HTTP/1.1"]
    if host is not None:
        lines.append(f"Host: {host or f'127.0.0.1:{port}'}")
    lines += [f"{name}: {value}" for name, value in headers]
    if body and not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in headers):
        lines.append(f"Content-Length: {len(body)}")
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        # An early refusal hangs up before the body is through.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        return _read(connection, method)


def _read(connection: socket.socket, method: str) -> Answer:
    received = b""
    while b"\r\n\r\n" not in received:
        if not (part := connection.recv(65536)):
            raise AssertionError(f"no answer, only {received!r}")
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    length = 0 if method == "HEAD" else int(headers.get("content-length", 0))
    while len(body) < length and (part := connection.recv(65536)):
        body += part
    return Answer(int(first.split()[1]), headers, body)


def answers(port: int, sent: bytes, patience: float = 20) -> tuple[list[int], str]:
    """Send exactly these bytes; return the status of each answer until the server hangs up, and all it said.

    A server that does not hang up within `patience` seconds fails the test.
    """
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(sent)
        with suppress(ConnectionResetError):
            while part := connection.recv(65536):
                received += part
    text = received.decode("latin-1")
    return [int(status) for status in re.findall(r"HTTP/1\.1 (\d{3})", text)], text
