"""Speaking to a server that may die at any moment: whoever asks waits until it is back."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson

from soak.errors import hold
from soak.server import House

_LOST = (aiohttp.ClientError, ConnectionError, TimeoutError, asyncio.IncompleteReadError)
# What a full disk, a database that is away and a server that closes say; the same can be asked again.
_NOT_NOW = {503, 507}


class LineLost(Exception):
    """The server died, or the connection to it; whether it did what was asked is not known."""


class Line:
    """One person's connection to the house."""

    def __init__(self, house: House, session: aiohttp.ClientSession) -> None:
        self._house = house
        self._session = session
        self.answers: Counter[int] = Counter()

    @asynccontextmanager
    async def open(self, method: str, path: str, body: Any = None) -> AsyncIterator[aiohttp.ClientResponse]:
        """Ask once, when the house is open, and give the response. Raises `LineLost`."""
        await self._house.is_open.wait()
        try:
            async with self._session.request(method, self._house.url + path, json=body) as response:
                self.answers[response.status] += 1
                yield response
        except _LOST as error:
            raise LineLost from error

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask once and return the status and the JSON. Raises `LineLost`."""
        async with self.open(method, path, body) as response:
            content = await response.read()
        found = orjson.loads(content) if content else None
        hold(not _is_internal(response.status, found), "an internal error", method, path, found)
        return response.status, found

    async def insist(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask until there is an answer that is more than "not now".

        In a storm that may take any number of lives; who waits when it is over sees to it that nobody waits for ever.
        """
        while True:
            try:
                status, found = await self.ask(method, path, body)
            except LineLost:
                await asyncio.sleep(0.05)
                continue
            if status not in _NOT_NOW or "turn_id" in (found or {}):
                return status, found
            await asyncio.sleep(0.2)


def _is_internal(status: int, found: Any) -> bool:
    code = (found.get("error") or {}).get("code") if isinstance(found, dict) else None
    return status == 500 or code == "internal"
