"""One HTTP client for every provider, on aiohttp. Loading it takes a while, so `Upstream` does it at the first call."""

import asyncio
import ssl
from collections.abc import Coroutine
from io import BytesIO
from types import TracebackType
from typing import Any

import aiohttp

from madang.gateway.errors import NotAnAnswer, Redirected, TlsFailed, Unreachable, UpstreamError
from madang.gateway.upstream.limits import Limits

# A larger body goes in pieces, between which others have their turn.
_AT_ONCE_BYTES = 2**20


class BrokenOff(Exception):
    """The connection ended before the body did."""


class Silent(Exception):
    """No byte came within the time that was given."""


class Response:
    """An answer whose headers are there. Their names may be asked for in any case."""

    def __init__(self, inner: aiohttp.ClientResponse) -> None:
        self._inner = inner
        self.status = inner.status
        self.headers = inner.headers

    async def read(self, patience: float) -> bytes:
        """Return the next bytes, or none at the end. Raises `Silent` after `patience` seconds, and `BrokenOff`."""
        content = self._inner.content
        try:
            if (data := content.read_nowait()) or content.at_eof():
                return data
            async with asyncio.timeout(patience):
                return await content.readany()
        except TimeoutError as error:
            raise Silent("nothing came in time") from error
        except (aiohttp.ClientError, OSError) as error:
            raise BrokenOff("the connection broke off") from error

    async def read_all(self, limit_bytes: int, patience: float) -> bytes:
        """Return the body, cut at `limit_bytes`; what came within `patience` seconds or before it broke off counts."""
        body, loop = bytearray(), asyncio.get_running_loop()
        until = loop.time() + patience
        try:
            while len(body) < limit_bytes and (data := await self.read(max(0.0, until - loop.time()))):
                body += data
        except (Silent, BrokenOff):
            pass
        return bytes(body[:limit_bytes])


class Wire:
    """The connections. No proxy from the environment, no cookies, no redirects, certificates always checked."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=ssl.create_default_context()),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, connect=limits.connect),
            trust_env=False,
            auto_decompress=False,
        )

    async def close(self) -> None:
        """Drop every connection."""
        await self._session.close()

    def send(
        self, method: str, url: str, headers: dict[str, str], patience: float, body: bytes | None = None
    ) -> "Sent":
        """Send, and give the response once its headers came; leaving closes a connection that is still in use.

        Entering raises `UpstreamError`, and `Silent` after `patience` seconds without headers.
        """
        return Sent(self._open(method, url, headers, patience, body))

    async def _open(
        self, method: str, url: str, headers: dict[str, str], patience: float, body: bytes | None
    ) -> aiohttp.ClientResponse:
        try:
            async with asyncio.timeout(patience):
                data = BytesIO(body) if body and len(body) > _AT_ONCE_BYTES else body
                return await self._session.request(method, url, headers=headers, data=data, allow_redirects=False)
        except aiohttp.ClientError as error:
            raise _mapped(error) from error
        except TimeoutError as error:
            raise Silent("no headers in time") from error
        except (OSError, ValueError) as error:
            raise Unreachable("the provider's address cannot be used", reason="address") from error


class Sent:
    """A request under way, as a block: a class of its own, since a generator takes its time for every call."""

    def __init__(self, opening: Coroutine[Any, Any, aiohttp.ClientResponse]) -> None:
        self._opening = opening
        self._inner: aiohttp.ClientResponse | None = None

    async def __aenter__(self) -> Response:
        self._inner = await self._opening
        try:
            return _checked(self._inner)
        except UpstreamError:
            self._let_go()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._let_go()

    def _let_go(self) -> None:
        if self._inner is not None:
            self._inner.release() if self._inner.content.at_eof() else self._inner.close()


def _checked(inner: aiohttp.ClientResponse) -> Response:
    """Refuse what is no plain answer of this origin: the prompt is sent to nobody else."""
    if 300 <= inner.status < 400:
        raise Redirected("the provider points to another address", http_status=inner.status)
    if inner.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise NotAnAnswer("the answer is compressed and was not asked to be")
    return Response(inner)


def _mapped(error: aiohttp.ClientError) -> UpstreamError:
    """Return what a failure before the headers means."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return TlsFailed("the provider's certificate cannot be trusted")
    if isinstance(error, aiohttp.ClientSSLError):
        return TlsFailed("there is no secure connection to the provider", reason="handshake")
    if isinstance(error, aiohttp.ClientResponseError):
        return NotAnAnswer("the answer is not HTTP")
    return Unreachable("there is no connection to the provider", reason=_why(error))


def _why(error: aiohttp.ClientError) -> str:
    match error:
        case aiohttp.ConnectionTimeoutError():
            return "timeout"
        case aiohttp.ClientConnectorDNSError():
            return "name"
        case aiohttp.ClientConnectorError():
            return "refused"
        case aiohttp.InvalidURL():
            return "address"
        case _:
            return "reset"
