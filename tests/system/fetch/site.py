"""A web server on loopback that answers by path, as badly as a test wants it, and a name service that tests write."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from madang.system.executor import Asking, Outcome
from madang.system.fetch.addresses import Address, not_public
from madang.system.fetch.executor import FetchExecutor
from madang.system.fetch.fetcher import Fetcher
from madang.system.fetch.limits import FetchLimits
from madang.system.requests import FetchPage
from madang.system.types import Actor

# To these tests the one address is the public internet; every other of loopback stays what it is.
PUBLIC = "127.0.0.2"
Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]
Pages = Mapping[str, bytes | Answer]


@dataclass
class Site:
    """A server: `pages` by path, and the heads of the requests it got."""

    pages: Pages
    port: int = 0
    heads: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            page = self.pages.get(head.split(" ")[1], answer(b"not here", status="404 Not Found"))
            if isinstance(page, bytes):
                writer.write(page)
                await writer.drain()
            else:
                await page(writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def answer(body: bytes, type: str = "text/html; charset=utf-8", status: str = "200 OK", **headers: str) -> bytes:
    """Return a whole answer; `headers` are named with `_` for `-`."""
    extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


def moved(location: str) -> bytes:
    return answer(b"", status="302 Found", Location=location)


@asynccontextmanager
async def serving(
    pages: Pages, host: str = PUBLIC, port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Site]:
    site = Site(pages)
    server = await asyncio.start_server(site.serve, host, port, ssl=tls)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()


class Names:
    """A name service. Each asking takes the next of a name's answers; the last one stays. `CNAME`s are followed."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {name.replace("_", "."): list(given) for name, given in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        given = self.answers[host]
        found = given.pop(0) if len(given) > 1 else given[0]
        return await self(found[0]) if found[0] in self.answers else found


def only_public(address: Address) -> str | None:
    return None if str(address) == PUBLIC else not_public(address)


def executor(names: Names, limits: FetchLimits | None = None, trust: ssl.SSLContext | None = None) -> FetchExecutor:
    return FetchExecutor(Fetcher(limits, names, only_public, trust))


async def fetched(one: FetchExecutor, url: str) -> Outcome:
    async with await one.prepare(FetchPage(url), Asking(Actor("person", "me"))) as prepared:
        return await prepared.perform(lambda what, facts: None)
