"""Fetches a page: each hop looked up once, checked, and connected to what was checked."""

import asyncio
import ssl
from contextlib import aclosing
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from madang.errors import named
from madang.system.fetch.addresses import Forbids, public_and_not_ours
from madang.system.fetch.charsets import decoded
from madang.system.fetch.errors import (
    BadFetchUrl,
    BadRedirect,
    FetchRefused,
    FetchTimedOut,
    FetchTooMany,
    NotPublic,
    NotReadable,
)
from madang.system.fetch.limits import FetchLimits
from madang.system.fetch.lookup import Lookup, SystemLookup, checked_addresses
from madang.system.fetch.reading import Said, of_html, of_text
from madang.system.fetch.unpacking import unpacked
from madang.system.fetch.urls import PageUrl

if TYPE_CHECKING:
    from madang.system.fetch.wire import Page

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HTML = ("text/html", "application/xhtml+xml")
_TEXTS = ("application/json", "application/xml", "application/javascript", "application/yaml", "application/toml")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of it. Either `said` is there, or `elsewhere`: the page has moved to another host, which was not asked
    for and is asked for anew. `received_bytes` are those of the body, unpacked."""

    url: PageUrl
    http_status: int
    said: Said | None = None
    elsewhere: PageUrl | None = None
    type: str = ""
    charset: str = ""
    received_bytes: int = 0
    hops: int = 0


@dataclass(frozen=True, slots=True)
class _Moved:
    to: PageUrl


class Fetcher:
    """Fetches pages of the public internet. `forbids` says which addresses are none of it, `trust` whose certificates
    count; both are given by who builds it and by no setting."""

    def __init__(
        self,
        limits: FetchLimits | None = None,
        lookup: Lookup | None = None,
        forbids: Forbids = public_and_not_ours,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._limits = limits or FetchLimits()
        self._lookup = lookup or SystemLookup()
        self._forbids = forbids
        self._trust = trust
        self._under_way = 0

    def check(self, url: PageUrl) -> None:
        """Refuse an address that spells where nobody is sent; no name is looked up. Raises `NotPublic`."""
        if url.address and (kind := self._forbids(url.address)):
            raise NotPublic("this address is none of the public internet", host=url.host, kind=kind)

    async def fetch(self, url: PageUrl) -> Fetched:
        """Fetch a page and what it moved to on the same host. Raises the errors of this room."""
        if self._under_way >= self._limits.at_once:
            raise FetchTooMany("too many pages at once", most=self._limits.at_once)
        self._under_way += 1
        try:
            async with asyncio.timeout(self._limits.total):
                return await self._followed(url)
        except TimeoutError as error:
            raise FetchTimedOut("the page took too long", host=url.host) from error
        finally:
            self._under_way -= 1

    async def _followed(self, asked: PageUrl) -> Fetched:
        url = asked
        for hops in range(self._limits.hops + 1):
            came = await self._hop(url, hops)
            if isinstance(came, Fetched):
                return came
            if not is_same_site(url, came.to):
                return Fetched(url, 0, elsewhere=came.to, hops=hops)
            url = came.to
        raise BadRedirect("the page moves on and on", reason="hops")

    async def _hop(self, url: PageUrl, hops: int) -> "Fetched | _Moved":
        limits = self._limits
        addresses = await checked_addresses(url, self._lookup, self._forbids, limits.connect)
        wire = await asyncio.to_thread(import_module, "madang.system.fetch.wire")
        self._trust = self._trust or await asyncio.to_thread(ssl.create_default_context)
        async with wire.opened(url, addresses, limits, self._trust) as page:
            location = page.headers.get("Location", "")
            if page.status in _REDIRECTS and location:
                return _Moved(self._next(url, location))
            if page.status != 200:
                raise FetchRefused("the server gives no page", host=url.host, http_status=page.status)
            return await self._read(url, page, hops)

    def _next(self, url: PageUrl, location: str) -> PageUrl:
        """Return where a redirect leads. Raises `BadRedirect`."""
        try:
            to = url.next(location)
            self.check(to)
        except NotPublic as error:
            raise BadRedirect("the page leads into a private network", reason="private") from error
        except (BadFetchUrl, ValueError) as error:
            raise BadRedirect("the page leads to what is not fetched", reason="address") from error
        if (url.scheme, to.scheme) == ("https", "http"):
            raise BadRedirect("the page leads out of the secure connection", reason="downgrade")
        return to

    async def _read(self, url: PageUrl, page: "Page", hops: int) -> Fetched:
        kind, declared = _content_type(page.headers.get("Content-Type", "text/plain"))
        coding = page.headers.get("Content-Encoding", "")
        async with aclosing(page.pieces()) as pieces:
            body, is_whole = await unpacked(pieces, coding, self._limits.body_bytes)
        said, charset = await asyncio.to_thread(self._said, url, kind, body, declared)
        if not is_whole:
            said = Said(said.title, said.text, said.links, is_whole=False)
        return Fetched(url, page.status, said, None, kind, charset, len(body), hops)

    def _said(self, url: PageUrl, kind: str, body: bytes, declared: str) -> tuple[Said, str]:
        text, charset = decoded(body, declared)
        return of_html(text, url, self._limits) if kind in _HTML else of_text(text, self._limits), charset


def is_same_site(url: PageUrl, to: PageUrl) -> bool:
    """Say whether a redirect stays where the person let us go: the same host and port, or its secure side."""
    if url.host != to.host:
        return False
    return (url.scheme, url.port) == (to.scheme, to.port) or (url.port, to.port) == (80, 443)


def _content_type(value: str) -> tuple[str, str]:
    """Return a type and its charset. Raises `NotReadable` where it is no text."""
    kind, _, rest = value.partition(";")
    kind = kind.strip().lower()
    if kind == "application/pdf":
        raise NotReadable("a PDF is not read", reason="pdf", type=kind)
    if not (kind.startswith("text/") or kind.endswith(("+xml", "+json")) or kind in _TEXTS):
        raise NotReadable("this is no text", reason="type", type=named(kind))
    names = (one.strip().partition("=") for one in rest.split(";"))
    return kind, next((text for name, _, text in names if name.lower() == "charset"), "")
