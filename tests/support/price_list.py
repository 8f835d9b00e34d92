"""A place on this machine that has a price list, or whatever it is told to answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import orjson

USUAL = {"input_mtok": 1, "output_mtok": 2}


class PriceListPlace:
    """Answers every request with `content`."""

    def __init__(self, content: bytes = b"", status: str = "200 OK") -> None:
        self.content, self.status, self.asked, self.url = content, status, 0, ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        head = f"HTTP/1.1 {self.status}\r\nContent-Length: {len(self.content)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + self.content)
        # Whoever reads only so much leaves early.
        with suppress(ConnectionError):
            await writer.drain()
        writer.close()


@asynccontextmanager
async def price_list_place(content: bytes = b"", status: str = "200 OK") -> AsyncIterator[PriceListPlace]:
    """Open the place on a free port."""
    place = PriceListPlace(content, status)
    server = await asyncio.start_server(place.answer, "127.0.0.1", 0)
    place.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/prices.json"
    async with server:
        yield place


def price_list(prices: object = None, count: int = 500) -> bytes:
    """Return a list of so many models, the first of which, `new-0`, has these prices."""
    models: list[dict[str, object]] = [
        {"id": f"new-{n}", "match": {"equals": f"new-{n}"}, "prices": USUAL} for n in range(count)
    ]
    if prices:
        models[0]["prices"] = prices
    return orjson.dumps([{"id": "env", "name": "Shop", "api_pattern": r"http://127\.0\.0\.1", "models": models}])
