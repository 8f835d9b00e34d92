"""One file from one URL: continued after a break, refused at once when the place does not have it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from madang.gateway.embedded.errors import PlaceFailed
from madang.gateway.embedded.types import Report

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

_CONNECT_SECONDS = 4.0
_SILENCE_SECONDS = 20.0
_BLOCK_BYTES = 1 << 20
_BREAKS_IN_A_ROW = 5


async def download(url: str, target: Path, size_bytes: int, report: Report) -> None:
    """Bring `target` to `size_bytes`, keeping what is there. Raises `PlaceFailed`.

    A break after something has come is waited out and continued; a place that gives nothing is left at once.
    """
    from aiohttp import ClientSession, ClientTimeout

    timeout = ClientTimeout(total=None, connect=_CONNECT_SECONDS, sock_read=_SILENCE_SECONDS)
    breaks = 0
    async with ClientSession(timeout=timeout, trust_env=True, auto_decompress=False) as session:
        while (before := _size(target)) < size_bytes:
            try:
                await _continue(session, url, target, size_bytes, report)
            except PlaceFailed:
                if _size(target) == before and breaks == 0:
                    raise
                breaks = 1 if _size(target) > before else breaks + 1
                if breaks > _BREAKS_IN_A_ROW:
                    raise
                await asyncio.sleep(min(0.25 * 2.0**breaks, 15.0))
    report(size_bytes)


async def _continue(session: "ClientSession", url: str, target: Path, size_bytes: int, report: Report) -> None:
    have = _size(target)
    async with _answer(session, url, have) as response:
        have = _first_byte(response, have, size_bytes)
        with target.open("r+b" if have else "wb") as file:
            file.seek(have)
            async for block in response.content.iter_chunked(_BLOCK_BYTES):
                have += len(block)
                if have > size_bytes:
                    raise PlaceFailed("the file there is larger than it should be")
                await asyncio.to_thread(file.write, block)
                report(have)


@asynccontextmanager
async def _answer(session: "ClientSession", url: str, have: int) -> "AsyncIterator[ClientResponse]":
    from aiohttp import ClientError

    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        async with session.get(url, headers=headers, max_redirects=5) as response:
            if response.url.scheme != url.partition(":")[0]:
                raise PlaceFailed("redirected to an address without TLS")
            yield response
    except (ClientError, TimeoutError) as error:
        raise PlaceFailed(f"{type(error).__name__}: {error}") from error


def _first_byte(response: "ClientResponse", have: int, size_bytes: int) -> int:
    """Where the body begins in the file; refuses a body that cannot be the rest of it."""
    if response.status not in {200, 206}:
        raise PlaceFailed(f"answered {response.status}")
    begin = have if response.status == 206 else 0
    if response.status == 206 and not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
        raise PlaceFailed("continued at another byte than asked")
    if response.content_length != size_bytes - begin:
        raise PlaceFailed(f"offers {response.content_length} bytes, not {size_bytes - begin}")
    return begin


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
