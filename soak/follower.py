"""A page that follows: every event exactly once and in order, over any number of deaths."""

import asyncio
from typing import Any

import aiohttp

from soak.errors import hold
from soak.line import Line, LineLost
from soak.oracle import canonical
from soak.promises import Promises
from soak.server import House

_MOST = 40


class Follower:
    """Follows what `watch` names on one WebSocket, and opens another wherever that one breaks."""

    def __init__(self, house: House, session: aiohttp.ClientSession, promises: Promises, line: Line) -> None:
        self._house = house
        self._session = session
        self._promises = promises
        self._line = line
        self._numbers: dict[str, int] = {"app": 0}
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self.events = self.resyncs = self.sockets = 0

    async def watch(self, conversation_id: str) -> None:
        """Follow a conversation from its beginning."""
        stream = f"conversation:{conversation_id}"
        if stream not in self._numbers and len(self._numbers) < _MOST:
            self._numbers[stream] = 0
            await self._follow(stream)

    async def run(self) -> None:
        """Follow until this is cancelled."""
        while True:
            await self._house.is_open.wait()
            try:
                async with self._session.ws_connect(f"{self._house.url}/api/live", max_msg_size=0) as socket:
                    await self._listen(socket)
            except (aiohttp.ClientError, ConnectionError, TimeoutError, LineLost):
                pass
            finally:
                self._socket = None
            await asyncio.sleep(0.05)

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.sockets += 1
        for stream in list(self._numbers):
            await self._follow(stream)
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                await self._take(message.json())

    async def _follow(self, stream: str) -> None:
        if self._socket and not self._socket.closed:
            try:
                await self._socket.send_json({"type": "follow", "stream": stream, "after": self._numbers[stream]})
            except (aiohttp.ClientError, ConnectionError):
                return

    async def _take(self, frame: dict[str, Any]) -> None:
        kind, stream = frame["type"], frame.get("stream", "")
        if kind == "event":
            number = frame["number"]
            hold(number == self._numbers[stream] + 1, "an event came twice or was left out", frame, self._numbers)
            self._numbers[stream] = number
            self._promises.events[stream, number] = canonical(frame["kind"], frame["data"])
            self.events += 1
        elif kind == "resync":
            self.resyncs += 1
            await self._look_anew(stream)

    async def _look_anew(self, stream: str) -> None:
        """Too slow: go on behind the snapshot, as a page does."""
        if stream != "app":
            _, seen = await self._line.ask("GET", f"/api/chat/conversations/{stream.partition(':')[2]}")
            self._numbers[stream] = seen.get("number", self._numbers[stream])
        await self._follow(stream)
