"""LOAD-01: many readers that wait, the memory they take, and whether each hears what then happens."""

import asyncio
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from bench.figures import Figure
from bench.processes import BEARER, TOKEN, free_port, madang, pss_mib, until_answers

READERS, AT_ONCE, HELD_SECONDS = 5000, 100, 20
_REQUEST = (
    f"GET /api/live/events?stream=app HTTP/1.1\r\nHost: 127.0.0.1:{{port}}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
)


def measure() -> Iterator[Figure]:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    # Ours and the server's, which takes them over.
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with TemporaryDirectory() as folder:
        port = free_port()
        with madang(Path(folder), port) as process:
            until_answers(port, "/api/health/ready", time.monotonic(), BEARER)
            yield from asyncio.run(_hold(port, process.pid))


async def _hold(port: int, pid: int) -> list[Figure]:
    readers, places = [Reader(port) for _ in range(READERS)], asyncio.Semaphore(AT_ONCE)
    await asyncio.gather(*(reader.open(places) for reader in readers))
    await asyncio.sleep(HELD_SECONDS)
    memory = pss_mib(pid)
    told = [asyncio.create_task(reader.hears()) for reader in readers]
    since = time.perf_counter()
    await _happen(port)
    errors = (await asyncio.gather(*told)).count(False)
    seconds = time.perf_counter() - since
    for reader in readers:
        reader.close()
    return [
        Figure(f"LOAD-01: {READERS} idle event streams: errors", errors, "", goal=0),
        Figure(f"LOAD-01: {READERS} idle event streams: memory", memory, "MiB", goal=500),
        Figure(f"LOAD-01: {READERS} idle event streams: until all have heard", seconds * 1000, "ms"),
    ]


async def _happen(port: int) -> None:
    async with aiohttp.ClientSession(headers=BEARER) as session:
        url = f"http://127.0.0.1:{port}/api/chat/conversations"
        async with session.post(url, json={"title": "something happens"}) as answer:
            answer.raise_for_status()


class Reader:
    """One connection that follows everybody's stream."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._writer: asyncio.StreamWriter | None = None
        self._reader: asyncio.StreamReader | None = None
        self._is_open = False

    async def open(self, places: asyncio.Semaphore) -> None:
        """Ask for the stream, and wait for its head."""
        async with places:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**14)
            self._writer.write(_REQUEST.format(port=self._port).encode())
            self._is_open = b" 200 " in await self._reader.readline()

    async def hears(self) -> bool:
        """Say whether the next event comes, within a minute."""
        if self._reader is None or not self._is_open:
            return False
        try:
            async with asyncio.timeout(60):
                await self._reader.readuntil(b"event: conversation.created")
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            return False
        return True

    def close(self) -> None:
        """Go away."""
        if self._writer:
            self._writer.transport.abort()
