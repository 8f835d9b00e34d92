"""Both sides of a comparison as a client sees them: Madang's chat, and the bare pass-through to the same provider."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import orjson

from bench.processes import BEARER, free_port, madang, started, until_answers, until_listens
from tests.support.upstream import upstream_process

Ask = Callable[[aiohttp.ClientSession, "Sides", int], Awaitable[None]]
Note = Callable[[str], None]
"""Called with each piece of an answer when it comes."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The ports of Madang and of the pass-through, Madang's process and its data folder."""

    ours: int
    bare: int
    pid: int
    folder: Path


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer: the words in it, and the seconds until the first of them and until the end."""

    words: int
    first: float
    last: float


@contextmanager
def both_sides(say: str, **environment: str) -> Iterator[Sides]:
    """Run a provider that says `say` at full speed, Madang before it, and the pass-through before it."""
    with upstream_process("--say", say) as upstream, sides_before(upstream, **environment) as sides:
        yield sides


@contextmanager
def sides_before(upstream: str, **environment: str) -> Iterator[Sides]:
    """Run Madang and the pass-through before the provider at `upstream`."""
    with TemporaryDirectory() as folder:
        provider = {"OPENAI_BASE_URL": upstream, "OPENAI_API_KEY": "bench", "MADANG_MODEL": "env/fake-model"}
        ours, bare = free_port(), free_port()
        with (
            madang(Path(folder), ours, **provider, **environment) as process,
            started("bench.yardsticks.passthrough", str(bare), upstream),
        ):
            until_answers(ours, "/api/health/ready", time.monotonic(), BEARER)
            until_listens(bare)
            yield Sides(ours, bare, process.pid, Path(folder))


@asynccontextmanager
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    """Open a client with as many connections as it needs, and Madang's token."""
    timeout = aiohttp.ClientTimeout(total=300)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), headers=BEARER, timeout=timeout
    ) as session:
        yield session


async def ask_ours(session: aiohttp.ClientSession, sides: Sides, number: int) -> None:
    """Ask Madang and wait for the whole answer."""
    body = {"content": f"hello {number}", "cache": "off"}
    async with session.post(f"http://127.0.0.1:{sides.ours}/api/chat", json=body) as answer:
        await _whole(answer)


async def ask_bare(session: aiohttp.ClientSession, sides: Sides, number: int) -> None:
    """Ask the pass-through and wait for the whole answer."""
    async with session.post(f"http://127.0.0.1:{sides.bare}/", json=_bare_body(number)) as answer:
        await _whole(answer)


async def stream_ours(session: aiohttp.ClientSession, sides: Sides, number: int, note: Note | None = None) -> Heard:
    """Ask Madang and count the words as they come."""
    body = {"content": f"hello {number}", "cache": "off", "stream": True}
    url = f"http://127.0.0.1:{sides.ours}/api/chat"
    return await _hear(session, url, body, lambda event: event.get("text") or "", note)


async def stream_bare(session: aiohttp.ClientSession, sides: Sides, number: int, note: Note | None = None) -> Heard:
    """Ask the pass-through and count the words as they come."""
    return await _hear(session, f"http://127.0.0.1:{sides.bare}/stream", _bare_body(number), _delta_of, note)


async def ask_door(session: aiohttp.ClientSession, sides: Sides, number: int) -> None:
    """Ask Madang's `/v1` and wait for the whole answer."""
    async with session.post(f"http://127.0.0.1:{sides.ours}/v1/chat/completions", json=_whole_body(number)) as answer:
        await _whole(answer)


async def ask_door_again(session: aiohttp.ClientSession, sides: Sides, number: int) -> None:
    """Ask Madang's `/v1` what it was asked before, and wait for the answer that it kept."""
    body = {**_whole_body(0), "temperature": 0}
    async with session.post(f"http://127.0.0.1:{sides.ours}/v1/chat/completions", json=body) as answer:
        await _whole(answer)
        if number and answer.headers["x-madang-cache"] != "hit":
            raise RuntimeError("the answer was not kept")


async def ask_bare_whole(session: aiohttp.ClientSession, sides: Sides, number: int) -> None:
    """Ask the pass-through for an answer in one piece."""
    async with session.post(f"http://127.0.0.1:{sides.bare}/", json=_whole_body(number)) as answer:
        await _whole(answer)


async def stream_door(session: aiohttp.ClientSession, sides: Sides, number: int, note: Note | None = None) -> Heard:
    """Ask Madang's `/v1` and count the words as they come."""
    return await _hear(
        session, f"http://127.0.0.1:{sides.ours}/v1/chat/completions", _bare_body(number), _delta_of, note
    )


def _whole_body(number: int) -> dict[str, Any]:
    return {**_bare_body(number), "stream": False}


def _bare_body(number: int) -> dict[str, Any]:
    return {"model": "fake-model", "messages": [{"role": "user", "content": f"hello {number}"}], "stream": True}


async def _whole(answer: aiohttp.ClientResponse) -> None:
    text = await answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{answer.url} answered {answer.status}: {text[:500]!r}")


async def _hear(
    session: aiohttp.ClientSession, url: str, body: dict[str, Any], words_of: Any, note: Note | None
) -> Heard:
    since, first, words = time.perf_counter(), 0.0, 1
    async with session.post(url, json=body) as answer:
        async for line in answer.content:
            if answer.status != 200:
                raise RuntimeError(f"{url} answered {answer.status}: {line!r}")
            if line.startswith(b"data: {") and (text := words_of(orjson.loads(line[6:]))):
                first = first or time.perf_counter() - since
                if note:
                    note(text)
                # A word may come in two pieces, the space before it in one.
                words += text.count(" ")
    return Heard(words, first, time.perf_counter() - since)


def _delta_of(event: dict[str, Any]) -> str:
    choices = event.get("choices") or [{}]
    return choices[0].get("delta", {}).get("content") or ""
