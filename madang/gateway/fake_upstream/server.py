"""The fake provider's server: HTTP/1.1 by hand, so that it can break off at any byte."""

import asyncio
import json
import socket
import ssl as tls
import struct
from collections.abc import Sequence
from typing import Any, Self
from urllib.parse import urlsplit

from madang.gateway.fake_upstream.faults import Status
from madang.gateway.fake_upstream.sound import sounded
from madang.gateway.fake_upstream.turns import JSON_BODY, Pause, Received, Reply, Say, Turn, embedded

_ASKED = ("/chat/completions", "/embeddings", "/audio/speech", "/audio/transcriptions", "/audio/translations")
_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests"}


class FakeUpstream:
    """An OpenAI-compatible server on a free loopback port that answers its turns in order; the last one repeats.

        async with FakeUpstream("hello", Status.rate_limited("1"), Fault.mid_json) as upstream:
            ... upstream.base_url ... upstream.requests[0].json

    A text is `Say(text)`; a function of the request chooses a turn when it comes. `api_key` makes it refuse any
    other; `pages` are further JSON answers by path. `bytes_received` counts all that came, before any parsing.
    """

    def __init__(
        self,
        *turns: Turn,
        models: Sequence[str] = ("fake-model",),
        owned_by: str = "fake",
        api_key: str | None = None,
        pages: dict[str, Any] | None = None,
        ssl: tls.SSLContext | None = None,
        port: int = 0,
    ) -> None:
        self._turns: list[Turn] = list(turns) or ["hello"]
        self._next = 0
        self._key = api_key
        data = [{"id": name, "object": "model", "created": 0, "owned_by": owned_by} for name in models]
        self._pages = {"/v1/models": {"object": "list", "data": data}, **(pages or {})}
        self._ssl = ssl
        self._port = port
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.requests: list[Received] = []
        self.lookups: list[Received] = []
        self.bytes_received = 0

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return self._port

    @property
    def base_url(self) -> str:
        """Return the address to give to a client, with `/v1`."""
        return f"{'https' if self._ssl else 'http'}://127.0.0.1:{self._port}/v1"

    async def start(self) -> Self:
        """Listen. Raises `OSError` when the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", self._port, ssl=self._ssl)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        """Stop listening and drop every connection."""
        if self._server:
            self._server.close()
        for task in tuple(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def answer(self, request: Received) -> Reply:
        """Return the reply to a request: a page, a refusal, or the next turn."""
        path = urlsplit(request.path).path
        if self._key and request.headers.get("authorization") != f"Bearer {self._key}":
            self.lookups.append(request)
            return Status(401, "Incorrect API key provided", "invalid_api_key").reply(request)
        if request.method == "GET" or not path.endswith(_ASKED):
            self.lookups.append(request)
            return self._page(path, request)
        self.requests.append(request)
        if path.endswith("/embeddings"):
            return embedded(request)
        turn = self._turns[min(self._next, len(self._turns) - 1)]
        self._next += 1
        return _reply(turn, request)

    def _page(self, path: str, request: Received) -> Reply:
        if path not in self._pages:
            return Status(404, f"no such page: {path}").reply(request)
        return Reply([json.dumps(self._pages[path]).encode()], headers=JSON_BODY)

    def opened(self, task: asyncio.Task[None]) -> None:
        """Remember a connection until it ends."""
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)


def _reply(turn: Turn, request: Received) -> Reply:
    if isinstance(turn, str):
        return sounded(request, turn) if "/audio/" in request.path else Say(turn).reply(request)
    if callable(turn):
        return _reply(turn(request), request)
    return turn.reply(request)


class _Connection(asyncio.StreamReaderProtocol):
    """One client. `gone` is set as soon as it leaves, also while nothing is being sent."""

    def __init__(self, upstream: FakeUpstream) -> None:
        self._upstream = upstream
        self._gone = asyncio.Event()
        self._input = asyncio.StreamReader(limit=2**20)
        super().__init__(self._input, self._opened)

    def _opened(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._upstream.opened(asyncio.ensure_future(self._serve(reader, writer)))

    def data_received(self, data: bytes) -> None:
        self._upstream.bytes_received += len(data)
        super().data_received(data)

    def eof_received(self) -> bool | None:
        self._gone.set()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone.set()
        super().connection_lost(exc)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await _read(reader):
                reply = self._upstream.answer(request)
                try:
                    await self._send(reply, request, writer)
                except (ConnectionError, _ClientGone):
                    request.outcome = "client_gone"
                    return
                request.outcome = "answered"
                if reply.ending != "whole" or not reply.status:
                    return
        finally:
            writer.close()

    async def _send(self, reply: Reply, request: Received, writer: asyncio.StreamWriter) -> None:
        has_length = any(name == "Content-Length" for name, _ in reply.headers)
        if reply.status:
            writer.write(_head(reply, has_length))
        for piece in reply.pieces:
            if isinstance(piece, Pause):
                await self._pause(piece.seconds)
            else:
                writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if reply.status else piece)
                await writer.drain()
            if self._gone.is_set():
                raise _ClientGone
        if reply.ending == "reset":
            await writer.drain()
            await asyncio.sleep(0.02)
            _reset(writer)
        elif reply.ending == "truncated":
            writer.write(b'4000\r\ndata: {"choices"')
        elif reply.status and not has_length:
            writer.write(b"0\r\n\r\n")
        await writer.drain()

    async def _pause(self, seconds: float) -> None:
        limit = None if seconds == float("inf") else seconds
        try:
            await asyncio.wait_for(self._gone.wait(), limit)
        except TimeoutError:
            return
        raise _ClientGone


class _ClientGone(Exception):
    """The client left before its answer was whole."""


async def _read(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        method, path, _ = first.split(" ")
        pairs = (line.split(":", 1) for line in lines)
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        body = await _read_body(reader, headers)
    except (asyncio.IncompleteReadError, ConnectionError, ValueError):
        return None
    return Received(method, path, headers, body)


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers.get("content-length", 0)))
    body = bytearray()
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return bytes(body)


def _head(reply: Reply, has_length: bool) -> bytes:
    framing = () if has_length else (("Transfer-Encoding", "chunked"),)
    lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Fake')}"]
    lines += [f"{name}: {value}" for name, value in (*reply.headers, *framing)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with a TCP reset: a linger of no seconds throws away what was not sent."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
