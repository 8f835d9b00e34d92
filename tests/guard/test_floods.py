"""Sockets that send too much, too large or too often are closed, and the pages of others go on."""

import socket
from contextlib import ExitStack, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.sync.client import ClientConnection, connect

from tests.support.server import Credentials, Server

UPGRADES = 500


@pytest.fixture(scope="module")
def someone(server: Server) -> Credentials:
    return server.sign_in()


def opened(server: Server, someone: Credentials, **options: Any) -> ClientConnection:
    with server.client(someone) as client:
        ticket = client.post("/api/session/ticket").raise_for_status().json()["ticket"]
    address = server.url.replace("http", "ws", 1) + "/api/live"
    return connect(address, subprotocols=["madang.live", f"ticket.{ticket}"], max_size=None, **options)  # type: ignore[list-item]


def closed_with(line: ClientConnection) -> int:
    """Read until the server closes and return its code."""
    with pytest.raises(ConnectionClosed) as ended:
        while True:
            line.recv(timeout=30)
    return ended.value.rcvd.code if ended.value.rcvd else 1006


def is_alive(line: ClientConnection) -> bool:
    line.send('{"type": "ping"}')
    return "pong" in str(line.recv(timeout=30))


def test_WEB_20_five_hundred_strangers_at_the_socket_are_all_turned_away(server: Server, someone: Credentials) -> None:
    place = urlsplit(server.url)
    upgrade = (
        f"GET /api/live HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with opened(server, someone) as mine, ExitStack() as stack:
        strangers = []
        for _ in range(UPGRADES):
            stranger = stack.enter_context(socket.create_connection((str(place.hostname), int(place.port or 0)), 60))
            stranger.sendall(upgrade.encode())
            strangers.append(stranger)
        answers = {_all_of(stranger).partition(b"\r\n")[0] for stranger in strangers}
        assert answers == {b"HTTP/1.1 403 Forbidden"}
        assert is_alive(mine)


def _all_of(stranger: socket.socket) -> bytes:
    received = b""
    with suppress(ConnectionResetError):
        while part := stranger.recv(65536):
            received += part
    return received


@pytest.mark.parametrize("packed", [False, True])
def test_WEB_20_a_frame_of_twenty_megabytes_closes_its_socket(
    server: Server, someone: Credentials, packed: bool
) -> None:
    extensions = [ClientPerMessageDeflateFactory()] if packed else None
    with (
        opened(server, someone) as other,
        opened(server, someone, compression=None, extensions=extensions) as line,
    ):
        with suppress(ConnectionClosed):
            line.send(" " * 20 * 2**20)
        assert closed_with(line) in ((1009,) if packed else (1009, 1006))
        assert is_alive(other)


def test_WEB_20_a_message_in_too_many_pieces_closes_its_socket(server: Server, someone: Credentials) -> None:
    with opened(server, someone) as other, opened(server, someone, compression=None) as line:
        with suppress(ConnectionClosed):
            line.send(" " for _ in range(100_000))
        assert closed_with(line) in (1008, 1006)
        assert is_alive(other)


def test_a_message_in_a_few_pieces_is_read(server: Server, someone: Credentials) -> None:
    with opened(server, someone, compression=None) as line:
        line.send(iter(['{"type":', ' "ping"}']))
        assert "pong" in str(line.recv(timeout=30))


@pytest.mark.parametrize("kind", [Opcode.PING, Opcode.PONG])
def test_WEB_20_a_flood_of_pings_closes_its_socket(server: Server, someone: Credentials, kind: Opcode) -> None:
    flood = Frame(kind, b"x" * 125).serialize(mask=True, extensions=[])
    with opened(server, someone) as other, opened(server, someone, compression=None) as line:
        with suppress(OSError):
            for _ in range(2000):
                line.socket.sendall(flood)
        assert closed_with(line) in (1008, 1006)
        assert is_alive(other)


def test_who_speaks_before_the_answer_is_not_let_in(server: Server, someone: Credentials) -> None:
    place = urlsplit(server.url)
    early = Frame(Opcode.TEXT, b'{"type": "ping"}').serialize(mask=True, extensions=[])
    upgrade = (
        f"GET /api/live HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with socket.create_connection((str(place.hostname), int(place.port or 0)), 60) as stranger:
        stranger.sendall(upgrade.encode() + early)
        assert b" 101 " not in _all_of(stranger)
