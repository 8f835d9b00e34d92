"""`python -m soak.streams`: thousands of open event streams on one server, and what they cost.

Each follows the stream of the whole application, hears one event and some heartbeats, and is closed again.
"""

import argparse
import asyncio
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from soak.server import TOKEN
from tests.support.server import Server

PATIENCE_SECONDS = 300
# Connections that the measuring itself keeps open.
SPARE_FDS = 4
OPENED_AT_ONCE = 100
HEARTBEAT = b": still here"
GOAL_MIB = 500
_HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@dataclass(slots=True)
class Stream:
    """One reader. `heard` is what came, but for the heartbeats, which are counted."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: list[bytes] = field(default_factory=list)
    heartbeats: int = 0

    async def read(self) -> None:
        """Read until the other side ends it."""
        while line := await self.reader.readline():
            if line.startswith(HEARTBEAT):
                self.heartbeats += 1
            elif line.startswith(b"event: "):
                self.heard.append(line)


async def main(count: int, seconds: float) -> int:
    """Open `count` streams, hold them for `seconds`, print what was measured; 0 where everything held."""
    with tempfile.TemporaryDirectory(prefix="madang-streams-") as folder:
        server = Server(Path(folder), {"MADANG_TOKEN": TOKEN, "MADANG_LOG_LEVEL": "WARNING"}).start()
        try:
            async with httpx.AsyncClient(base_url=server.url, headers=_HEADERS, timeout=60) as client:
                return await _measure(client, psutil.Process(server.runtime["pid"]), count, seconds)
        finally:
            server.stop(60)


async def _measure(client: httpx.AsyncClient, process: psutil.Process, count: int, seconds: float) -> int:
    await _talk(client)
    base, memory = process.num_fds(), _pss_mib(process)
    began = time.monotonic()
    streams = await _open_all(client.base_url.port or 0, count)
    print(f"{len(streams)} streams open in {time.monotonic() - began:.1f} s", flush=True)
    reading = [asyncio.create_task(stream.read()) for stream in streams]
    await client.put("/api/chat/drafts/new", json={"content": "told to everybody"})
    times = await _health(client, 200, over_seconds=seconds)
    errors = sum(task.done() for task in reading) + count - len(streams)
    silent = sum(not stream.heard or not stream.heartbeats for stream in streams)
    print(f"errors: {errors}, without their event or heartbeat: {silent}", flush=True)
    for why, number in Counter(_why(task, stream) for task, stream in zip(reading, streams, strict=True)).items():
        print(f"  {number} {why}")
    full, rss, fds = _pss_mib(process), process.memory_info().rss / 2**20, process.num_fds()
    for stream in streams:
        stream.writer.close()
    await asyncio.gather(*reading, return_exceptions=True)
    after = await _fds_again(process, base)
    p99 = statistics.quantiles(times, n=100)[98]
    print(f"memory: PSS {memory:.0f} MiB before, {full:.0f} MiB with all open (RSS {rss:.0f} MiB), goal {GOAL_MIB}")
    print(f"health: p50 {statistics.median(times) * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms meanwhile")
    print(f"descriptors: {base} before, {fds} with all open, {after} afterwards")
    return int(errors > 0 or silent > 0 or full > GOAL_MIB or p99 > 1 or after > base + SPARE_FDS)


def _why(task: asyncio.Task[None], stream: Stream) -> str:
    """Say how a stream is, or how it ended."""
    if not task.done():
        return "still open"
    return f"ended with {task.exception()!r} after {stream.heard[-1:]} and {stream.heartbeats} heartbeats"


async def _talk(client: httpx.AsyncClient) -> None:
    """Have everything opened that is opened at its first use."""
    await asyncio.gather(*(client.get("/api/chat/conversations") for _ in range(20)))
    await client.put("/api/chat/drafts/new", json={"content": "before"})


async def _open_all(port: int, count: int) -> list[Stream]:
    places = asyncio.Semaphore(OPENED_AT_ONCE)

    async def opened() -> Stream:
        async with places:
            return await _open(port)

    found = await asyncio.gather(*(opened() for _ in range(count)), return_exceptions=True)
    for error in {repr(one) for one in found if isinstance(one, BaseException)}:
        print(f"a stream did not open: {error}")
    return [one for one in found if isinstance(one, Stream)]


async def _open(port: int) -> Stream:
    async with asyncio.timeout(PATIENCE_SECONDS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        request = f"GET /api/live/events?stream=app HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {TOKEN}"
        writer.write(f"{request}\r\n\r\n".encode())
        status = await reader.readline()
        if b" 200 " not in status:
            raise ConnectionError(status.decode())
        await reader.readuntil(b"retry: 1000\n\n")
        return Stream(reader, writer)


async def _health(client: httpx.AsyncClient, times: int, over_seconds: float = 0) -> list[float]:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        (await client.get("/api/health/ready")).raise_for_status()
        taken.append(time.perf_counter() - began)
        await asyncio.sleep(over_seconds / times)
    return taken


async def _fds_again(process: psutil.Process, base: int) -> int:
    until = time.monotonic() + PATIENCE_SECONDS
    while process.num_fds() > base + SPARE_FDS and time.monotonic() < until:
        await asyncio.sleep(0.5)
    return process.num_fds()


def _pss_mib(process: psutil.Process) -> float:
    return float(process.memory_full_info().pss / 2**20)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m soak.streams", description=__doc__)
    parser.add_argument("--streams", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=45, help="how long they stay open")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    sys.exit(asyncio.run(main(options.streams, options.seconds)))
