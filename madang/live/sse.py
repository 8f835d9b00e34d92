"""Events as a stream of server-sent events, as plain ASGI: https://html.spec.whatwg.org/multipage/server-sent-events.html."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import aclosing
from typing import Any

import orjson
from loguru import logger

from madang.errors import MadangError
from madang.live.together import until_false, until_first_ends
from madang.live.types import RESYNC, Event

HEARTBEAT_SECONDS = 15.0
# A reader that takes nothing for so long is gone, whatever its connection says.
STUCK_SECONDS = 30.0

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_COME_AGAIN = b"event: resync\ndata: {}\n\n"
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class EventStream:
    """Writes `events` until they end, the reader goes, or `is_live` says no.

    Each event is `id: number`, `event: kind`, `data: {json}`; a "resync" has no id. A comment every 15 seconds
    keeps proxies from closing a quiet stream.
    """

    def __init__(
        self,
        events: AsyncGenerator[Event, None],
        is_live: Callable[[], bool],
        check_seconds: float = 1.0,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._events = events
        self._is_live = is_live
        self._check_seconds = check_seconds
        self._heartbeat_seconds = heartbeat_seconds

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer the request."""
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await _write(send, b"retry: 1000\n\n")
        await until_first_ends(
            self._tell(send),
            self._beat(send),
            until_false(self._is_live, self._check_seconds),
            _until_gone(receive),
        )
        async with asyncio.timeout(STUCK_SECONDS):
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self, send: Send) -> None:
        try:
            async with aclosing(self._events) as events:
                async for event in events:
                    await _write(send, encode(event))
        except MadangError as error:
            # The status is sent already, so the reader learns only that it has to come again.
            logger.warning("live: a stream of events failed: {}", error.code)
            await _write(send, _COME_AGAIN)

    async def _beat(self, send: Send) -> None:
        while True:
            await asyncio.sleep(self._heartbeat_seconds)
            await _write(send, b": still here\n\n")


def encode(event: Event) -> bytes:
    """Return one event as it goes over the wire. JSON has no line breaks of its own, so one data line is enough."""
    number = b"" if event.kind == RESYNC else b"id: %d\n" % event.number
    return number + b"event: " + event.kind.encode() + b"\ndata: " + orjson.dumps(event.data) + b"\n\n"


async def _write(send: Send, body: bytes) -> None:
    async with asyncio.timeout(STUCK_SECONDS):
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
