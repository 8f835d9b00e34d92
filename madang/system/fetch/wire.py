"""One connection for one request, on aiohttp: only to addresses that were checked. Loaded at the first fetch."""

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from madang.system.fetch.addresses import Address
from madang.system.fetch.errors import FetchTimedOut, FetchUnreachable
from madang.system.fetch.limits import FetchLimits
from madang.system.fetch.urls import PageUrl

_HEADERS = {
    "User-Agent": "Madang",
    "Accept": "text/html, application/xhtml+xml, text/markdown, text/plain, application/json, application/xml;q=0.9",
    "Accept-Encoding": "gzip, deflate",
}


class _Pinned(AbstractResolver):
    """Answers with the addresses that were checked; nothing is looked up a second time."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=str(one),
                port=port,
                family=socket.AF_INET if one.version == 4 else socket.AF_INET6,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for one in self._addresses
        ]

    async def close(self) -> None:
        """There is nothing to close."""


class Page:
    """An answer whose headers are there."""

    def __init__(self, inner: aiohttp.ClientResponse, host: str, limits: FetchLimits) -> None:
        self._inner = inner
        self._host = host
        self._limits = limits
        self.status = inner.status
        self.headers = inner.headers

    async def pieces(self) -> AsyncGenerator[bytes]:
        """Yield the body as it comes, still packed. Raises `FetchTimedOut` and `FetchUnreachable`."""
        while True:
            try:
                async with asyncio.timeout(self._limits.gap):
                    piece = await self._inner.content.readany()
            except TimeoutError as error:
                raise FetchTimedOut("the page came to a halt", host=self._host) from error
            except (aiohttp.ClientError, OSError) as error:
                raise FetchUnreachable("the connection broke off", host=self._host, reason="connection") from error
            if not piece:
                return
            yield piece


@asynccontextmanager
async def opened(
    url: PageUrl, addresses: Sequence[Address], limits: FetchLimits, trust: ssl.SSLContext
) -> AsyncIterator[Page]:
    """Ask for a page and give the answer once its headers came; leaving closes the connection.

    No cookies, no credentials, no proxy of the environment, no redirect followed. Raises `FetchTimedOut` and
    `FetchUnreachable`.
    """
    async with aiohttp.ClientSession(
        connector=_connector(addresses, trust),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, connect=limits.connect, sock_connect=limits.connect),
        trust_env=False,
        auto_decompress=False,
    ) as session:
        inner = await _asked(session, url, limits)
        try:
            yield Page(inner, url.host, limits)
        finally:
            inner.close()


def _connector(addresses: Sequence[Address], trust: ssl.SSLContext) -> aiohttp.TCPConnector:
    """Return a connector that makes a socket for none but these addresses, whatever the library asks it for."""
    allowed = {str(one) for one in addresses}

    def made(info: Any) -> socket.socket:
        family, kind, protocol, _, where = info
        if where[0] not in allowed:
            raise OSError(f"not an address that was checked: {where[0]}")
        return socket.socket(family=family, type=kind, proto=protocol)

    return aiohttp.TCPConnector(
        resolver=_Pinned(addresses), use_dns_cache=False, ssl=trust, force_close=True, socket_factory=made
    )


async def _asked(session: aiohttp.ClientSession, url: PageUrl, limits: FetchLimits) -> aiohttp.ClientResponse:
    try:
        async with asyncio.timeout(limits.connect + limits.gap):
            return await session.get(URL(str(url), encoded=True), headers=_HEADERS, allow_redirects=False)
    except aiohttp.ClientSSLError as error:
        raise FetchUnreachable("there is no secure connection", host=url.host, reason="certificate") from error
    except TimeoutError as error:
        raise FetchTimedOut("no answer in time", host=url.host) from error
    except aiohttp.ClientResponseError as error:
        raise FetchUnreachable("the answer is not HTTP", host=url.host, reason="answer") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise FetchUnreachable("there is no connection", host=url.host, reason="connection") from error
